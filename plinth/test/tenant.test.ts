// Tenant scope: what a tenant sees, that nobody after it sees a tenant, and what it costs.

import { eq, sql } from 'drizzle-orm';
import { connect, type Database, openEngine } from 'plinth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import { asUser, createTenantTable, items, uniqueRole } from './support/tenant-table.js';
import { countTurns } from './support/turn-counter.js';

const server = useDatabase();
const role = uniqueRole();

async function openAsRole(): Promise<Database<{ items: typeof items }>> {
  const owner = await openEngine({ url: server.url, poolSize: 1 });
  await createTenantTable(owner, role);
  await owner.close();
  const url = asUser(server.url, role);
  return await connect({ url, schema: { items }, poolSize: 3, maxOverflow: 0 });
}

async function openEmbedded(): Promise<Database<{ items: typeof items }>> {
  const db = await connect({ url: 'pglite://memory', schema: { items }, tenantRole: role });
  await createTenantTable(db.engine, role);
  return db;
}

async function tenantNow(db: Database<{ items: typeof items }>): Promise<unknown> {
  const { rows } = await db.engine.query<{ tenant: string | null }>(
    `SELECT nullif(current_setting('app.current_tenant_id', true), '') AS tenant`,
  );
  return rows[0]?.tenant;
}

afterAll(async () => {
  await using owner = await openEngine({ url: server.url, poolSize: 1 });
  await owner.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
});

describe.each([
  { kind: 'server', open: openAsRole },
  { kind: 'embedded', open: openEmbedded },
] as const)('on the $kind', ({ kind, open }) => {
  let db: Database<{ items: typeof items }>;

  beforeAll(async () => {
    db = await open();
  });

  afterAll(async () => {
    await db.close();
  });

  beforeEach(async () => {
    for (const tenant of ['acme', 'globex']) {
      await db.tenant(tenant).delete(items);
      await db
        .tenant(tenant)
        .insert(items)
        .values({ tenantId: tenant, body: `of ${tenant}` });
    }
  });

  it('gives every form of query the tenant’s rows alone', async () => {
    const acme = db.tenant('acme');
    const own = [expect.objectContaining({ tenantId: 'acme' })];
    expect(await acme.select().from(items)).toEqual(own);
    expect(await acme.query.items.findMany()).toEqual(own);
    expect(await acme.$count(items)).toBe(1);
    expect((await acme.execute(sql`SELECT body FROM items`)).rows).toEqual([{ body: 'of acme' }]);
    expect(await acme.transaction((tx) => tx.select().from(items))).toEqual(own);
    const byBody = db
      .select()
      .from(items)
      .where(eq(items.body, sql.placeholder('body')))
      .prepare('');
    expect(await acme.run(byBody, { body: 'of acme' })).toEqual(own);
    expect(await acme.run(byBody, { body: 'of globex' })).toEqual([]);
  });

  it('lets no tenant write into another', async () => {
    const acme = db.tenant('acme');
    const intrusion = acme.insert(items).values({ tenantId: 'globex', body: 'mine now' });
    await expect(intrusion).rejects.toMatchObject({ code: '42501' });
    await expect(acme.update(items).set({ tenantId: 'globex' })).rejects.toMatchObject({
      code: '42501',
    });
    expect(await acme.delete(items).where(eq(items.tenantId, 'globex')).returning()).toEqual([]);
    expect(await db.tenant('globex').$count(items)).toBe(1);
  });

  it('shows the next borrower no tenant, whatever the end', async () => {
    const acme = db.tenant('acme');
    await acme.select().from(items);
    expect(await tenantNow(db)).toBeNull();
    await acme.execute(sql`SELECT 1/0`).catch(() => undefined);
    expect(await tenantNow(db)).toBeNull();
    await acme.execute(sql`SELECT nothing FROM nowhere`).catch(() => undefined);
    expect(await tenantNow(db)).toBeNull();
    await acme.transaction(async () => Promise.reject(new Error('stop'))).catch(() => undefined);
    expect(await tenantNow(db)).toBeNull();
  });

  it('keeps a name that is hostile a value', async () => {
    const hostile = `x', true); DROP TABLE items; --`;
    expect(await db.tenant(hostile).select().from(items)).toEqual([]);
    await db.tenant(hostile).insert(items).values({ tenantId: hostile, body: 'b' });
    expect(await db.tenant(hostile).$count(items)).toBe(1);
    await db.tenant(hostile).delete(items);
  });

  it('refuses an id that is none, before anything is sent', async () => {
    const sent: string[] = [];
    const listen = ({ text }: { readonly text: string }) => sent.push(text);
    db.engine.on('query', listen);
    const ids: readonly unknown[] = ['', '  ', 'x'.repeat(101), 'a\u0000b', 7, null, undefined, {}];
    for (const id of ids) {
      expect(() => Reflect.apply(db.tenant, db, [id])).toThrow(/tenant id/);
    }
    db.engine.off('query', listen);
    expect(sent).toEqual([]);
    expect(db.tenant('é'.repeat(100))).toBeDefined();
  });

  it('serves many tenants at once, each its own', async () => {
    const tenants = Array.from({ length: 20 }, (_, i) => `tenant-${i}`);
    await Promise.all(
      tenants.map((tenant) =>
        db.tenant(tenant).insert(items).values({ tenantId: tenant, body: 'b' }),
      ),
    );
    const seen = await Promise.all(
      [...tenants, ...tenants, ...tenants].map(async (tenant) => {
        const rows = await db.tenant(tenant).select().from(items);
        return rows.every((row) => row.tenantId === tenant) && rows.length === 1;
      }),
    );
    expect(seen.every(Boolean)).toBe(true);
    await Promise.all(tenants.map((tenant) => db.tenant(tenant).delete(items)));
  });

  it('tells who acts, in the same round trip, and tells nobody after it', async () => {
    const names = sql`SELECT nullif(current_setting('app.actor', true), '') AS actor,
      nullif(current_setting('app.request_id', true), '') AS request_id`;
    const hostile = `x'); DROP TABLE items; --\u0000${'é'.repeat(300)}`;
    for (const [actor, found] of [
      [
        { actor: 'ada', requestId: 'r-1' },
        { actor: 'ada', request_id: 'r-1' },
      ],
      [{ requestId: 'r-2' }, { actor: null, request_id: 'r-2' }],
      [{}, { actor: null, request_id: null }],
      [
        { actor: hostile },
        { actor: [...hostile.replace('\u0000', '')].slice(0, 255).join(''), request_id: null },
      ],
    ] as const) {
      const scope = db.tenant('acme', actor);
      expect((await scope.execute(names)).rows).toEqual([found]);
      expect(await scope.transaction(async (tx) => (await tx.execute(names)).rows)).toEqual([
        found,
      ]);
      expect((await db.execute(names)).rows).toEqual([{ actor: null, request_id: null }]);
    }
  });

  it('names the role that is missing', async () => {
    const url = kind === 'server' ? asUser(server.url, role) : 'pglite://memory';
    await using other = await connect({ url, tenantRole: 'nobody_made_me', poolSize: 1 });
    await expect(other.tenant('acme').execute(sql`SELECT 1`)).rejects.toThrow(/nobody_made_me/);
    const { rows } = await other.execute(sql`SELECT 1 AS one`);
    expect(rows).toEqual([{ one: 1 }]);
  });
});

describe('the cost on the wire', () => {
  it('is one round trip for a statement, and none for the tenant of a transaction', async () => {
    const wire = await countTurns(asUser(server.url, role));
    const db = await connect({ url: wire.url, poolSize: 1, maxOverflow: 0 });
    const cost = async (work: () => Promise<unknown>) => {
      const before = wire.turns;
      await work();
      return wire.turns - before;
    };
    const query = sql`SELECT count(*) FROM items WHERE body <> ${'x'}`;
    const acme = db.tenant('acme');
    for (const statement of [() => db.execute(query), () => acme.execute(query)]) {
      expect(await cost(statement)).toBe(1);
      expect(await cost(statement)).toBe(1);
    }
    const inTransaction = (on: Database) => () => on.transaction((tx) => tx.execute(query));
    expect(await cost(inTransaction(db))).toBe(3);
    expect(await cost(inTransaction(acme))).toBe(3);
    await db.close();
    await wire.close();
  });
});
