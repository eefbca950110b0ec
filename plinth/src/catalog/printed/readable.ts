// SQL that PostgreSQL printed, as a careful person writes it, and so that PostgreSQL reads the very
// same thing from it again. What is not understood stays as it was printed.

import { breakCondition, breakConditions } from './break-conditions.js';
import { dropParentheses } from './drop-parentheses.js';
import { keepNesting } from './keep-nesting.js';
import { layOutQuery } from './lay-out-query.js';
import { nameColumns } from './name-columns.js';
import { isQuery, mapGroups, type Piece, readTree } from './token-tree.js';

/**
 * An expression, a query, or what a rule does. Not for parts of statements where parentheses are
 * syntax, such as the columns of an index. `indent` is that of the line it begins on, in spaces.
 *
 * @example readable("(((a)::text = 'x'::text) AND (b > 0))") // "a::text = 'x'::text AND b > 0"
 */
export function readable(printed: string, indent = 0): string {
  const tree = readTree(printed);
  if (tree === undefined) return printed;
  const rewritten = mapGroups(nameColumns(tree), rewriteLevel);
  return layOutQuery(isQuery(rewritten) ? rewritten : breakCondition(rewritten), indent);
}

function rewriteLevel(pieces: readonly Piece[]): readonly Piece[] {
  const rewritten = dropParentheses(keepNesting(pieces));
  return isQuery(rewritten) ? breakConditions(rewritten) : rewritten;
}
