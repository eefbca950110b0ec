// Where a piece stands in its level: what decides whether parentheses there mean anything.

import { isSign, keywordOf, type Piece, significant } from './token-tree.js';

export interface Place {
  readonly before: Piece | undefined;
  /** What stands before that. */
  readonly earlier: Piece | undefined;
  readonly after: Piece | undefined;
  /** The keyword of the clause it stands in; empty in a bare list or expression. */
  readonly clause: string;
  /** Whether it is the upper end of a BETWEEN, whose AND links nothing. */
  readonly isBound: boolean;
}

/** Behind these an expression begins. */
const BEFORE = new Set(['SELECT', 'WHERE', 'HAVING', 'ON', 'WHEN', 'THEN', 'ELSE', 'BY']);
/** Before these an expression has ended. */
const AFTER = new Set([
  ...['AS', 'FROM', 'WHERE', 'GROUP', 'HAVING', 'WINDOW', 'ORDER', 'LIMIT', 'OFFSET', 'FETCH'],
  ...['UNION', 'INTERSECT', 'EXCEPT', 'WHEN', 'THEN', 'ELSE', 'RETURNING', 'ASC', 'DESC'],
  ...['JOIN', 'LEFT', 'RIGHT', 'FULL', 'CROSS', 'NATURAL'],
]);
/** Clauses in whose lists a comma stands between expressions. */
const LISTS = new Set(['', 'SELECT', 'BY', 'RETURNING']);
const CLAUSES = new Set([
  ...['SELECT', 'FROM', 'WHERE', 'HAVING', 'BY', 'RETURNING', 'VALUES', 'SET', 'SETS', 'WINDOW'],
  ...['ROLLUP', 'CUBE', 'INTO', 'WITH', 'LIMIT', 'OFFSET', 'UPDATE', 'COLUMNS', 'PASSING'],
]);

/** Every piece of a level rewritten, by its place. White space is kept. */
export function mapPlaced(
  pieces: readonly Piece[],
  rewrite: (piece: Piece, place: Place) => readonly Piece[],
): readonly Piece[] {
  const solid = significant(pieces);
  let index = -1;
  let clause = '';
  let inRange = false;
  let isBound = false;
  return pieces.flatMap((piece) => {
    if (piece.kind === 'space') return [piece];
    index += 1;
    const keyword = keywordOf(piece);
    if (keyword !== undefined && CLAUSES.has(keyword)) clause = keyword;
    const [before, after] = [solid[index - 1], solid[index + 1]];
    const place = { before, earlier: solid[index - 2], after, clause, isBound };
    isBound = inRange && keyword === 'AND';
    if (isBound) inRange = false;
    if (keyword === 'BETWEEN') inRange = true;
    return rewrite(piece, place);
  });
}

export function isLink(piece: Piece | undefined): boolean {
  const keyword = keywordOf(piece);
  return keyword === 'AND' || keyword === 'OR';
}

/** Whether a whole expression, or an operand of AND or OR, begins here. */
export function isExpressionStart({ before, earlier, clause, isBound }: Place): boolean {
  if (before === undefined) return true;
  if (isSign(before, ',')) return LISTS.has(clause);
  const keyword = keywordOf(before) ?? '';
  // DISTINCT ON has a list of its own.
  if (keyword === 'ON' && keywordOf(earlier) === 'DISTINCT') return false;
  return !isBound && (BEFORE.has(keyword) || isLink(before));
}

/** Whether a whole expression, or an operand of AND or OR, ends here. */
export function isExpressionEnd({ after }: Place): boolean {
  if (after === undefined || isSign(after, ',') || isSign(after, ';')) return true;
  return AFTER.has(keywordOf(after) ?? '') || isLink(after);
}

/** Whether an operand of any operator begins here, and no list of arguments. */
export function isOperandStart(place: Place): boolean {
  const { before } = place;
  if (isExpressionStart(place) || place.isBound || keywordOf(before) === 'NOT') return true;
  return before?.kind === 'operator' || isSign(before, ',') || isSign(before, '::');
}
