// Reads what stands behind --rename.

import type { Rename } from '../diff/index.js';
import { PlinthError } from '../errors/index.js';
import { unquoteIdentifier } from '../sql/index.js';

/** @throws PlinthError DIFF_RENAME_INVALID */
export function parseRename(text: string): Rename {
  const [, object, to] = /^(.+)=([^=]+|"(?:[^"]|"")+")$/s.exec(text) ?? [];
  if (object === undefined || to === undefined) {
    throw new PlinthError('DIFF_RENAME_INVALID', `--rename "${text}" has no new name`, {
      hint: 'Write --rename table=new, or --rename table.column=new.',
    });
  }
  return { object, to: unquoteIdentifier(to) };
}
