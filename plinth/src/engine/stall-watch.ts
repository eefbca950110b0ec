// Finds statements whose answer will never come, because the network swallowed it or the server's
// side of the connection is gone, and breaks their connections so that their callers hear of it.

import { setTimeout as delay } from 'node:timers/promises';
import type { ConnectionPool } from './connection-pool.js';
import type { ControlConnection } from './control-connection.js';
import type { EngineSettings } from './engine-options.js';

const ANSWER_MS = 5000;
const GRACE_MS = 1000;

/**
 * Looks at statements that have run for `everyMs`, and again after as long; 0 never does. Where the
 * server does not answer a new connection either, or says that their backend is idle or gone, their
 * connection is destroyed.
 *
 * @returns Stops the watch.
 */
export function watchStalls(
  pool: Pick<ConnectionPool, 'runningLongerThan'>,
  control: ControlConnection,
  everyMs: number,
  pooler: EngineSettings['pooler'] = 'none',
): () => void {
  if (everyMs === 0) return () => undefined;
  let looking = false;
  const look = async () => {
    const suspects = pool.runningLongerThan(everyMs);
    if (looking || suspects.length === 0) return;
    looking = true;
    const pids = suspects.map(({ pid }) => pid).filter((pid) => pid !== undefined);
    const active = await (pooler === 'none' ? activePids : allIfAnswered)(control, pids);
    // An answer may just be on its way.
    await delay(GRACE_MS, undefined, { ref: false });
    looking = false;
    for (const suspect of suspects) {
      if (suspect.pid === undefined || !active.has(suspect.pid)) suspect.breakOff();
    }
  };
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * The backends that still work on a statement; none when the server does not answer. One that waits
 * to write its answer does not work, and one whose server tracks no activity is taken to.
 */
async function activePids(
  control: ControlConnection,
  pids: readonly number[],
): Promise<ReadonlySet<unknown>> {
  try {
    const rows = await control.query(
      `SELECT pid FROM pg_stat_activity
        WHERE pid = ANY ($1)
          AND state IN ('active', 'fastpath function call', 'disabled')
          AND wait_event IS DISTINCT FROM 'ClientWrite'`,
      [[...pids]],
      ANSWER_MS,
    );
    return new Set(rows.map((row) => (isPidRow(row) ? row.pid : undefined)));
  } catch {
    return new Set();
  }
}

/**
 * A pooler's process ids mean nothing to the server, so that nothing can be said of one backend:
 * all while the server answers through the pooler, none when it does not.
 */
async function allIfAnswered(
  control: ControlConnection,
  pids: readonly number[],
): Promise<ReadonlySet<unknown>> {
  try {
    await control.query('SELECT 1', [], ANSWER_MS);
    return new Set(pids);
  } catch {
    return new Set();
  }
}

function isPidRow(row: unknown): row is { readonly pid: unknown } {
  return typeof row === 'object' && row !== null && 'pid' in row;
}
