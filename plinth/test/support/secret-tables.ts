// Tables with encrypted columns on a database, and keys for them, for tests of secrets.

import { integer, pgTable, primaryKey, text, uuid, varchar } from 'drizzle-orm/pg-core';
import { type Database, type Engine, openEngine } from 'plinth';
import { blindIndex, dataKeyTable, emitModels, encrypted, grant, isolated } from 'plinth/models';
import { generateKeyEncryptionKey, type KeyEncryption, keyEncryptionFromEnv } from 'plinth/secrets';
import { uniqueRole } from './tenant-table.js';

/** The role that all these tables are granted to; of the cluster, so a test file has its own. */
export const SECRETS_ROLE = uniqueRole();

export const dataKeys = dataKeyTable({ role: SECRETS_ROLE });

export const accounts = pgTable(
  'accounts',
  {
    id: uuid('id').primaryKey(),
    tenantId: varchar('tenant_id', { length: 100 }).notNull(),
    apiKey: encrypted('api_key').notNull(),
    email: encrypted('email'),
    emailIndex: blindIndex('email_index', {
      of: 'email',
      normalize: (plaintext) => plaintext.toLowerCase(),
    }),
    note: text('note'),
  },
  (table) => [isolated(table, { role: SECRETS_ROLE })],
);

/** Its rows are told by two values beside the tenant. */
export const letters = pgTable(
  'letters',
  {
    tenantId: varchar('tenant_id', { length: 100 }).notNull(),
    box: text('box').notNull(),
    number: integer('number').notNull(),
    body: encrypted('body').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.box, table.number] }),
    isolated(table, { role: SECRETS_ROLE }),
  ],
);

/** Every tenant, for who may not see all rows. */
export const tenants = pgTable(
  'tenants',
  { id: varchar('id', { length: 100 }).primaryKey() },
  () => [grant(['SELECT', 'INSERT'], { to: SECRETS_ROLE })],
);

export const TENANTS_QUERY = 'SELECT id FROM tenants';

/** Creates the role and the tables. */
export async function createSecretTables(engine: Engine): Promise<void> {
  await engine.query(`CREATE ROLE ${SECRETS_ROLE} LOGIN NOSUPERUSER NOBYPASSRLS`);
  const exports = { dataKeys, accounts, letters, tenants };
  for (const { sql } of emitModels([{ file: 'secret-tables.ts', exports }])) {
    await engine.query(sql);
  }
}

/** The same on a server, as its owner. */
export async function createSecretTablesAt(url: string): Promise<void> {
  await using owner = await openEngine({ url, poolSize: 1 });
  await createSecretTables(owner);
}

/** Drops the role again, for it belongs to the cluster. */
export async function dropSecretsRole(url: string): Promise<void> {
  await using owner = await openEngine({ url, poolSize: 1 });
  await owner.query(`DROP OWNED BY ${SECRETS_ROLE}; DROP ROLE ${SECRETS_ROLE}`);
}

/** A key encryption with these ids, each with a key of its own; the first is current. */
export function keyEncryptionOf(...ids: readonly string[]): KeyEncryption {
  return keyEncryptionFromEnv({ KEY_ENCRYPTION_KEYS: ids.map(keyOf).join(',') });
}

const keys = new Map<string, string>();

/** An entry of the variable; the same id has the same key in all of a test file. */
export function keyOf(id: string): string {
  const key = keys.get(id) ?? generateKeyEncryptionKey(id);
  keys.set(id, key);
  return key;
}

/** Has a tenant listed. */
export async function addTenant({ engine }: Pick<Database, 'engine'>, id: string): Promise<void> {
  await engine.query('INSERT INTO tenants (id) VALUES ($1) ON CONFLICT DO NOTHING', [id]);
}
