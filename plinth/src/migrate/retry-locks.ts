// Begins a step again that could not get its locks: a bounded number of times, after a random
// moment that grows. A statement that waits long for a lock holds up everyone who comes behind it.

import { sqlStateOf } from '../sql/index.js';
import type { RunContext } from './run-context.js';
import { StatementObserver } from './statement-observer.js';

const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 5000;

/** lock_not_available, and deadlock_detected, whose victim has lost what it held as well. */
const LOCK_STATES: ReadonlySet<string> = new Set(['55P03', '40P01']);

/** Whether a step failed for want of a lock, and changed nothing. */
export function isLockFailure(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return LOCK_STATES.has(sqlStateOf(cause) ?? '');
}

/**
 * @param work What may be run again: it has to leave nothing behind when it fails. Each attempt is
 *   watched, and what it waited for is told with the retry.
 */
export async function retryObserved(
  context: RunContext,
  work: (context: RunContext) => Promise<void>,
): Promise<void> {
  const { lockRetries, signal } = context;
  let observer: StatementObserver | undefined;
  let failed = 0;
  const attempt = async () => {
    observer = new StatementObserver(context);
    try {
      await work({ ...context, observer });
    } finally {
      await observer.stop();
    }
  };
  const isToRetry = (error: unknown): boolean => {
    failed += 1;
    if (!isLockFailure(error) || signal?.aborted === true || failed > lockRetries) return false;
    const { place, blockers = [] } = observer ?? {};
    if (place !== undefined) {
      const attempts = lockRetries + 1;
      context.tell({ kind: 'retrying', attempt: failed, attempts, blockers, ...place });
    }
    return true;
  };
  try {
    return await attempt();
  } catch (error) {
    if (!isToRetry(error)) throw error;
  }
  // Loaded only now: nearly every step has its locks at once.
  const { backOff } = await import('exponential-backoff');
  await backOff(attempt, {
    numOfAttempts: lockRetries,
    delayFirstAttempt: true,
    startingDelay: FIRST_DELAY_MS,
    maxDelay: LONGEST_DELAY_MS,
    jitter: 'full',
    retry: isToRetry,
  });
}
