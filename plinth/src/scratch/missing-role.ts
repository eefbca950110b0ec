// Reads from an error of PostgreSQL which role it misses.

import type { ServerFailure } from '../sql/index.js';

/** Functions of PostgreSQL that look a role up by name; messages may be in any language. */
const LOOKUPS: ReadonlySet<string> = new Set([
  'get_role_oid',
  'get_rolespec_oid',
  'get_rolespec_tuple',
]);

/** The role that does not exist, where that is what the error says. */
export function missingRole(failure: ServerFailure): string | undefined {
  const { sqlstate, routine, message } = failure;
  const isLookup = sqlstate === '42704' && LOOKUPS.has(routine ?? '');
  const isSetRole = sqlstate === '22023' && /^role ".*" does not exist$/s.test(message);
  if (!isLookup && !isSetRole) return undefined;
  return /["«„“](.*)["»“”]/s.exec(message)?.[1]?.trim();
}
