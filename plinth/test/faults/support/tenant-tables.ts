// The service's isolated tables as the tests of tenants see them: made by its own revisions, filled
// for a hundred tenants, and read at the end by a superuser, whom no policy stops.

import { randomUUID } from 'node:crypto';
import { integer, jsonb, pgTable, timestamp, uuid, varchar } from 'drizzle-orm/pg-core';
import { connect } from 'plinth';
import { upgrade } from 'plinth/migrate';
import { historyWithoutVectors } from '../../../../test/support/service-history.js';
import type { FaultWorld } from './fault-world.js';
import type { TenantBooks } from './tenant-books.js';

/** `owner` is written beside the tenant's id by whoever made the row, and no policy looks at it. */
export const history = pgTable('enhancement_history', {
  id: uuid().primaryKey(),
  tenantId: varchar('tenant_id').notNull(),
  owner: varchar('ticket_id').notNull(),
  version: integer('processing_time_ms').notNull(),
  createdAt: timestamp('created_at').notNull().defaultNow(),
});

export const configs = pgTable('tenant_configs', {
  tenantId: varchar('tenant_id').notNull(),
  owner: varchar('name').notNull(),
  preferences: jsonb('enhancement_preferences').$type<{ readonly count: number }>().notNull(),
});

/** What is read of a row of `enhancement_history`. */
export const ROW = {
  id: history.id,
  tenantId: history.tenantId,
  owner: history.owner,
  version: history.version,
};

export interface HistoryRow {
  readonly id: string;
  readonly tenantId: string;
  readonly owner: string;
  readonly version: number;
}

/** Runs the revisions, lets the world's role in, and gives each tenant a configuration and rows. */
export async function prepareTenants(
  world: FaultWorld,
  tenants: readonly string[],
  books: TenantBooks,
  rowsEach: number,
): Promise<void> {
  await using owner = await connect({ url: world.server.url, poolSize: 1 });
  await upgrade(owner, 'head', { revisions: await historyWithoutVectors() });
  await owner.execute(`GRANT app_user TO ${new URL(world.url).username}`);
  await owner
    .insert(configs)
    .values(tenants.map((id) => ({ tenantId: id, owner: id, preferences: { count: 0 } })));
  const rows = tenants.flatMap((tenant) =>
    Array.from({ length: rowsEach }, () => rowOf(tenant, randomUUID(), 0)),
  );
  while (rows.length > 0) await owner.insert(history).values(rows.splice(0, 1000));
  for (const row of await owner.select(ROW).from(history)) {
    books.note(row.id, { tenant: row.tenantId, version: row.version });
  }
}

export function rowOf(tenant: string, id: string, version: number): HistoryRow {
  return { id, tenantId: tenant, owner: tenant, version };
}

/** Every row of every tenant. */
export async function readAllRows(world: FaultWorld): Promise<readonly HistoryRow[]> {
  await using owner = await connect({ url: world.server.url, poolSize: 1 });
  return await owner.select(ROW).from(history);
}

/** How often each tenant's configuration was counted up. */
export async function readCounts(world: FaultWorld): Promise<ReadonlyMap<string, number>> {
  await using owner = await connect({ url: world.server.url, poolSize: 1 });
  const rows = await owner.select().from(configs);
  return new Map(rows.map(({ tenantId, preferences }) => [tenantId, preferences.count]));
}
