// What must hold after every fault, whatever it was.

import type { Connection, Database, Engine } from 'plinth';
import { expect } from 'vitest';
import type { FaultWorld } from './fault-world.js';
import type { Load } from './load.js';

const WITHIN = { timeout: 30_000, interval: 20 };

/** The load has had so many more acknowledgements since now. */
export async function expectProgress(load: Load, more = 100): Promise<void> {
  const wanted = load.acknowledged.size + more;
  await expect.poll(() => load.acknowledged.size, WITHIN).toBeGreaterThanOrEqual(wanted);
}

/** The load has felt the fault since now. */
export async function expectFailures(load: Load, more = 5): Promise<void> {
  const wanted = load.failures.length + more;
  await expect.poll(() => load.failures.length, WITHIN).toBeGreaterThanOrEqual(wanted);
}

/** Rejects instead of waiting for ever. */
export async function expectSettled<Result>(work: Promise<Result>, ms = 30_000): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not settled after ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Ends a load and expects all that must hold after a fault, without a restart of anything. */
export async function expectSurvived(world: FaultWorld, db: Database, load: Load): Promise<void> {
  await expectSettled(load.end());
  await expectHealthy(world, db);
  expect(load.strangers).toEqual([]);
  await expectNothingLost(world, load);
}

/** Full service, no leak, no tenant left behind. */
export async function expectHealthy(world: FaultWorld, db: Database): Promise<void> {
  const { size } = db.engine.pool;
  await expect.poll(() => borrowAtOnce(db.engine, size), WITHIN).toEqual({ failed: [], size });
  expect(await borrowAtOnce(db.engine, size)).toEqual({ failed: [], size });
  await expect.poll(() => db.engine.pool, WITHIN).toMatchObject({ inUse: 0, waiting: 0 });
  // The pool, and one connection beside it at most.
  await expect
    .poll(async () => {
      world.proxy.setMode({ kind: 'pass' });
      return (await world.connections(db)) - db.engine.pool.idle;
    }, WITHIN)
    .toSatisfy((beside: number) => beside === 0 || beside === 1);
  expect(db.engine.pool.idle).toBe(size);
}

async function expectNothingLost(world: FaultWorld, load: Load): Promise<void> {
  const rows = await world.ask<readonly [string, string]>(
    'SELECT jsonb_build_array(key, tenant_id) AS value FROM entries',
  );
  const kept = new Map(rows);
  const lost = [...load.acknowledged].filter(([key, tenant]) => kept.get(key) !== tenant);
  expect(lost).toEqual([]);
  // What was not acknowledged may have been kept, but under nobody else's name.
  const moved = [...load.attempted].filter(
    ([key, tenant]) => kept.has(key) && kept.get(key) !== tenant,
  );
  expect(moved).toEqual([]);
}

/** Borrows so many different connections at once and looks into each. */
export async function borrowAtOnce(engine: Engine, count: number) {
  let arrived = 0;
  let open = () => {};
  const allThere = new Promise<void>((resolve) => {
    open = resolve;
  });
  const arrive = () => {
    arrived += 1;
    if (arrived === count) open();
  };
  const borrow = async (): Promise<number> => {
    let there = false;
    try {
      return await engine.withConnection(async (connection) => {
        const pid = await lookInto(connection);
        there = true;
        arrive();
        await allThere;
        return pid;
      });
    } finally {
      if (!there) arrive();
    }
  };
  const results = await Promise.allSettled(Array.from({ length: count }, borrow));
  const failed = results.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
  const pids = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  return { failed, size: new Set(pids).size };
}

/** The backend of a connection, which must be clean. */
async function lookInto(connection: Connection): Promise<number> {
  if (connection.transactionState !== 'idle') throw new Error('it came with a transaction');
  const { rows } = await connection.query<{ pid: number; tenant: string }>(
    `SELECT pg_backend_pid() AS pid,
            coalesce(current_setting('app.current_tenant_id', true), '') AS tenant`,
  );
  const [row] = rows;
  if (row === undefined || row.tenant !== '') throw new Error(`it came with ${row?.tenant}`);
  return row.pid;
}
