// Extras for comments.

import type { PgColumn } from 'drizzle-orm/pg-core';
import { quoteIdentifier, quoteLiteral } from '../../sql/index.js';
import type { Part } from '../part.js';
import { asExtra, type Extra } from './extra.js';
import { tableTarget } from './target.js';

/**
 * COMMENT ON what it is attached to; or on a column; or on anything, in the words of the statement.
 *
 * @example
 * comment('What people wrote.')
 * comment(t.body, 'Plain text.')
 * comment('CONSTRAINT notes_pkey ON notes', 'One row for each note.')
 */
export function comment(text: string): Extra;
export function comment(object: PgColumn | string, text: string): Extra;
export function comment(first: PgColumn | string, text?: string): Extra {
  if (text !== undefined) {
    return asExtra({ kind: 'standing', write: () => [commentOn(writeObject(first), text)] });
  }
  return asExtra({
    kind: 'attached',
    what: 'comment',
    write: ({ word, sql }) => [commentOn(`${word} ${sql}`, String(first))],
  });
}

function writeObject(object: PgColumn | string): string {
  if (typeof object === 'string') return object;
  return `COLUMN ${tableTarget(object.table).sql}.${quoteIdentifier(object.name)}`;
}

function commentOn(object: string, text: string): Part {
  return { phase: 'comment', sql: `COMMENT ON ${object} IS ${quoteLiteral(text)}` };
}
