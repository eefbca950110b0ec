// The pool's promises on a real server: size and overflow, time limits, age, death, cleanliness.

import { once } from 'node:events';
import { type CloseReason, type Engine, isPlinthError, openEngine } from 'plinth';
import { afterEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';

const server = useDatabase();
let engine: Engine | undefined;

afterEach(async () => {
  await engine?.close();
  engine = undefined;
});

type Options = Partial<Parameters<typeof openEngine>[0]>;

async function open(options: Options = {}): Promise<Engine> {
  engine = await openEngine({ url: server.url, ...options });
  return engine;
}

/** Holds as many connections as asked, each with a statement done, until released. */
async function hold(on: Engine, count: number) {
  let release = () => {};
  const wait = new Promise<void>((resolve) => {
    release = resolve;
  });
  const ready: Promise<unknown>[] = [];
  const ended: Promise<unknown>[] = [];
  for (let i = 0; i < count; i += 1) {
    let isReady = () => {};
    ready.push(
      new Promise<void>((resolve) => {
        isReady = resolve;
      }),
    );
    ended.push(
      on.withConnection(async (connection) => {
        await connection.query('SELECT 1');
        isReady();
        await wait;
      }),
    );
  }
  await Promise.all(ready);
  return async () => {
    release();
    await Promise.all(ended);
  };
}

function closings(on: Engine): CloseReason[] {
  const reasons: CloseReason[] = [];
  on.on('close', ({ reason }) => reasons.push(reason));
  return reasons;
}

async function pidOf(on: Engine): Promise<number> {
  const { rows } = await on.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}

async function terminate(pid: number): Promise<void> {
  await using admin = await openEngine({ url: server.url, poolSize: 1 });
  await admin.query('SELECT pg_terminate_backend($1)', [pid]);
}

describe('size and overflow', () => {
  it('opens up to size + overflow and closes the overflow when it comes back', async () => {
    const pool = await open({ poolSize: 2, maxOverflow: 3, poolTimeout: 0.2 });
    const reasons = closings(pool);
    const release = await hold(pool, 5);
    expect(pool.pool).toMatchObject({ size: 2, maxOverflow: 3, inUse: 5, idle: 0 });
    const failure = await pool.query('SELECT 1').catch((error: unknown) => error);
    expect(isPlinthError(failure, 'ENGINE_POOL_TIMEOUT')).toBe(true);
    expect(String(failure)).toMatch(/5 of 5 in use, the longest for \d+\.\d s/);
    await release();
    expect(pool.pool).toMatchObject({ inUse: 0, idle: 2, waiting: 0, longestUse: 0 });
    expect(reasons).toEqual(['overflow', 'overflow', 'overflow']);
  });

  it('hands a connection that comes back to whoever waits', async () => {
    const pool = await open({ poolSize: 1, maxOverflow: 1 });
    const reasons = closings(pool);
    const release = await hold(pool, 2);
    const waiting = Promise.all(Array.from({ length: 10 }, () => pidOf(pool)));
    expect(pool.pool.waiting).toBe(10);
    await release();
    expect(new Set(await waiting).size).toBeLessThanOrEqual(2);
    expect(reasons.filter((reason) => reason === 'overflow').length).toBeLessThanOrEqual(1);
  });

  it('tells of time-outs, checkouts and returns', async () => {
    const pool = await open({ poolSize: 1, maxOverflow: 0, poolTimeout: 0.05 });
    const seen: string[] = [];
    pool.on('checkout', () => seen.push('checkout'));
    pool.on('checkin', () => seen.push('checkin'));
    pool.on('timeout', ({ waiting }) => seen.push(`timeout ${waiting}`));
    const release = await hold(pool, 1);
    await pool.query('SELECT 1').catch(() => undefined);
    await release();
    expect(seen).toEqual(['checkout', 'timeout 0', 'checkin']);
  });
});

describe('age and death', () => {
  it('replaces a connection past its age', async () => {
    const pool = await open({ poolSize: 1, poolRecycle: 0.05 });
    const reasons = closings(pool);
    const first = await pidOf(pool);
    await expect.poll(() => pidOf(pool)).not.toBe(first);
    expect(reasons[0]).toBe('recycled');
  });

  it('asks an idle connection whether it lives, and replaces all older ones', async () => {
    const pool = await open({ poolSize: 3, maxOverflow: 0 });
    const release = await hold(pool, 3);
    await release();
    const lost = once(pool, 'invalidate');
    await terminate(await pidOf(pool));
    await lost;
    const reasons = closings(pool);
    const fresh = await hold(pool, 3);
    await fresh();
    expect(reasons.filter((reason) => reason === 'invalidated')).toHaveLength(2);
  });

  it('lets only the statement that was hit fail', async () => {
    const pool = await open({ poolSize: 2, maxOverflow: 0 });
    const hit = pool.withConnection(async (connection) => {
      const { rows } = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await terminate(rows[0]?.pid ?? 0);
      await connection.query('SELECT 1');
    });
    await expect(hit).rejects.toThrow();
    const { rows } = await pool.query('SELECT 1 AS one');
    expect(rows).toEqual([{ one: 1 }]);
    expect(pool.pool.inUse).toBe(0);
  });
});

describe('cleanliness', () => {
  it.each([
    ["SET work_mem = '1MB'", 'SHOW work_mem', { work_mem: '1MB' }],
    ["SELECT set_config('app.colour', 'red', false)", 'colour', { colour: 'red' }],
    ["/* a */ set search_path = 'pg_catalog'", 'SHOW search_path', { search_path: 'pg_catalog' }],
    ["SELECT 1; SET lock_timeout = '7s'", 'SHOW lock_timeout', { lock_timeout: '7s' }],
  ])('clears what %s leaves', async (dirty, look, left) => {
    const pool = await open({ poolSize: 1, maxOverflow: 0 });
    await pool.query(dirty);
    const question =
      look === 'colour' ? `SELECT current_setting('app.colour', true) AS colour` : look;
    const { rows } = await pool.query(question);
    expect(rows).not.toEqual([left]);
  });

  it('clears temporary tables, listeners, advisory locks and cursors', async () => {
    const pool = await open({ poolSize: 1, maxOverflow: 0 });
    const pid = await pidOf(pool);
    await pool.query('CREATE TEMP TABLE leftover (a int)');
    await pool.query('LISTEN somewhere');
    await pool.query('SELECT pg_advisory_lock(7)');
    await pool.query('BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT 1; COMMIT');
    const { rows } = await pool.query(
      `SELECT to_regclass('leftover') AS leftover,
              (SELECT count(*)::int FROM pg_listening_channels()) AS channels,
              (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory'
                  AND pid = pg_backend_pid()) AS locks,
              (SELECT count(*)::int FROM pg_cursors) AS cursors`,
    );
    expect(rows).toEqual([{ leftover: null, channels: 0, locks: 0, cursors: 0 }]);
    expect(await pidOf(pool)).toBe(pid);
  });

  it('leaves an ordinary connection alone, with its prepared statements', async () => {
    const pool = await open({ poolSize: 1, maxOverflow: 0 });
    await pool.query('SELECT $1::int AS a', [1]);
    await pool.query("SET work_mem = '1MB'");
    await pool.query('SELECT $1::int AS a', [2]);
    const { rows } = await pool.query(
      `SELECT calls.generic_plans + calls.custom_plans AS runs
         FROM pg_prepared_statements AS calls WHERE statement = 'SELECT $1::int AS a'`,
    );
    expect(rows).toEqual([{ runs: '2' }]);
  });

  it('rolls back what a borrower left open, failed or not', async () => {
    const pool = await open({ poolSize: 1, maxOverflow: 0 });
    await pool.query('CREATE TABLE IF NOT EXISTS kept (a int)');
    await pool.withConnection(async (connection) => {
      await connection.query('BEGIN');
      await connection.query('INSERT INTO kept VALUES (1)');
    });
    await pool.withConnection(async (connection) => {
      await connection.query('BEGIN');
      await connection.query('SELECT 1/0').catch(() => undefined);
    });
    expect((await pool.query('SELECT * FROM kept')).rows).toEqual([]);
  });

  it('drops a connection whose prepared statements were touched by hand', async () => {
    const pool = await open({ poolSize: 1, maxOverflow: 0 });
    const reasons = closings(pool);
    await pool.query('SELECT $1::int', [1]);
    await pool.query('DEALLOCATE ALL');
    expect((await pool.query('SELECT $1::int AS a', [2])).rows).toEqual([{ a: 2 }]);
    expect(reasons).toEqual(['not resettable']);
  });
});

describe('prepared statements', () => {
  const prepared = (pool: Engine) =>
    pool.query<{ count: number }>('SELECT count(*)::int AS count FROM pg_prepared_statements');

  it('are kept by text, up to the limit', async () => {
    const pool = await open({ poolSize: 1, maxOverflow: 0, statementCacheSize: 5 });
    for (let i = 0; i < 50; i += 1) {
      const { rows } = await pool.query(`SELECT $1::int + ${i} AS sum`, [1]);
      expect(rows).toEqual([{ sum: 1 + i }]);
    }
    expect((await prepared(pool)).rows[0]?.count).toBeLessThanOrEqual(5);
    expect((await pool.query('SELECT $1::int + 3 AS sum', [1])).rows).toEqual([{ sum: 4 }]);
  });

  it.each([{ statementCacheSize: 0 }, { pooler: 'transaction' }] as const)(
    'are not made with %j',
    async (options) => {
      const pool = await open({ poolSize: 1, maxOverflow: 0, ...options });
      await pool.query('SELECT $1::int', [1]);
      expect((await prepared(pool)).rows[0]?.count).toBe(0);
    },
  );

  it('survive a table that changes under them', async () => {
    const pool = await open({ poolSize: 1, maxOverflow: 0 });
    await pool.query('CREATE TABLE shape (a int)');
    await pool.query('INSERT INTO shape VALUES (1)');
    const look = () => pool.query('SELECT * FROM shape WHERE a::text = $1', ['1']);
    expect((await look()).rows).toEqual([{ a: 1 }]);
    await pool.query('ALTER TABLE shape ADD COLUMN b text');
    expect((await look()).rows).toEqual([{ a: 1, b: null }]);
    await pool.query('ALTER TABLE shape ALTER COLUMN a TYPE text');
    expect((await look()).rows).toEqual([{ a: '1', b: null }]);
  });
});

describe('leaks and the end', () => {
  it('says who holds a connection for too long', async () => {
    const pool = await open({ poolSize: 1, maxOverflow: 0, leakThreshold: 0.05 });
    const leak = once(pool, 'leak');
    const release = await hold(pool, 1);
    const [event] = await leak;
    expect(event).toMatchObject({ stack: expect.stringContaining('pool.test.ts') });
    await release();
  });

  it('waits for connections in use, and drops them at the deadline', async () => {
    const pool = await open({ poolSize: 2, maxOverflow: 0, closeTimeout: 5 });
    const release = await hold(pool, 1);
    const closing = pool.close();
    await expect(pool.query('SELECT 1')).rejects.toMatchObject({ code: 'ENGINE_CLOSED' });
    await release();
    await closing;

    const stuck = await open({ poolSize: 1, maxOverflow: 0, closeTimeout: 0.05 });
    const never = stuck.query('SELECT pg_sleep(60)').catch((error: unknown) => error);
    await expect.poll(() => stuck.pool.inUse).toBe(1);
    await stuck.close();
    // Cancelled or cut off, whichever came first; the file fails when its backend lives on.
    expect(await never).toBeInstanceOf(Error);
  });
});

describe('a connection that comes back while the server still speaks', () => {
  it('is lent only when its transaction has ended', async () => {
    const pool = await open({ poolSize: 1, maxOverflow: 0 });
    for (let round = 0; round < 200; round += 1) {
      await pool.query('BEGIN; SELECT 1/0').catch(() => undefined);
      expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
      await pool.withConnection(async (connection) => {
        // A statement that nobody waits for.
        connection.query('BEGIN').catch(() => undefined);
      });
      const { rows } = await pool.query('SELECT now() = statement_timestamp() AS alone');
      expect(rows).toEqual([{ alone: true }]);
    }
  });
});
