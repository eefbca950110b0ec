// Everything behind a real PgBouncer in transaction mode, which hands each transaction to another
// server connection. Where PgBouncer is not installed, nothing of this is tested, and it says so.

import { sql } from 'drizzle-orm';
import { Client } from 'pg';
import { connect, type Database, type Engine, isPlinthError, openEngine } from 'plinth';
import { upgrade } from 'plinth/migrate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import { diagnose } from '../src/doctor/index.js';
import { ControlConnection } from '../src/engine/control-connection.js';
import { watchStalls } from '../src/engine/stall-watch.js';
import { findPgBouncer, type PgBouncer, startPgBouncer } from './support/pgbouncer.js';
import { revisionFolder } from './support/revision-folder.js';
import { asUser, createTenantTable, items, uniqueRole } from './support/tenant-table.js';

const TENANTS = Array.from({ length: 40 }, (_, index) => `tenant-${index}`);
const program = findPgBouncer();
const database = useDatabase();
const role = uniqueRole();

it.runIf(program === undefined)('is not tested here: PgBouncer is not installed', ({ annotate }) =>
  annotate('PgBouncer is not installed: nothing behind a pooler was tested', 'warning'),
);

describe.runIf(program !== undefined)('behind PgBouncer in transaction mode', () => {
  let bouncer: PgBouncer;
  let url: string;
  let db: Database<{ items: typeof items }>;

  beforeAll(async () => {
    await using owner = await openEngine({ url: database.url, poolSize: 1 });
    await createTenantTable(owner, role);
    bouncer = await startPgBouncer(program ?? '', database.url, [role]);
    url = bouncer.through(asUser(database.url, role));
    db = await connect({ url, schema: { items }, pooler: 'transaction', poolSize: 20 });
  });

  afterAll(async () => {
    await db.close();
    await bouncer.stop();
    await using owner = await openEngine({ url: database.url, poolSize: 1 });
    await owner.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });

  it('shares few server connections among many clients', async () => {
    const pids = await Promise.all(
      TENANTS.map(() => db.engine.query('SELECT pg_backend_pid() AS pid', [])),
    );
    const distinct = new Set(pids.map(({ rows }) => rows[0]?.pid));
    expect(distinct.size).toBeLessThanOrEqual(3);
    expect(db.engine.pool.idle).toBeGreaterThan(3);
  });

  it('prepares no named statement on any server connection', async () => {
    await Promise.all(TENANTS.map((tenant) => db.tenant(tenant).select().from(items)));
    const names = await Promise.all(
      TENANTS.map(() => db.engine.query('SELECT name FROM pg_prepared_statements', [])),
    );
    expect(names.flatMap(({ rows }) => rows.map(({ name }) => name))).not.toContainEqual(
      expect.stringMatching(/./),
    );
  });

  it('keeps a tenant’s statement with its tenant, among many at once', async () => {
    await Promise.all(
      TENANTS.map((tenant) =>
        db
          .tenant(tenant)
          .insert(items)
          .values({ tenantId: tenant, body: `of ${tenant}` }),
      ),
    );
    const rounds = await Promise.all(
      Array.from({ length: 10 }, () => TENANTS)
        .flat()
        .map(async (tenant) => ({ tenant, rows: await db.tenant(tenant).select().from(items) })),
    );
    const wrong = rounds.filter(
      ({ tenant, rows }) => rows.length !== 1 || rows[0]?.tenantId !== tenant,
    );
    expect(wrong).toEqual([]);
    expect(await db.select().from(items)).toEqual([]);
  });

  it('refuses what belongs to another tenant', async () => {
    const foreign = db.tenant('acme').insert(items).values({ tenantId: 'globex', body: 'x' });
    await expect(foreign).rejects.toMatchObject({ code: '42501' });
    expect(await db.tenant('globex').select().from(items)).toEqual([]);
  });

  it('runs transactions with a tenant, savepoints and retries', async () => {
    let tries = 0;
    const bodies = await db.tenant('acme').transaction(
      async (tx) => {
        tries += 1;
        await tx.insert(items).values({ tenantId: 'acme', body: 'first' });
        await tx
          .transaction(async (inner) => {
            await inner.insert(items).values({ tenantId: 'acme', body: 'second' });
            throw new Error('undo');
          })
          .catch(() => undefined);
        if (tries === 1) {
          await tx.execute(sql`DO $$ BEGIN RAISE serialization_failure; END $$`);
        }
        return (await tx.select().from(items)).map(({ body }) => body);
      },
      { isolation: 'serializable' },
    );
    expect({ tries, bodies }).toEqual({ tries: 2, bodies: ['first'] });
    await db.tenant('acme').delete(items);
  });

  it('leaves nothing of a failed statement or transaction to the next', async () => {
    await expect(db.tenant('acme').execute(sql`SELECT 1 / 0`)).rejects.toThrow();
    await expect(
      db.tenant('acme').transaction(() => Promise.reject(new Error('no'))),
    ).rejects.toThrow('no');
    const seen = await Promise.all(
      TENANTS.map(() =>
        db.engine.query(
          `SELECT nullif(current_setting('app.current_tenant_id', true), '') AS t`,
          [],
        ),
      ),
    );
    expect(seen.flatMap(({ rows }) => rows.map(({ t }) => t)).filter((t) => t !== null)).toEqual(
      [],
    );
  });

  it('cancels the aborted statement, and no other one', async () => {
    const abort = new AbortController();
    const hold = 'SELECT pg_advisory_xact_lock(1)';
    await using watcher = await openEngine({ url: database.url, poolSize: 2 });
    await watcher.withConnection(async (holder) => {
      await holder.query(`BEGIN; ${hold}`);
      const others = ['acme', 'globex'].map((tenant) =>
        db.tenant(tenant).transaction(async (tx) => await tx.execute(sql.raw(hold))),
      );
      const doomed = db
        .tenant('doomed')
        .transaction(async (tx) => await tx.execute(sql.raw(`${hold}, 'doomed'`)), {
          signal: abort.signal,
        });
      await untilWaiting(watcher, 3);
      abort.abort(new Error('the caller went away'));
      await expect(doomed).rejects.toMatchObject({
        code: 'ENGINE_ABORTED',
        cause: { code: '57014' },
      });
      await untilWaiting(watcher, 2);
      await holder.query('COMMIT');
      expect(await Promise.all(others)).toHaveLength(2);
    });
    expect(await db.engine.query('SELECT 1 AS one', [])).toMatchObject({ rows: [{ one: 1 }] });
  });

  it('sends nothing to a session when a connection comes back', async () => {
    await using single = await openEngine({ url, pooler: 'transaction', poolSize: 1 });
    await single.query(`SELECT set_config('plinth.trace', 'a', true)`);
    await single.query('SELECT 1');
    await using watcher = await openEngine({ url: database.url, poolSize: 1 });
    const { rows } = await watcher.query(
      `SELECT query FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'CLOSE ALL%'`,
    );
    expect(rows).toEqual([]);
  });

  it('refuses to run revisions, and says where they run', async () => {
    const { folder, remove } = await revisionFolder([{ id: 'one', upgrade: 'SELECT 1;' }]);
    await expect(upgrade(db, 'head', { revisions: folder })).rejects.toMatchObject({
      code: 'MIGRATE_POOLER',
      hint: expect.stringContaining('MIGRATION_DATABASE_URL'),
    });
    await remove();
  });

  it.each([
    { mode: 'transaction', code: 'MIGRATE_POOLER' },
    { mode: 'session', code: undefined },
  ])('finds out what nobody told: $mode pooling', async ({ mode, code }) => {
    const untold = await startPgBouncer(program ?? '', database.url, ['postgres'], {
      pool_mode: mode,
      ignore_startup_parameters:
        'extra_float_digits,options,statement_timeout,idle_in_transaction_session_timeout',
    });
    const { folder, remove } = await revisionFolder([{ id: 'one', upgrade: 'SELECT 1;' }]);
    try {
      await using engine = await openEngine({ url: untold.through(database.url) });
      const refused = await upgrade(engine, 'head', { revisions: folder }).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(isPlinthError(refused) ? refused.code : refused).toBe(code);
      await using direct = await openEngine({ url: database.url, poolSize: 1 });
      const locks = await direct.query(`SELECT FROM pg_locks WHERE locktype = 'advisory'
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
      expect(locks.rows).toEqual([]);
    } finally {
      await remove();
      await untold.stop();
    }
  });

  it('does not take a long statement for a stalled one', async () => {
    const client = new Client({ connectionString: url });
    const control = new ControlConnection(async () => {
      await client.connect();
      return client;
    });
    const brokenOff = { none: 0, transaction: 0 };
    const stops = (['transaction', 'none'] as const).map((pooler) => {
      const breakOff = () => {
        brokenOff[pooler] += 1;
      };
      // No process of the server has such an id, and none has the one that PgBouncer gives.
      const pool = { runningLongerThan: () => [{ pid: -1, address: undefined, breakOff }] };
      return watchStalls(pool, control, 1, pooler);
    });
    // Meanwhile the other watch, which began first, has looked and made up its mind.
    await expect.poll(() => brokenOff.none, { timeout: 20_000 }).toBeGreaterThan(1);
    for (const stop of stops) stop();
    expect(brokenOff.transaction).toBe(0);
    control.close();
  });

  it('answers health', async () => {
    expect(await db.health()).toEqual({ status: 'connected', saturated: false });
  });

  it.each([
    { pooler: 'none', status: 'failed', says: 'is not told of it' },
    { pooler: 'transaction', status: 'passed', says: 'as configured' },
  ] as const)('is noticed by the doctor: pooler $pooler', async ({ pooler, status, says }) => {
    const options = { url, pooler };
    const patient = { options, extensions: [], revisionsFolder: 'none' };
    const { checks } = await diagnose(async () => patient);
    expect(checks.find(({ name }) => name === 'pooler')).toMatchObject({
      status,
      message: expect.stringContaining(says),
    });
  });

  it('sends none of the startup parameters that PgBouncer refuses', async () => {
    const options = { url, statementTimeout: 5, idleInTransactionTimeout: 5, connectRetries: 1 };
    await using engine = await openEngine({ ...options, pooler: 'transaction' });
    expect(await engine.query('SELECT 1 AS one', [])).toMatchObject({ rows: [{ one: 1 }] });
    await expect(openEngine(options)).rejects.toThrow('unsupported startup parameter');
  });

  it('lives with a timeout that stands on the role', async () => {
    await using owner = await openEngine({ url: database.url, poolSize: 1 });
    const { rows } = await owner.query<{ name: string }>('SELECT current_database() AS name');
    await owner.query(
      `ALTER ROLE ${role} IN DATABASE ${rows[0]?.name} SET statement_timeout = '200ms'`,
    );
    const fresh = await startPgBouncer(program ?? '', database.url, [role]);
    try {
      await using engine = await openEngine({
        url: fresh.through(asUser(database.url, role)),
        pooler: 'transaction',
      });
      await expect(engine.query('SELECT pg_sleep(600)', [])).rejects.toMatchObject({
        code: '57014',
      });
    } finally {
      await fresh.stop();
      await owner.query(`ALTER ROLE ${role} IN DATABASE ${rows[0]?.name} RESET statement_timeout`);
    }
  });
});

/** Waits until that many sessions wait for an advisory lock. */
async function untilWaiting(engine: Engine, count: number): Promise<void> {
  const waiting = async () => {
    const { rows } = await engine.query(
      `SELECT pid FROM pg_locks
        WHERE locktype = 'advisory' AND NOT granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    return rows.length;
  };
  await expect.poll(waiting, { timeout: 10_000 }).toBe(count);
}
