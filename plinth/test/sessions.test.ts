// Sessions on a real server: what is tried again, what an AbortSignal ends, what stays clean.

import { sql } from 'drizzle-orm';
import { connect, type Database, isPlinthError } from 'plinth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';

const server = useDatabase();
let db: Database;

beforeAll(async () => {
  db = await connect({ url: server.url, poolSize: 4, maxOverflow: 0 });
  await db.execute(sql`CREATE TABLE counters (name text PRIMARY KEY, value int NOT NULL)`);
});

afterAll(async () => {
  await db.close();
});

beforeEach(async () => {
  await db.execute(sql`TRUNCATE counters`);
  await db.execute(sql`INSERT INTO counters VALUES ('a', 0), ('b', 0)`);
});

async function counter(name: string): Promise<number | undefined> {
  const { rows } = await db.execute<{ value: number }>(
    sql`SELECT value FROM counters WHERE name = ${name}`,
  );
  return rows[0]?.value;
}

/** Both parties wait here until the other has come as well; later visits pass. */
function meetingPoint(parties: number): () => Promise<void> {
  let arrived = 0;
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  return async () => {
    arrived += 1;
    if (arrived >= parties) open();
    await gate;
  };
}

describe('conflicts', () => {
  it('are tried again until every increment is there', async () => {
    const retried: unknown[] = [];
    const count = ({ error }: { readonly error: unknown }) => retried.push(error);
    db.engine.on('retry', count);
    const meet = meetingPoint(4);
    const increment = () =>
      db.transaction(
        async (tx) => {
          const { rows } = await tx.execute<{ value: number }>(
            sql`SELECT value FROM counters WHERE name = 'a'`,
          );
          await meet();
          await tx.execute(
            sql`UPDATE counters SET value = ${(rows[0]?.value ?? 0) + 1} WHERE name = 'a'`,
          );
        },
        { isolation: 'serializable', retries: 50 },
      );
    await Promise.all(Array.from({ length: 4 }, increment));
    db.engine.off('retry', count);
    expect(await counter('a')).toBe(4);
    expect(retried.length).toBeGreaterThanOrEqual(3);
  });

  it('end as errors when they may not be tried again', async () => {
    const meet = meetingPoint(2);
    const increment = () =>
      db.transaction(
        async (tx) => {
          await tx.execute(sql`SELECT sum(value) FROM counters`);
          await meet();
          await tx.execute(sql`UPDATE counters SET value = value + 1 WHERE name = 'a'`);
        },
        { isolation: 'serializable', retries: 0 },
      );
    const ends = await Promise.allSettled([increment(), increment()]);
    const errors = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
    expect(errors).toEqual([expect.objectContaining({ code: '40001' })]);
  });

  it('of locks are solved by running the victim again', async () => {
    const meet = meetingPoint(2);
    const move = (from: string, to: string) =>
      db.transaction(async (tx) => {
        await tx.execute(sql`UPDATE counters SET value = value - 1 WHERE name = ${from}`);
        await meet();
        await tx.execute(sql`UPDATE counters SET value = value + 1 WHERE name = ${to}`);
      });
    await Promise.all([move('a', 'b'), move('b', 'a')]);
    expect([await counter('a'), await counter('b')]).toEqual([0, 0]);
  });

  it('never make a transaction that was rolled back look committed', async () => {
    const swallowed = db.transaction(async (tx) => {
      await tx.execute(sql`UPDATE counters SET value = 7`);
      await tx.execute(sql`SELECT 1/0`).catch(() => undefined);
      return 'done';
    });
    await expect(swallowed).rejects.toMatchObject({ code: 'ENGINE_ROLLED_BACK' });
    expect(await counter('a')).toBe(0);
  });

  it('do not make an ordinary error try again', async () => {
    let runs = 0;
    const failing = db.transaction(async (tx) => {
      runs += 1;
      await tx.execute(sql`INSERT INTO counters VALUES ('a', 1)`);
    });
    await expect(failing).rejects.toMatchObject({ code: '23505' });
    expect(runs).toBe(1);
  });

  it.each([
    [{ retries: -1 }, 'retries is -1'],
    [{ retries: 1.5 }, 'retries is 1.5'],
    [{ isolation: 'chaos; DROP TABLE counters' }, 'no isolation level'],
  ])('refuses %j', async (options, says) => {
    // As JavaScript may call it.
    const started: unknown = Reflect.apply(db.transaction, db, [async () => 1, options]);
    const failure = await Promise.resolve(started).catch((error: unknown) => error);
    expect(isPlinthError(failure, 'ENGINE_OPTION_INVALID')).toBe(true);
    expect(String(failure)).toContain(says);
    expect(db.engine.pool.inUse).toBe(0);
  });
});

describe('an AbortSignal', () => {
  async function activeSleeps(): Promise<number> {
    const { rows } = await db.execute<{ count: number }>(
      sql`SELECT count(*)::int AS count FROM pg_stat_activity
           WHERE datname = current_database() AND state = 'active' AND query LIKE '%pg_sleep(60)'`,
    );
    return rows[0]?.count ?? 0;
  }

  it('cancels the running statement on the server', async () => {
    const abort = new AbortController();
    const asleep = db.withSignal(abort.signal).execute(sql`SELECT pg_sleep(60)`);
    const outcome = asleep.catch((error: unknown) => error);
    await expect.poll(activeSleeps).toBe(1);
    abort.abort(new Error('the caller left'));
    const failure = await outcome;
    expect(isPlinthError(failure, 'ENGINE_ABORTED')).toBe(true);
    expect(String(failure)).toContain('the caller left');
    expect(await activeSleeps()).toBe(0);
    await expect.poll(() => db.engine.pool.inUse).toBe(0);
  });

  it('rolls a transaction back and gives its connection back clean', async () => {
    const abort = new AbortController();
    const work = db.transaction(
      async (tx) => {
        await tx.execute(sql`UPDATE counters SET value = 99`);
        await tx.execute(sql`SELECT pg_sleep(60)`);
      },
      { signal: abort.signal },
    );
    const outcome = work.catch((error: unknown) => error);
    await expect.poll(activeSleeps).toBe(1);
    abort.abort();
    expect(isPlinthError(await outcome, 'ENGINE_ABORTED')).toBe(true);
    expect(await counter('a')).toBe(0);
    await expect.poll(() => db.engine.pool.inUse).toBe(0);
  });

  it('that has spoken already lets nothing be sent', async () => {
    const sent: unknown[] = [];
    const listen = (event: unknown) => sent.push(event);
    db.engine.on('query', listen);
    const late = db.withSignal(AbortSignal.abort()).execute(sql`SELECT 1`);
    await expect(late).rejects.toMatchObject({ code: 'ENGINE_ABORTED' });
    db.engine.off('query', listen);
    expect(sent).toEqual([]);
  });

  it('ends the wait for a connection, which then goes to somebody else', async () => {
    await using small = await connect({ url: server.url, poolSize: 1, maxOverflow: 0 });
    const abort = new AbortController();
    await small.transaction(async () => {
      const waiting = small.withSignal(abort.signal).execute(sql`SELECT 1`);
      abort.abort();
      await expect(waiting).rejects.toMatchObject({ code: 'ENGINE_ABORTED' });
    });
    expect((await small.execute(sql`SELECT 1 AS one`)).rows).toEqual([{ one: 1 }]);
  });

  it('holds in a tenant scope, too', async () => {
    const abort = new AbortController();
    const asleep = db.tenant('acme').withSignal(abort.signal).execute(sql`SELECT pg_sleep(60)`);
    const outcome = asleep.catch((error: unknown) => error);
    await expect.poll(activeSleeps).toBe(1);
    abort.abort();
    expect(isPlinthError(await outcome, 'ENGINE_ABORTED')).toBe(true);
    const { rows } = await db.execute(
      sql`SELECT nullif(current_setting('app.current_tenant_id', true), '') AS tenant`,
    );
    expect(rows).toEqual([{ tenant: null }]);
  });
});
