// One statement on whichever connection comes free: the path that most work takes, so each makes one
// promise and no more. It owns no pool.

import { abortedError, type CancelSignal } from './cancellation.js';
import type { ConnectionPool } from './connection-pool.js';
import type { Lease } from './lease.js';
import type { QueryResult } from './query.js';
import { type Report, runStatement } from './run-statement.js';
import type { Statement } from './send-statement.js';

interface Backend {
  readonly pool: ConnectionPool;
  /** Cancels what a connection runs; never rejects. */
  readonly cancel: (lease: Lease) => Promise<void>;
}

const ONCE = { once: true } as const;

/** @throws PlinthError ENGINE_POOL_TIMEOUT or ENGINE_CONNECT_FAILED; PostgreSQL's error. */
export function runOnce<Row>(
  { pool }: Backend,
  statement: Statement,
  report: Report | undefined,
): Promise<QueryResult<Row>> {
  return new Promise((resolve, reject) => {
    pool.lend(undefined, (failure, lease) => {
      if (lease === undefined) {
        reject(failure);
        return;
      }
      runStatement(lease, statement, report, (error, result) => {
        pool.release(lease);
        if (error === undefined) resolve(result);
        else reject(error);
      });
    });
  });
}

/**
 * {@link runOnce} until a signal aborts. Whoever waits for a connection then leaves the queue; a
 * statement that was sent is cancelled, and its connection is given back only when both the
 * statement and the cancel request have ended.
 *
 * @throws Also PlinthError ENGINE_ABORTED.
 */
export function runUntilAborted<Row>(
  { pool, cancel }: Backend,
  statement: Statement,
  report: Report | undefined,
  signal: CancelSignal,
): Promise<QueryResult<Row>> {
  return new Promise((resolve, reject) => {
    let held: Lease | undefined;
    let cancelled: Promise<void> | undefined;
    const onAbort = () => {
      if (held === undefined) reject(abortedError(signal, signal.reason));
      else cancelled = cancelOn(held, cancel);
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, ONCE);
    pool.lend(undefined, (failure, lease) => {
      if (lease === undefined || signal.aborted) {
        signal.removeEventListener('abort', onAbort);
        reject(lease === undefined ? failure : abortedError(signal, signal.reason));
        if (lease !== undefined) pool.release(lease);
        return;
      }
      held = lease;
      runStatement(lease, statement, report, (failed, result) => {
        signal.removeEventListener('abort', onAbort);
        const error = failed && signal.aborted ? abortedError(signal, failed) : failed;
        const end = () => {
          pool.release(lease);
          if (error === undefined) resolve(result);
          else reject(error);
        };
        if (cancelled === undefined) end();
        else void cancelled.then(end);
      });
    });
  });
}

function cancelOn(lease: Lease, cancel: Backend['cancel']): Promise<void> {
  lease.cancelled = true;
  return cancel(lease);
}
