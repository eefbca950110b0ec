// What a failed statement means: whether it may end well when it is begun again, and who said so.

import { causesOf, isPlinthError } from '../errors/index.js';
import { sqlStateOf } from '../sql/index.js';

/** SQLSTATEs (PostgreSQL documentation, appendix A). */
const PASSING: ReadonlySet<string> = new Set([
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '53300', // too_many_connections
  '55P03', // lock_not_available
  '57014', // query_canceled
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
]);

/** Class 23, integrity constraint violation, and what RAISE EXCEPTION says where it names no other. */
const REFUSING = /^23|^P0001$/;

/** Whether it may end well when it is begun again. */
export function isPassing(error: unknown): boolean {
  const links = causesOf(error);
  const isSaid = links.some((link) => {
    const state = sqlStateOf(link);
    if (state !== undefined) return PASSING.has(state) || state.startsWith('08');
    return isPlinthError(link, 'ENGINE_ABORTED') || (isPlinthError(link) && link.retryable);
  });
  return isSaid || !(isFromServer(error) || links.some((link) => isPlinthError(link)));
}

/** Whether a row may not go, by a constraint or by a trigger that says so; others still may. */
export function isRefusal(error: unknown): boolean {
  return causesOf(error).some((link) => REFUSING.test(sqlStateOf(link) ?? ''));
}

/** Whether the server said it; else nobody could reach it. */
export function isFromServer(error: unknown): boolean {
  return causesOf(error).some(
    (link) =>
      sqlStateOf(link) !== undefined ||
      isPlinthError(link, 'ENGINE_ABORTED') ||
      isPlinthError(link, 'ENGINE_TENANT_INVALID'),
  );
}

/** The innermost words: PostgreSQL's own. */
export function wordsOf(error: unknown): string {
  return causesOf(error).at(-1)?.message ?? String(error);
}
