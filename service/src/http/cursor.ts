// Cursors of lists: where a page ended, as text that means nothing to a client. A check sum finds
// a cursor that was changed or belongs to another list; it is no protection against forgery, and
// needs none, because a cursor gives no right.

import { createHash } from 'node:crypto';

const CHECK_LENGTH = 8;

/** Makes a cursor of the parts that say where a row stands in the named list. */
export function encodeCursor(list: string, parts: readonly string[]): string {
  const payload = Buffer.from(parts.join(' ')).toString('base64url');
  return `${checkOf(list, payload)}${payload}`;
}

/** The parts again; `undefined` for a text that is no cursor of this list. */
export function decodeCursor(list: string, cursor: string): readonly string[] | undefined {
  const payload = cursor.slice(CHECK_LENGTH);
  if (cursor.slice(0, CHECK_LENGTH) !== checkOf(list, payload)) return undefined;
  return Buffer.from(payload, 'base64url').toString().split(' ');
}

function checkOf(list: string, payload: string): string {
  return createHash('sha256')
    .update(`${list} ${payload}`)
    .digest('base64url')
    .slice(0, CHECK_LENGTH);
}
