// How long the statements of a run wait for their locks, in a run by Plinth and in a script. Pure.

/** Seconds. */
export const DEFAULT_STATEMENT_LOCK_TIMEOUT = 3;

/** What builds CONCURRENTLY blocks nobody while it waits, and to begin it again costs a build. */
const CONCURRENT_LOCK_TIMEOUT_MS = 600_000;

/**
 * How long a statement outside of a transaction waits, in milliseconds.
 *
 * @param timeoutMs How long the others wait; 0 waits for ever.
 */
export function loneLockTimeoutMs(text: string, timeoutMs: number): number {
  const isPatient = timeoutMs > 0 && /\bconcurrently\b/i.test(text);
  return isPatient ? Math.max(timeoutMs, CONCURRENT_LOCK_TIMEOUT_MS) : timeoutMs;
}
