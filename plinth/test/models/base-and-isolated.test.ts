// The columns most tables have, and tables of tenants, as they behave in a database: for Drizzle and
// for SQL that was sent by hand.

import { eq, sql } from 'drizzle-orm';
import { integer, pgRole, pgSchema, pgTable, serial, text, uuid } from 'drizzle-orm/pg-core';
import { connect, type Database, type Engine, openEngine } from 'plinth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useDatabase } from '../../../test/support/database.js';
import { base, emitModels, isolated, timestamps } from '../../src/models/index.js';
import { asUser, uniqueRole } from '../support/tenant-table.js';

const role = uniqueRole();
const shop = pgSchema('Shop');

const notes = pgTable('notes', { ...base(), body: text() });
const tasks = pgTable('tasks', { id: integer().primaryKey(), ...timestamps() });
const orders = isolated(
  shop.table('Orders', {
    id: serial().primaryKey(),
    tenantId: text('tenant_id').notNull(),
    item: text(),
  }),
  { role },
);
const owners = pgTable(
  'owners',
  { id: integer().primaryKey().generatedAlwaysAsIdentity(), owner: uuid().notNull() },
  (t) => [isolated(t, { column: 'owner', role: pgRole(role).existing() })],
);

const database = useDatabase();
let owner: Engine;
let app: Database;

beforeAll(async () => {
  owner = await openEngine({ url: database.url, poolSize: 1 });
  await owner.query(`CREATE ROLE ${role} LOGIN`);
  const models = { file: 'models.ts', exports: { notes, tasks, orders, owners } };
  for (const { sql: statement } of emitModels([models])) await owner.query(statement);
  await owner.query(`GRANT SELECT, INSERT, UPDATE ON notes, tasks TO ${role}`);
  app = await connect({ url: asUser(database.url, role), poolSize: 1 });
});

afterAll(async () => {
  await app.close();
  await owner.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await owner.close();
});

describe('base()', () => {
  it('gives a key and times that the database makes, as text with microseconds', async () => {
    const [note] = await app.insert(notes).values({ body: 'a' }).returning();
    expect(note?.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(note?.createdAt).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+\+00$/);
    expect(note?.updatedAt).toBe(note?.createdAt);
  });

  it('moves updated_at at every UPDATE, also twice in a transaction and by hand', async () => {
    await owner.withConnection(async (connection) => {
      await connection.query('BEGIN');
      const { rows: inserted } = await connection.query<{ id: string }>(
        'INSERT INTO notes DEFAULT VALUES RETURNING id',
      );
      const update = `UPDATE notes SET body = 'x', updated_at = '2000-01-01' WHERE id = $1
        RETURNING updated_at > created_at AS later, updated_at::text AS at`;
      const times: string[] = [];
      for (const id of [inserted[0]?.id, inserted[0]?.id]) {
        const { rows } = await connection.query<{ later: boolean; at: string }>(update, [id]);
        expect(rows[0]?.later).toBe(true);
        times.push(rows[0]?.at ?? '');
      }
      expect(times[0]).not.toBe(times[1]);
      await connection.rollBack();
    });
  });

  it('shares one function, and timestamps() come without the key', async () => {
    const { rows } = await owner.query<{ trigger: string; function: string }>(
      `SELECT tgname AS trigger, tgfoid::regprocedure::text AS function FROM pg_trigger
       WHERE NOT tgisinternal ORDER BY tgname`,
    );
    expect(rows).toEqual([
      { trigger: 'notes_set_updated_at', function: 'set_updated_at()' },
      { trigger: 'tasks_set_updated_at', function: 'set_updated_at()' },
    ]);
  });

  it('has its own columns in each table', () => {
    expect(base().id).not.toBe(base().id);
  });

  it('leaves the trigger out where updated_at is another column', () => {
    const own = pgTable('own', { ...base(), updatedAt: text('updated_at') });
    const statements = emitModels([{ file: 'models.ts', exports: { own } }]);
    expect(statements.map(({ sql: statement }) => statement.split(' (')[0])).toEqual([
      'CREATE TABLE public.own',
    ]);
  });
});

describe('isolated()', () => {
  it('returns the table it was given', () => {
    const table = pgTable('t', { tenantId: text('tenant_id') });
    expect(isolated(table)).toBe(table);
  });

  it('shows a tenant its own rows, and nobody any without a scope', async () => {
    for (const tenantId of ['acme', 'globex']) {
      await app.tenant(tenantId).insert(orders).values({ tenantId, item: tenantId });
    }
    const seen = await app.tenant('acme').select({ item: orders.item }).from(orders);
    expect(seen).toEqual([{ item: 'acme' }]);
    expect(await app.select().from(orders)).toEqual([]);
    await app.tenant('globex').update(orders).set({ item: 'mine' });
    await app.tenant('globex').delete(orders).where(eq(orders.tenantId, 'acme'));
    expect(await app.tenant('acme').select({ item: orders.item }).from(orders)).toEqual(seen);
  });

  it('lets no tenant write for another one', async () => {
    const foreign = app.tenant('acme').insert(orders).values({ tenantId: 'globex' });
    await expect(foreign).rejects.toThrow(/row-level security/);
    const given = app.tenant('acme').update(orders).set({ tenantId: 'globex' });
    await expect(given).rejects.toThrow(/row-level security/);
  });

  it('takes another column, of another type', async () => {
    const id = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
    await app.tenant(id).insert(owners).values({ owner: id });
    expect(await app.tenant(id).select({ owner: owners.owner }).from(owners)).toEqual([
      { owner: id },
    ]);
    expect(await app.select().from(owners)).toEqual([]);
  });

  it('reads the tenant once for a statement', async () => {
    const { rows } = await app
      .tenant('acme')
      .execute<{ 'QUERY PLAN': string }>(sql`EXPLAIN SELECT * FROM ${orders}`);
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('InitPlan');
  });

  it('grants neither TRUNCATE nor REFERENCES', async () => {
    const { rows } = await owner.query<{ privileges: string }>(
      `SELECT string_agg(privilege_type, ' ' ORDER BY privilege_type) AS privileges
       FROM information_schema.role_table_grants WHERE grantee = $1 AND table_name = 'Orders'`,
      [role],
    );
    expect(rows).toEqual([{ privileges: 'DELETE INSERT SELECT UPDATE' }]);
  });

  it('is written as the documentation of tenants says, for app_user by default', () => {
    const table = pgTable('notes', { tenantId: text('tenant_id') }, (t) => [isolated(t)]);
    const statements = emitModels([{ file: 'models.ts', exports: { table } }]);
    const tenant = `(tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')))`;
    expect(statements.slice(1).map(({ sql: statement }) => statement)).toEqual([
      'ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY',
      'ALTER TABLE public.notes FORCE ROW LEVEL SECURITY',
      `CREATE POLICY tenant_isolation_policy ON public.notes\nUSING ${tenant}\nWITH CHECK ${tenant}`,
      'GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE public.notes TO app_user',
    ]);
  });
});
