// The lock that lets one run at a time remove rows of a database, across all processes: an advisory
// lock of a transaction that stays open beside the work. A pooler keeps such a transaction on one
// session, and the server frees the lock as soon as the process is gone.

import type { Connection, Engine } from '../engine/index.js';
import { PlinthError } from '../errors/index.js';

// These two numbers spell "plin" and "rete".
const LOCK = [0x70_6c_69_6e, 0x72_65_74_65] as const;

/** Whether the lock is still held. */
export type IsHeld = () => boolean;

export type Held<Result> =
  | { readonly kind: 'held'; readonly result: Result }
  /** Another run holds it. */
  | { readonly kind: 'busy'; readonly holder: string };

/** Engines of this process whose embedded database is at work: its folder belongs to this process. */
const embedded = new WeakSet<Engine>();

/**
 * Runs the work with the lock, or says who holds it. It never waits.
 *
 * @throws PlinthError ENGINE_OPTION_INVALID for a pool of one connection: the lock keeps one;
 *   RETENTION_LOCK_LOST where the session is lost before the work has begun.
 */
export async function withRetentionLock<Result>(
  engine: Engine,
  work: (isHeld: IsHeld) => Promise<Result>,
): Promise<Held<Result>> {
  if (engine.kind === 'embedded') return await withFlag(engine, work);
  refuseSmallPool(engine);
  return await engine.withConnection(async (connection) => {
    try {
      const holder = await takeLock(connection);
      if (holder !== undefined) return { kind: 'busy', holder };
      const result = await work(() => !connection.isLost);
      return { kind: 'held', result };
    } finally {
      // A session that is lost has given the lock back already.
      await connection.rollBack().catch(() => undefined);
    }
  });
}

async function withFlag<Result>(
  engine: Engine,
  work: (isHeld: IsHeld) => Promise<Result>,
): Promise<Held<Result>> {
  if (embedded.has(engine)) return { kind: 'busy', holder: 'this process' };
  embedded.add(engine);
  try {
    return { kind: 'held', result: await work(() => true) };
  } finally {
    embedded.delete(engine);
  }
}

function refuseSmallPool({ pool }: Engine): void {
  const connections = pool.size + pool.maxOverflow;
  if (connections >= 2) return;
  throw new PlinthError(
    'ENGINE_OPTION_INVALID',
    'a run of retention needs two connections, one for its lock, and the pool has one',
    { hint: 'Set poolSize to 2 or more.', details: { connections } },
  );
}

export function lockLost(cause?: unknown): PlinthError {
  return new PlinthError(
    'RETENTION_LOCK_LOST',
    'the session that holds the lock was lost again and again',
    { hint: 'Look in the log of the server who ends its sessions, and run it again.', cause },
  );
}

/** @returns Who holds it, where it is not free. */
async function takeLock(connection: Connection): Promise<string | undefined> {
  try {
    // Whatever the default is: without a snapshot it keeps nothing from being vacuumed.
    await connection.begin({ isolation: 'read committed' }, undefined);
    return (await tryLock(connection)) ? undefined : await describeHolder(connection);
  } catch (error) {
    throw connection.isLost ? lockLost(error) : error;
  }
}

async function tryLock(connection: Connection): Promise<boolean> {
  // Without bound values: what is bound runs in a portal, which would keep its snapshot, and so every
  // row that anybody replaces or removes, until the transaction ends. It is idle for as long as the run
  // lasts, which must not be held against it.
  const { rows } = await connection.query<{ taken: boolean }>(
    `SELECT set_config('idle_in_transaction_session_timeout', '0', true),
            CASE WHEN current_setting('server_version_num')::integer >= 170000
                 THEN set_config('transaction_timeout', '0', true) END,
            pg_try_advisory_xact_lock(${LOCK.join(', ')}) AS taken`,
  );
  return rows[0]?.taken === true;
}

async function describeHolder(connection: Connection): Promise<string> {
  const { rows } = await connection.query<{ pid: number; application: string | null }>(
    `SELECT lock.pid, activity.application_name AS application
       FROM pg_locks AS lock LEFT JOIN pg_stat_activity AS activity USING (pid)
      WHERE lock.locktype = 'advisory' AND lock.granted AND lock.objsubid = 2
        AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND lock.classid::bigint = $1 AND lock.objid::bigint = $2`,
    LOCK,
  );
  const [holder] = rows;
  if (holder === undefined) return 'another session';
  return `server process ${holder.pid} (${holder.application || 'unnamed'})`;
}
