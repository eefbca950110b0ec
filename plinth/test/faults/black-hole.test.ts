// A network that takes everything and never answers: for new connections, for those that there
// are, for both.

import { sql } from 'drizzle-orm';
import { type Database, isPlinthError } from 'plinth';
import { describe, expect, it } from 'vitest';
import {
  borrowAtOnce,
  expectFailures,
  expectHealthy,
  expectProgress,
  expectSettled,
  expectSurvived,
} from './support/expectations.js';
import { type FaultOptions, useFaultWorld } from './support/fault-world.js';
import { Load } from './support/load.js';
import { SEED, seededRandom } from './support/random.js';

const world = useFaultWorld();

const DARK = { kind: 'blackhole' } as const;
const LIGHT = { kind: 'pass' } as const;

async function open(options: FaultOptions = {}): Promise<Database> {
  return await world.open({
    poolSize: 4,
    maxOverflow: 0,
    poolTimeout: 15,
    connectTimeout: 0.5,
    closeTimeout: 1,
    stallCheck: 0.5,
    ...options,
  });
}

/** Those that there are lose everything from now on; new ones do not. */
function forgetEstablished(): void {
  for (const link of world.proxy.links) link.setMode(DARK);
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return await expectSettled(
    work.then(
      () => undefined,
      (error: unknown) => error,
    ),
  );
}

describe(`under load (PLINTH_SEED=${SEED})`, () => {
  const random = seededRandom(SEED);

  it('survives a network that goes dark and comes back', async () => {
    const db = await open();
    const load = new Load(db, { random });
    await expectProgress(load);
    world.proxy.setMode(DARK);
    await expectFailures(load);
    world.proxy.setMode(LIGHT);
    await expectProgress(load);
    await expectSurvived(world, db, load);
  });

  it('survives a network that forgets connections', async () => {
    const db = await open();
    await db.health();
    const load = new Load(db, { random });
    await expectProgress(load);
    forgetEstablished();
    await expectFailures(load, 1);
    await expectProgress(load);
    await expectSurvived(world, db, load);
  });
});

describe('new connections into the dark', () => {
  it('are given up in time while one opens', async () => {
    world.proxy.setMode(DARK);
    const failure = await failureOf(open({ connectRetries: 2 }));
    expect(isPlinthError(failure, 'ENGINE_CONNECT_FAILED')).toBe(true);
  });

  it('fail alone: those that there are go on', async () => {
    const db = await open();
    expect(await borrowAtOnce(db.engine, 2)).toEqual({ failed: [], size: 2 });
    world.proxy.setMode(DARK, true);
    const { failed } = await expectSettled(borrowAtOnce(db.engine, 4));
    expect(failed).toHaveLength(2);
    expect(failed.join()).toMatch(/cannot connect.*cannot connect/);
    expect((await borrowAtOnce(db.engine, 2)).failed).toEqual([]);
    world.proxy.setMode(LIGHT);
    await expectHealthy(world, db);
  });
});

describe('connections that fall into the dark', () => {
  it('end their statements with an error each', async () => {
    const db = await open();
    await expectHealthy(world, db);
    const failures = Array.from({ length: 4 }, (_, i) =>
      failureOf(db.tenant('dark').execute(sql`SELECT pg_sleep(${30 + i})`)),
    );
    await expect.poll(() => world.ask(sleeping)).toEqual([4]);
    world.proxy.setMode(DARK);
    for (const failure of await Promise.all(failures)) expect(failure).toBeInstanceOf(Error);
    await world.ask(endSleep);
    world.proxy.setMode(LIGHT);
    await expectHealthy(world, db);
  });

  it('are found out when they were idle', async () => {
    const db = await open();
    await expectHealthy(world, db);
    forgetEstablished();
    const since = performance.now();
    await expect.poll(() => performance.now() - since, { timeout: 5000 }).toBeGreaterThan(1100);
    const { rows } = await expectSettled(db.execute(sql`SELECT 1 AS one`));
    expect(rows).toEqual([{ one: 1 }]);
    await expectHealthy(world, db);
  });

  it.each([
    ['an open transaction', 'BEGIN'],
    ['settings', "SET work_mem = '1MB'"],
    ['prepared statements', 'DEALLOCATE ALL'],
  ])('are replaced when they come back with %s to clear', async (_, text) => {
    const db = await open({ poolSize: 1 });
    await db.engine.withConnection(async (connection) => {
      await connection.query(text);
      forgetEstablished();
    });
    const { rows } = await expectSettled(db.execute(sql`SELECT 1 AS one`), 14_000);
    expect(rows).toEqual([{ one: 1 }]);
    await expectHealthy(world, db);
  });

  it('give whoever waits for them another one', async () => {
    const db = await open({ poolSize: 1 });
    let waiting: Promise<unknown> = Promise.resolve();
    await db.engine.withConnection(async (connection) => {
      await connection.query('DEALLOCATE ALL');
      waiting = db.engine.query('SELECT 1 AS one');
      await expect.poll(() => db.engine.pool.waiting).toBe(1);
      forgetEstablished();
    });
    expect(await expectSettled(waiting, 14_000)).toMatchObject({ rows: [{ one: 1 }] });
  });

  it('do not keep an abort from ending the wait', async () => {
    const db = await open({ stallCheck: 0 });
    const abort = new AbortController();
    const failure = failureOf(db.withSignal(abort.signal).execute(sql`SELECT pg_sleep(30)`));
    await expect.poll(() => world.ask(sleeping)).toEqual([1]);
    world.proxy.setMode(DARK);
    abort.abort();
    expect(isPlinthError(await failure, 'ENGINE_ABORTED')).toBe(true);
    await world.ask(endSleep);
    world.proxy.setMode(LIGHT);
    await expectHealthy(world, db);
  });

  it('read as a database that is away, and then as one that is back', async () => {
    const db = await open();
    expect((await db.health()).status).toBe('connected');
    world.proxy.setMode(DARK);
    expect((await expectSettled(db.health(300))).status).toBe('disconnected');
    world.proxy.setMode(LIGHT);
    expect((await expectSettled(db.health())).status).toBe('connected');
  });

  it('do not take a statement along that is well', async () => {
    const db = await open();
    await db.health();
    const [, control] = world.proxy.links;
    control?.setMode(DARK);
    const slow = db.execute(sql`SELECT pg_sleep(${8}), 1 AS one`);
    expect((await expectSettled(slow)).rows).toMatchObject([{ one: 1 }]);
    await expectHealthy(world, db);
  });

  it('end a statement whose answer stops half-way', async () => {
    const db = await open();
    const big = db.execute(sql`SELECT repeat('x', 1000000) FROM generate_series(1, ${500})`);
    const stuck = failureOf(big);
    const writing = `SELECT count(*)::int AS value FROM pg_stat_activity
                      WHERE application_name LIKE 'faults %' AND wait_event = 'ClientWrite'`;
    await expect.poll(() => world.ask(writing)).toEqual([1]);
    // Nothing is lost, and nothing comes.
    for (const link of world.proxy.links) link.setMode({ kind: 'hold' });
    expect(await stuck).toBeInstanceOf(Error);
    world.proxy.setMode(LIGHT);
    await expectHealthy(world, db);
  });
});

describe('the end of an engine in the dark', () => {
  it.each([
    ['idle', 'SELECT 1'],
    ['being cleaned', 'BEGIN'],
    ['being dropped', 'DEALLOCATE ALL'],
  ])('comes in time with a connection that is %s', async (_, text) => {
    const db = await open();
    await expectHealthy(world, db);
    await db.health();
    await db.engine.withConnection(async (connection) => {
      await connection.query(text);
      world.proxy.setMode(DARK);
    });
    await expectSettled(db.close(), 10_000);
    await expect.poll(() => world.ownSockets(), { timeout: 10_000 }).toBe(0);
  });

  it('comes in time while a statement runs, and ends it', async () => {
    const db = await open({ stallCheck: 0 });
    const failure = failureOf(db.execute(sql`SELECT pg_sleep(30)`));
    await expect.poll(() => world.ask(sleeping)).toEqual([1]);
    world.proxy.setMode(DARK);
    await expectSettled(db.close(), 10_000);
    expect(await failure).toBeInstanceOf(Error);
    await world.ask(endSleep);
    await expect.poll(() => world.ownSockets(), { timeout: 10_000 }).toBe(0);
  });
});

/** What the server goes on with when nobody could tell it that its client has gone. */
const endSleep = `SELECT pg_terminate_backend(pid) AS value FROM pg_stat_activity
                   WHERE application_name LIKE 'faults %' AND wait_event = 'PgSleep'`;

const sleeping = `SELECT count(*)::int AS value FROM pg_stat_activity
                   WHERE application_name LIKE 'faults %' AND wait_event = 'PgSleep'`;
