// The lock that lets one process at a time run revisions on a database: a session-level advisory
// lock, asked for again and again rather than waited for, because a session that waits inside a
// statement would hold up every concurrent index build.

import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '../engine/index.js';
import { PlinthError } from '../errors/index.js';
import { DEFAULT_LEDGER } from './ledger-schema.js';

// Advisory locks are scoped to the database; these two numbers spell "plin" and "ledg".
const LOCK_CLASS = 0x70_6c_69_6e;
const LOCK_OBJECT = 0x6c_65_64_67;
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 500;

export interface LockOptions {
  /** Whose runners exclude each other. Default: those of the ledger `ledger`. */
  readonly ledger?: string | undefined;
  /** Seconds to wait for another process. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
  /** Called once, when another process turns out to hold the lock. */
  readonly onWait?: ((holder: string) => void) | undefined;
}

/** Both numbers of a ledger's lock; with another name than usual the second is of its SHA-256. */
export function lockKeys(ledger = DEFAULT_LEDGER): readonly [number, number] {
  if (ledger === DEFAULT_LEDGER) return [LOCK_CLASS, LOCK_OBJECT];
  return [LOCK_CLASS, createHash('sha256').update(ledger).digest().readInt32BE()];
}

/**
 * Runs the work while holding the migration lock of the connection's database.
 *
 * @throws PlinthError MIGRATE_LOCK_TIMEOUT, naming the process that holds it.
 */
export async function withMigrationLock<Result>(
  connection: Connection,
  options: LockOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  const keys = lockKeys(options.ledger);
  await acquire(connection, keys, options);
  try {
    return await work();
  } finally {
    // A session that is gone has given its locks back already, and of one that is aborted the
    // pool takes them.
    await connection.query('SELECT pg_advisory_unlock($1, $2)', keys).catch(() => undefined);
  }
}

async function acquire(
  connection: Connection,
  keys: readonly [number, number],
  { timeout, signal, onWait }: LockOptions,
): Promise<void> {
  const deadline = performance.now() + timeout * 1000;
  for (let wait = FIRST_WAIT_MS, first = true; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    const { rows } = await connection.query<{ taken: boolean }>(
      'SELECT pg_try_advisory_lock($1, $2) AS taken',
      keys,
    );
    if (rows[0]?.taken === true) return;
    if (first) onWait?.(await describeHolder(connection, keys));
    first = false;
    if (performance.now() >= deadline) {
      const holder = await describeHolder(connection, keys);
      throw new PlinthError(
        'MIGRATE_LOCK_TIMEOUT',
        `the migration lock was not free within ${timeout} s; ${holder} holds it`,
        { hint: 'Wait until that process has ended, then run the command again.' },
      );
    }
    // Half fixed and half random, so that many waiters do not ask at the same moment. An abort
    // ends the wait, and the next statement says so.
    await delay(wait / 2 + Math.random() * (wait / 2), undefined, { signal }).catch(
      () => undefined,
    );
  }
}

async function describeHolder(
  connection: Connection,
  keys: readonly [number, number],
): Promise<string> {
  const { rows } = await connection.query<Holder>(
    `SELECT activity.pid, activity.application_name AS application, activity.state,
            round(extract(epoch FROM now() - activity.backend_start))::int AS connected,
            round(extract(epoch FROM clock_timestamp() - activity.query_start))::int AS "running",
            left(regexp_replace(activity.query, '\\s+', ' ', 'g'), 80) AS query
       FROM pg_locks AS lock
       JOIN pg_stat_activity AS activity USING (pid)
      WHERE lock.locktype = 'advisory' AND lock.granted
        AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND lock.classid = $1 AND lock.objid::bigint = $2::bigint & 4294967295
        AND lock.objsubid = 2`,
    keys,
  );
  const [holder] = rows;
  if (holder === undefined) return 'another session';
  const { pid, application, connected, running, query, state } = holder;
  const work = state === 'active' ? `, running for ${running} s: ${query}` : '';
  return `server process ${pid} (${application || 'unnamed'}, connected for ${connected} s${work})`;
}

// A type and not an interface: a row is a record of anything.
type Holder = {
  readonly pid: number;
  readonly application: string;
  readonly state: string | null;
  /** Seconds. */
  readonly connected: number;
  /** Seconds. */
  readonly running: number | null;
  readonly query: string | null;
};
