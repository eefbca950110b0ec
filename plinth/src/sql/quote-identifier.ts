// Writes a name as an SQL identifier, and reads one. Never folds case, never cuts a name to 63 bytes.

import { PlinthError } from '../errors/index.js';
import { RESERVED_WORDS } from './reserved-words.js';

const PLAIN = /^[a-z_][a-z0-9_$]*$/;

/**
 * The name as PostgreSQL must read it to mean exactly this name: quoted only where the bare form
 * would be folded, misread or refused.
 *
 * @throws PlinthError `SQL_VALUE_INVALID` for an empty name or one with a NUL character.
 * @example quoteIdentifier('Order') // '"Order"'
 */
export function quoteIdentifier(name: string): string {
  if (name === '' || name.includes('\0')) {
    throw new PlinthError(
      'SQL_VALUE_INVALID',
      `${JSON.stringify(name)} cannot be a PostgreSQL identifier.`,
      { hint: 'Use a name of at least one character, without NUL.', details: { name } },
    );
  }
  if (PLAIN.test(name) && !RESERVED_WORDS.has(name)) return name;
  return `"${name.replaceAll('"', '""')}"`;
}

/** The name that an identifier means, in quotes or bare: `"Order"` is `Order`. */
export function unquoteIdentifier(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
}

/** `public."Order".id` in its parts. */
export function splitIdentifiers(text: string): readonly string[] {
  return [...text.matchAll(/"(?:[^"]|"")*"|[^."]+/g)].map(([part]) => unquoteIdentifier(part));
}
