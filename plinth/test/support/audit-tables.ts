// Audited tables on a database, owned by a role that policies hold, for tests of the audit log.

import { sql } from 'drizzle-orm';
import {
  doublePrecision,
  integer,
  interval,
  jsonb,
  pgTable,
  point,
  primaryKey,
  real,
  text,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core';
import { openEngine } from 'plinth';
import {
  audited,
  auditTable,
  base,
  dataKeyTable,
  emitModels,
  encrypted,
  grant,
  isolated,
  partition,
  partitionBy,
} from 'plinth/models';
import { asUser, uniqueRole } from './tenant-table.js';

/** The role that works in scopes, and the one that owns the tables; of the cluster. */
export const AUDIT_ROLE = uniqueRole();
export const AUDIT_OWNER = uniqueRole();

const tenantId = () => varchar('tenant_id', { length: 100 }).notNull();

export const auditLog = auditTable({ role: AUDIT_ROLE });

export const notes = pgTable(
  'notes',
  {
    ...base(),
    tenantId: tenantId(),
    title: text('title').notNull(),
    body: text('body'),
    tags: jsonb('tags'),
    secret: encrypted('secret'),
  },
  (table) => [
    isolated(table, { role: AUDIT_ROLE }),
    audited(table, { log: auditLog, values: [table.title] }),
  ],
);

/** Its key is of two columns, and its rows end with those of notes. */
export const parts = audited(
  pgTable(
    'parts',
    {
      tenantId: tenantId(),
      note: uuid('note')
        .notNull()
        .references(() => notes.id, { onDelete: 'cascade' }),
      number: integer('number').notNull(),
      text: text('text').notNull(),
    },
    (table) => [
      isolated(table, { role: AUDIT_ROLE }),
      primaryKey({ columns: [table.tenantId, table.note, table.number] }),
    ],
  ),
  { log: auditLog },
);

/** Its rows are in partitions, and move between them with their number. */
export const visits = pgTable(
  'visits',
  { tenantId: tenantId(), number: integer('number').notNull(), place: text('place') },
  (table) => [
    isolated(table, { role: AUDIT_ROLE }),
    primaryKey({ columns: [table.tenantId, table.number] }),
    partitionBy('RANGE', table.number),
    audited(table, { log: auditLog }),
  ],
);

export const visitPartitions = [
  partition('visits_low', { of: visits, forValues: sql`FROM (0) TO (10)` }),
  partition('visits_high', { of: visits, forValues: sql`FROM (10) TO (20)` }),
];

/** How its columns read as text is a matter of the session. */
export const measures = pgTable(
  'measures',
  {
    tenantId: tenantId(),
    place: doublePrecision('place').notNull(),
    level: doublePrecision('level'),
    levels: real('levels').array(),
    lasts: interval('lasts'),
    spot: point('spot'),
  },
  (table) => [
    isolated(table, { role: AUDIT_ROLE }),
    primaryKey({ columns: [table.tenantId, table.place] }),
    audited(table, { log: auditLog, values: [table.level] }),
  ],
);

export const dataKeys = audited(dataKeyTable({ role: AUDIT_ROLE }), { log: auditLog });

export const tenants = pgTable('tenants', { id: text('id').primaryKey() }, () => [
  grant(['SELECT', 'INSERT'], { to: AUDIT_ROLE }),
]);

export const AUDIT_MODELS = {
  auditLog,
  notes,
  parts,
  visits,
  visitPartitions,
  measures,
  dataKeys,
  tenants,
};
export const TENANTS_QUERY = 'SELECT id FROM tenants';

/** The statements that create the tables. */
export function auditStatements(): readonly string[] {
  return emitModels([{ file: 'audit-tables.ts', exports: AUDIT_MODELS }]).map(({ sql }) => sql);
}

/** Creates the roles and, as their owner, the tables. */
export async function createAuditTables(url: string): Promise<void> {
  await using superuser = await openEngine({ url, poolSize: 1 });
  await superuser.query(`
    CREATE ROLE ${AUDIT_ROLE} LOGIN;
    CREATE ROLE ${AUDIT_OWNER} LOGIN;
    GRANT CREATE ON SCHEMA public TO ${AUDIT_OWNER}`);
  await using owner = await openEngine({ url: asUser(url, AUDIT_OWNER), poolSize: 1 });
  for (const statement of auditStatements()) await owner.query(statement);
}

/** Drops the roles with what they own here. */
export async function dropAuditRoles(url: string): Promise<void> {
  await using superuser = await openEngine({ url, poolSize: 1 });
  for (const role of [AUDIT_ROLE, AUDIT_OWNER]) {
    await superuser.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
  }
}
