// Gives an object another name, for the kinds whose ALTER has RENAME TO and SET SCHEMA.

import { quoteIdentifier } from '../../sql/index.js';
import { type Statement, statement } from '../statement.js';

/** `target` names the object as it is, such as `FUNCTION public.area(integer)`. */
export function renameStatements(
  target: string,
  before: readonly string[],
  after: readonly string[],
): readonly Statement[] {
  const name = after.at(-1) ?? '';
  return before.at(-1) === name
    ? []
    : [statement(`ALTER ${target} RENAME TO ${quoteIdentifier(name)}`)];
}
