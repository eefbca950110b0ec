// Tells whether an expression gives another value for each row. It reads the text only, so a
// function of a user counts as one that does.

const VOLATILE = new Set([
  'clock_timestamp',
  'currval',
  'gen_random_uuid',
  'lastval',
  'nextval',
  'pg_sleep',
  'random',
  'random_normal',
  'setval',
  'timeofday',
  'uuidv4',
  'uuidv7',
]);

const TEXT_OR_CALL = /'(?:[^']|'')*'|((?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*|\.)+)\s*\(/gu;

/** Whether adding a column with this default writes every row, because each gets its own value. */
export function isVolatile(expression: string): boolean {
  return [...expression.matchAll(TEXT_OR_CALL)].some(
    ([, name]) => name !== undefined && (VOLATILE.has(name) || name.includes('.')),
  );
}
