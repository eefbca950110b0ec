// Whether a statement may leave something in its session that the next borrower would find.

/**
 * `none`: nothing stays. `settings`: what a reset clears. `statements`: prepared statements are
 * touched, which node-postgres keeps its own account of, so the connection must be dropped.
 */
export type SessionTrace = 'none' | 'settings' | 'statements';

const START = String.raw`(?:^|;)(?:\s|--[^\n]*(?:\n|$)|/\*[\s\S]*?\*/)*`;
const STATEMENTS = new RegExp(`${START}(?:prepare\\s+(?!transaction)|deallocate|discard)\\b`, 'i');
const SETTINGS = new RegExp(
  `${START}(?:set\\s+(?!local\\b|transaction\\b|constraints\\b)|reset|listen|declare|load|do|call)\\b`,
  'i',
);
// Functions that act on the session, and temporary tables, wherever they stand.
const ANYWHERE =
  /\b(?:set_config|pg_(?:try_)?advisory_lock(?:_shared)?|temp|temporary|setseed|dblink\w*)\b/i;

const KNOWN_TEXTS = 2000;
const known = new Map<string, SessionTrace>();

/**
 * Judges by the text. A function of the database that changes its session inside is not seen;
 * such a function should carry a `SET` clause or use `set_config(…, true)`.
 */
export function sessionTrace(text: string): SessionTrace {
  const found = known.get(text);
  if (found !== undefined) return found;
  const trace = judge(text);
  if (known.size >= KNOWN_TEXTS) known.clear();
  known.set(text, trace);
  return trace;
}

function judge(text: string): SessionTrace {
  if (STATEMENTS.test(text)) return 'statements';
  return SETTINGS.test(text) || ANYWHERE.test(text) ? 'settings' : 'none';
}

/**
 * `DISCARD ALL` without `DEALLOCATE ALL`, whose statements are still wanted (PostgreSQL
 * documentation, "DISCARD").
 */
export const RESET_SESSION = [
  'CLOSE ALL',
  'SET SESSION AUTHORIZATION DEFAULT',
  'RESET ALL',
  'UNLISTEN *',
  'SELECT pg_advisory_unlock_all()',
  'DISCARD TEMP',
  'DISCARD SEQUENCES',
].join('; ');

const STRENGTH = { none: 0, settings: 1, statements: 2 } as const satisfies Record<
  SessionTrace,
  number
>;

export function strongerTrace(one: SessionTrace, other: SessionTrace): SessionTrace {
  return STRENGTH[one] >= STRENGTH[other] ? one : other;
}
