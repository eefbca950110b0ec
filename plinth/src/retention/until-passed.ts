// Tries work again whose failure may pass, such as a lost connection, with rests that grow.

import { setTimeout as delay } from 'node:timers/promises';
import { isPassing } from './failure.js';

/** Failures in a row, after which it is given up. */
const MOST_FAILURES = 6;
const FIRST_REST_MS = 50;
const LONGEST_REST_MS = 5000;

/** An end that was asked for needs no more tries. */
export async function untilPassed<Result>(
  work: () => Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      if (failures === MOST_FAILURES || signal?.aborted === true || !isPassing(error)) throw error;
    }
    const wait = Math.min(FIRST_REST_MS * 2 ** failures, LONGEST_REST_MS);
    await rest(wait * (0.5 + Math.random() / 2), signal);
  }
}

/** An abort ends it, and the work that follows it sees why. */
export async function rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}
