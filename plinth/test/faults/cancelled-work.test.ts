// Statements that outlive their time, and work that is given up: the server stops, and nobody else
// is hit.

import { sql } from 'drizzle-orm';
import { type Database, isPlinthError, openEngine } from 'plinth';
import { describe, expect, it } from 'vitest';
import { expectHealthy, expectSettled } from './support/expectations.js';
import { useFaultWorld } from './support/fault-world.js';
import { SEED, seededRandom } from './support/random.js';

const world = useFaultWorld();

const RUNNING = `SELECT count(*)::int AS value FROM pg_stat_activity
                  WHERE application_name LIKE 'faults %' AND state = 'active'`;

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return await expectSettled(work.catch((error: unknown) => error));
}

describe('a statement that outlives its time', () => {
  it.each([
    ['alone', (db: Database) => db.execute(sql`SELECT pg_sleep(${30})`)],
    ['of a tenant', (db: Database) => db.tenant('a').execute(sql`SELECT pg_sleep(${30})`)],
    [
      'in a transaction',
      (db: Database) =>
        db.tenant('a').transaction(async (tx) => {
          await tx.execute(sql`INSERT INTO entries (key) VALUES ('late')`);
          await tx.execute(sql`SELECT pg_sleep(30)`);
        }),
    ],
  ])('is ended by the server: %s', async (_, run) => {
    const db = await world.open({ poolSize: 2, maxOverflow: 0, statementTimeout: 0.1 });
    expect(await failureOf(run(db))).toMatchObject({ code: '57014' });
    expect(await world.ask(RUNNING)).toEqual([0]);
    await expectHealthy(world, db);
    expect(await world.ask(`SELECT key AS value FROM entries`)).toEqual([]);
  });

  it('before its tenant was even set leaves a connection that works', async () => {
    const db = await world.open({ poolSize: 1, maxOverflow: 0, statementTimeout: 0.2 });
    await using admin = await openEngine({ url: world.server.url });
    const tenant = db.tenant('a');
    await admin.withConnection(async (locker) => {
      // A new backend looks functions up to parse the statement that sets the tenant.
      await locker.query('BEGIN; LOCK TABLE pg_catalog.pg_proc IN ACCESS EXCLUSIVE MODE');
      expect(await failureOf(tenant.execute(sql`SELECT ${1}::int`))).toMatchObject({
        code: '57014',
      });
    });
    const { rows } = await tenant.execute(
      sql`SELECT current_setting('app.current_tenant_id') AS tenant, ${1}::int AS one`,
    );
    expect(rows).toEqual([{ tenant: 'a', one: 1 }]);
    await expectHealthy(world, db);
  });
});

describe('work that is given up', () => {
  it('stops on the server, in a transaction too, which is rolled back', async () => {
    const db = await world.open({ poolSize: 2, maxOverflow: 0 });
    const abort = new AbortController();
    const one = db.withSignal(abort.signal);
    const works = [
      failureOf(one.tenant('a').execute(sql`SELECT pg_sleep(${30})`)),
      failureOf(
        one.tenant('b').transaction(async (tx) => {
          await tx.execute(sql`INSERT INTO entries (key) VALUES ('given up')`);
          await tx.execute(sql`SELECT pg_sleep(30)`);
        }),
      ),
    ];
    const sleeping = `SELECT count(*)::int AS value FROM pg_stat_activity
                       WHERE application_name LIKE 'faults %' AND wait_event = 'PgSleep'`;
    await expect.poll(() => world.ask(sleeping)).toEqual([2]);
    abort.abort(new Error('gone away'));
    for (const failure of await Promise.all(works)) {
      expect(isPlinthError(failure, 'ENGINE_ABORTED')).toBe(true);
    }
    expect(await world.ask(RUNNING)).toEqual([0]);
    await expectHealthy(world, db);
    expect(await world.ask('SELECT key AS value FROM entries')).toEqual([]);
  });

  it('while it waits for a connection takes none', async () => {
    const db = await world.open({ poolSize: 1, maxOverflow: 0 });
    const abort = new AbortController();
    await db.engine.withConnection(async (connection) => {
      const waits = failureOf(db.withSignal(abort.signal).execute(sql`SELECT 1`));
      await expect.poll(() => db.engine.pool.waiting).toBe(1);
      abort.abort();
      expect(isPlinthError(await waits, 'ENGINE_ABORTED')).toBe(true);
      await connection.query('SELECT 1');
    });
    await expectHealthy(world, db);
  });

  it('all at once needs one connection beside the pool', async () => {
    const db = await world.open({ poolSize: 10, maxOverflow: 0 });
    await expectHealthy(world, db);
    const abort = new AbortController();
    const one = db.withSignal(abort.signal);
    const works = Array.from({ length: 10 }, () =>
      failureOf(one.execute(sql`SELECT pg_sleep(30)`)),
    );
    await expect.poll(() => world.ask(RUNNING)).toEqual([10]);
    abort.abort();
    for (const failure of await Promise.all(works)) {
      expect(isPlinthError(failure, 'ENGINE_ABORTED')).toBe(true);
    }
    await expectHealthy(world, db);
  });

  it(`never hits the next borrower (PLINTH_SEED=${SEED})`, async () => {
    const random = seededRandom(SEED);
    const db = await world.open({ poolSize: 2, maxOverflow: 0 });
    let aborted = 0;
    const giveUp = async () => {
      const abort = new AbortController();
      const turns = random(30);
      const work = db
        .withSignal(abort.signal)
        .tenant('gives up')
        .execute(sql`SELECT count(*) FROM generate_series(1, ${random(20_000)}::int)`);
      const ended = work.then(
        () => undefined,
        (error: unknown) => {
          if (!isPlinthError(error, 'ENGINE_ABORTED')) throw error;
          aborted += 1;
        },
      );
      for (let turn = 0; turn < turns; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      abort.abort();
      await ended;
    };
    const goOn = async () => {
      const { rows } = await db.execute(
        sql`SELECT coalesce(current_setting('app.current_tenant_id', true), '') AS tenant,
                   count(*)::int AS n FROM generate_series(1, ${2000}::int)`,
      );
      expect(rows).toEqual([{ tenant: '', n: 2000 }]);
    };
    for (let round = 0; round < 400; round += 1) {
      await expectSettled(Promise.all([giveUp(), goOn(), giveUp(), goOn(), goOn()]));
    }
    expect(aborted).toBeGreaterThan(0);
    await expectHealthy(world, db);
  });
});
