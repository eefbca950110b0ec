// An audited table of tenants on a fault world's server: rows that are due, rows that are not, and
// what must have become of them.

import { sql } from 'drizzle-orm';
import { index, pgTable, text, timestamp, uuid, varchar } from 'drizzle-orm/pg-core';
import { connect, type Database, verifyAudit } from 'plinth';
import { audited, auditTable, emitModels, grant, isolated } from 'plinth/models';
import type { RetentionClass } from 'plinth/retention';
import type { FaultWorld } from './fault-world.js';

export const TENANTS = Array.from({ length: 20 }, (_, number) => `tenant ${number}`);
export const TENANTS_QUERY = 'SELECT id FROM tenants';

export const RECORDS: RetentionClass = {
  name: 'records',
  table: 'records',
  column: 'created_at',
  keep: '90 days',
  tenant: 'tenant_id',
};

function models(role: string) {
  const auditLog = auditTable({ role });
  const records = pgTable(
    'records',
    {
      id: uuid('id').primaryKey(),
      tenantId: varchar('tenant_id', { length: 100 }).notNull(),
      body: text('body').notNull(),
      createdAt: timestamp('created_at', { withTimezone: true, mode: 'string' }).notNull(),
    },
    (table) => [
      isolated(table, { role }),
      audited(table, { log: auditLog }),
      index('records_age').on(table.tenantId, table.createdAt),
    ],
  );
  const tenants = pgTable('tenants', { id: text('id').primaryKey() }, () => [
    grant('SELECT', { to: role }),
  ]);
  return { auditLog, records, tenants };
}

// A type and not an interface: a row is a record of anything.
export type Row = {
  readonly tenant: string;
  readonly body: string;
};

export class RetentionStage implements AsyncDisposable {
  /** A superuser's, past the proxy. */
  readonly #all: Database;
  readonly #models: ReturnType<typeof models>;

  private constructor(all: Database, made: ReturnType<typeof models>) {
    this.#all = all;
    this.#models = made;
  }

  /** @param due Rows that are due at the beginning; a tenth as many are not. */
  static async create(world: FaultWorld, due: number): Promise<RetentionStage> {
    const all = await connect({ url: world.server.url, poolSize: 2 });
    const made = models(new URL(world.url).username);
    for (const statement of emitModels([{ file: 'stage.ts', exports: made }])) {
      await all.engine.query(statement.sql);
    }
    const stage = new RetentionStage(all, made);
    await stage.#fill(due);
    return stage;
  }

  async #fill(due: number): Promise<void> {
    await this.#all.execute(
      sql`INSERT INTO tenants SELECT jsonb_array_elements_text(${JSON.stringify(TENANTS)}::jsonb)`,
    );
    // Nobody made them in the test: the log begins behind them.
    await this.#all.engine.query('ALTER TABLE records DISABLE TRIGGER USER');
    const add = async (count: number, body: string, age: string) =>
      await this.#all.execute(sql`
        INSERT INTO records
        SELECT gen_random_uuid(), 'tenant ' || n % ${TENANTS.length}, ${body}::text,
               now() - ${age}::text::interval - n * interval '1 second'
          FROM generate_series(1, ${count}) AS n`);
    await add(due, 'due', '90 days');
    await add(Math.ceil(due / 10), 'young', '80 days');
    await this.#all.engine.query('ALTER TABLE records ENABLE TRIGGER USER; ANALYZE records');
  }

  /** Ids of the rows with this body, each with its tenant. */
  async ids(body: string): Promise<ReadonlyMap<string, string>> {
    const { rows } = await this.#all.execute<{ id: string; tenant: string }>(
      sql`SELECT id, tenant_id AS tenant FROM records WHERE body = ${body}`,
    );
    return new Map(rows.map(({ id, tenant }) => [id, tenant]));
  }

  async rows(): Promise<ReadonlyMap<string, Row>> {
    const { rows } = await this.#all.execute<{ id: string } & Row>(
      sql`SELECT id, tenant_id AS tenant, body FROM records`,
    );
    return new Map(rows.map(({ id, tenant, body }) => [id, { tenant, body }]));
  }

  async countDue(): Promise<number> {
    const { rows } = await this.#all.execute<{ due: number }>(
      sql`SELECT count(*)::integer AS due FROM records WHERE created_at < now() - interval '90 days'`,
    );
    return rows[0]?.due ?? Number.NaN;
  }

  /** Ids of the rows that the log says were deleted, and by whom. */
  async removals(): Promise<readonly { readonly id: string; readonly actor: string | null }[]> {
    const { rows } = await this.#all.execute<{ id: string; actor: string | null }>(
      sql`SELECT row_key ->> 'id' AS id, actor FROM audit_log WHERE action = 'delete'`,
    );
    return rows;
  }

  /** What is wrong with the chains of the log, in words. */
  async findings(): Promise<readonly string[]> {
    const log = this.#models.auditLog;
    const { findings, rows } = await verifyAudit(this.#all, { log, tenants: TENANTS_QUERY });
    return rows === 0 ? ['the log is empty'] : findings.map(({ message }) => message);
  }

  async endSessions(application: string): Promise<number> {
    const { rows } = await this.#all.execute(sql`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ${application}`);
    return rows.length;
  }

  /** The lock is free. */
  async isNobodyAtIt(): Promise<boolean> {
    const { rows } = await this.#all.execute(
      sql`SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2`,
    );
    return rows.length === 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#all.close();
  }
}
