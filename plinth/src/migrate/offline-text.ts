// Small parts of a script for psql: quoting for DO blocks, entries of the ledger as literals, and
// how a transaction begins and ends. Pure.

import { quoteLiteral } from '../sql/index.js';
import { entryStatement, type NewEntry } from './ledger.js';

export function doBlock(body: string): string {
  return `DO ${dollarQuoted(body)};`;
}

/** In dollar quotes that nothing in it can close. */
export function dollarQuoted(body: string): string {
  let tag = 'plinth';
  while (body.includes(`$${tag}$`)) tag += '_';
  return `$${tag}$\n${body}\n$${tag}$`;
}

/**
 * The statement that appends an entry, without parameters.
 *
 * @param observed An SQL expression of type jsonb in place of what the entry says.
 */
export function entryText(entry: NewEntry, ledger: string | undefined, observed?: string): string {
  const { text, values = [] } = entryStatement(entry, ledger);
  const literals = values.map((value) => (value === null ? 'NULL' : quoteLiteral(value)));
  // What was observed stands last.
  if (observed !== undefined) literals.splice(-1, 1, observed);
  return `${text.replace(/\$(\d+)/g, (_, number: string) => literals[Number(number) - 1] ?? '')};`;
}

/** Sessions are reset to what their role has, and a script is always UTF-8. */
export const RESET_TEXT = `RESET SESSION AUTHORIZATION;\nRESET ROLE;\nRESET ALL;\nSET client_encoding = 'UTF8';`;

/** In a comment of one line. */
export function inComment(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
