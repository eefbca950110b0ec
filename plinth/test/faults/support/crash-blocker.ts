// A session that stands in a runner's way, and the look at the server for who waits.

import { expect } from 'vitest';
import type { CrashCopy } from './crash-play.js';
import { withEngine } from './crash-stage.js';

/** What the server knows the session that stands in the way by. */
export const BLOCKER = 'crash blocker';

const PID = 'SELECT pg_backend_pid() AS pid';

/**
 * Does the work while another session has a transaction open in which it ran these statements; the
 * first of them may be a BEGIN of its own. The transaction is rolled back in the end.
 */
export async function whileBlocked<Result>(
  { url }: CrashCopy,
  statements: string,
  work: (blockerPid: number) => Promise<Result>,
): Promise<Result> {
  const begin = /^BEGIN/.test(statements) ? '' : 'BEGIN;';
  return await withEngine(
    url,
    (engine) =>
      engine.withConnection(async (connection) => {
        const { rows } = await connection.query<{ pid: number }>(PID);
        // Last, because it is what others are told of this session.
        await connection.query(begin + statements);
        return await work(rows[0]?.pid ?? 0);
      }),
    { applicationName: BLOCKER },
  );
}

/** Resolves with the server process of a runner that waits for another session's lock. */
export async function waitingRunner(copy: CrashCopy, application: string): Promise<number> {
  let pid: number | undefined;
  const look = async () => {
    [pid] = await copy.ask<number>(
      `SELECT pid AS value FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = $1 AND wait_event_type = 'Lock'`,
      [application],
    );
    return pid;
  };
  await expect.poll(look, { interval: 5 }).toBeDefined();
  return pid ?? 0;
}
