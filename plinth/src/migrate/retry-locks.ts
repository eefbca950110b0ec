// Begins a step again that could not get its locks: a bounded number of times, after a random
// moment that grows. A statement that waits long for a lock holds up everyone who comes behind it.

import { backOff } from 'exponential-backoff';
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
 * @param work What may be run again: it has to leave nothing behind when it fails.
 * @param onRetry Told of the attempt that failed, from 1, and of how many there are.
 */
export async function retryLocks(
  { lockRetries, signal }: Pick<RunContext, 'lockRetries' | 'signal'>,
  work: () => Promise<void>,
  onRetry: (attempt: number, attempts: number) => void,
): Promise<void> {
  const attempts = lockRetries + 1;
  await backOff(work, {
    numOfAttempts: attempts,
    startingDelay: FIRST_DELAY_MS,
    maxDelay: LONGEST_DELAY_MS,
    jitter: 'full',
    retry: (error, attempt) => {
      if (!isLockFailure(error) || signal?.aborted === true || attempt >= attempts) return false;
      onRetry(attempt, attempts);
      return true;
    },
  });
}

/** {@link retryLocks} with each attempt watched: what it waited for is told with the retry. */
export async function retryObserved(
  context: RunContext,
  work: (context: RunContext) => Promise<void>,
): Promise<void> {
  let observer: StatementObserver | undefined;
  const attempt = async () => {
    observer = new StatementObserver(context);
    try {
      await work({ ...context, observer });
    } finally {
      await observer.stop();
    }
  };
  await retryLocks(context, attempt, (number, attempts) => {
    const { place, blockers = [] } = observer ?? {};
    if (place === undefined) return;
    context.tell({ kind: 'retrying', attempt: number, attempts, blockers, ...place });
  });
}
