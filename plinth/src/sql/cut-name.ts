// The lengths that PostgreSQL allows to names, and what it makes of longer ones.

/** The longest name that PostgreSQL keeps, in bytes of UTF-8. Source: NAMEDATALEN - 1. */
export const MAX_NAME_BYTES = 63;

/** The beginning of a name, as PostgreSQL cuts it: by bytes, never within a character. */
export function cutName(name: string, bytes = MAX_NAME_BYTES): string {
  let kept = '';
  let used = 0;
  for (const character of name) {
    used += Buffer.byteLength(character);
    if (used > bytes) break;
    kept += character;
  }
  return kept;
}

/**
 * The name that PostgreSQL gives to what it makes for a table, or for a column of it, when nobody
 * names it: `users_pkey`, `users_id_seq`. Of names that are too long, the longer one is cut first.
 * Source: makeObjectName in PostgreSQL's indexcmds.c.
 */
export function automaticName(table: string, column: string | undefined, label: string): string {
  const separators = column === undefined ? 1 : 2;
  const room = MAX_NAME_BYTES - Buffer.byteLength(label) - separators;
  let left = Buffer.byteLength(table);
  let right = Buffer.byteLength(column ?? '');
  while (left + right > room) {
    if (left > right) left--;
    else right--;
  }
  const names = [cutName(table, left), ...(column === undefined ? [] : [cutName(column, right)])];
  return [...names, label].join('_');
}
