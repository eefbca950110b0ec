// Writes a text as an SQL string literal, for DDL, where parameters cannot be bound. Never a
// replacement for bound parameters in queries.

import { PlinthError } from '../errors/index.js';

/**
 * The text as a string literal, as PostgreSQL's quote_literal() writes it: `'…'` with doubled
 * quotes, and `E'…'` once it holds a backslash, so that it means the same whatever
 * standard_conforming_strings says.
 *
 * @throws PlinthError `SQL_VALUE_INVALID` for a text with a NUL character.
 */
export function quoteLiteral(value: string): string {
  if (value.includes('\0')) {
    throw new PlinthError('SQL_VALUE_INVALID', 'A text with a NUL character has no SQL literal.', {
      hint: 'Remove the NUL character, or store the value as bytea.',
    });
  }
  const quoted = `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  return value.includes('\\') ? `E${quoted}` : quoted;
}
