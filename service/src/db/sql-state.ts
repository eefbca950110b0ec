// Tells errors of PostgreSQL apart by their SQLSTATE (PostgreSQL documentation, appendix A).

/** The role may not do that. */
export const INSUFFICIENT_PRIVILEGE = '42501';
/** Another row has the same value already. */
export const UNIQUE_VIOLATION = '23505';
/** A lock was waited for as long as `lock_timeout` allows. */
export const LOCK_NOT_AVAILABLE = '55P03';

/** Whether the error, or what caused it, has the SQLSTATE. */
export function hasSqlState(error: unknown, state: string): boolean {
  for (let link = error; link instanceof Error; link = link.cause) {
    if ('code' in link && link.code === state) return true;
  }
  return false;
}
