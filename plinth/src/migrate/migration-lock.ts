// The lock that lets one process at a time run revisions on a database: a session-level advisory
// lock, asked for again and again rather than waited for, because a session that waits inside a
// statement would hold up every concurrent index build.

import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '../engine/index.js';
import { PlinthError } from '../errors/index.js';

// Advisory locks are scoped to the database; these two numbers spell "plin" and "ledg".
const LOCK_CLASS = 0x70_6c_69_6e;
const LOCK_OBJECT = 0x6c_65_64_67;
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 500;

export interface LockOptions {
  /** Seconds to wait for another process. */
  readonly timeout: number;
  /** Called once, when another process turns out to hold the lock. */
  readonly onWait?: (holder: string) => void;
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
  await acquire(connection, options);
  try {
    return await work();
  } finally {
    // A session that is gone has given its locks back already.
    await connection
      .query('SELECT pg_advisory_unlock($1, $2)', [LOCK_CLASS, LOCK_OBJECT])
      .catch(() => undefined);
  }
}

async function acquire(connection: Connection, options: LockOptions): Promise<void> {
  const deadline = performance.now() + options.timeout * 1000;
  for (let wait = FIRST_WAIT_MS, first = true; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    const { rows } = await connection.query<{ taken: boolean }>(
      'SELECT pg_try_advisory_lock($1, $2) AS taken',
      [LOCK_CLASS, LOCK_OBJECT],
    );
    if (rows[0]?.taken === true) return;
    if (first) options.onWait?.(await describeHolder(connection));
    first = false;
    if (performance.now() >= deadline) {
      const holder = await describeHolder(connection);
      throw new PlinthError(
        'MIGRATE_LOCK_TIMEOUT',
        `the migration lock was not free within ${options.timeout} s; ${holder} holds it`,
        { hint: 'Wait until that process has ended, then run the command again.' },
      );
    }
    // Half fixed and half random, so that many waiters do not ask at the same moment.
    await delay(wait / 2 + Math.random() * (wait / 2));
  }
}

async function describeHolder(connection: Connection): Promise<string> {
  const { rows } = await connection.query<{ pid: number; application: string; seconds: number }>(
    `SELECT activity.pid, activity.application_name AS application,
            round(extract(epoch FROM now() - activity.backend_start))::int AS seconds
       FROM pg_locks AS lock
       JOIN pg_stat_activity AS activity USING (pid)
      WHERE lock.locktype = 'advisory' AND lock.granted
        AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND lock.classid = $1 AND lock.objid = $2 AND lock.objsubid = 2`,
    [LOCK_CLASS, LOCK_OBJECT],
  );
  const holder = rows[0];
  return holder === undefined
    ? 'another session'
    : `server process ${holder.pid} (${holder.application || 'unnamed'}, ` +
        `connected for ${holder.seconds} s)`;
}
