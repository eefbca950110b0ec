// Gives each part of a long condition a line of its own.

import { keywordOf, type Piece, renderTree } from './token-tree.js';

/** A condition that is no longer than this stays on its line. */
const LONG = 72;
const CONDITIONS = new Set(['WHERE', 'HAVING', 'ON']);
const ENDS = new Set([
  ...['GROUP', 'HAVING', 'WINDOW', 'ORDER', 'LIMIT', 'OFFSET', 'FETCH', 'FOR', 'RETURNING'],
  ...[
    'UNION',
    'INTERSECT',
    'EXCEPT',
    'WHERE',
    'LEFT',
    'RIGHT',
    'FULL',
    'JOIN',
    'CROSS',
    'FROM',
    'DO',
  ],
]);
const BREAK: Piece = { kind: 'space', text: '\n' };

/** Of one level, in which conditions stand behind WHERE, HAVING and ON. */
export function breakConditions(pieces: readonly Piece[]): readonly Piece[] {
  const result: Piece[] = [];
  let condition: Piece[] | undefined;
  for (const piece of pieces) {
    const keyword = keywordOf(piece) ?? '';
    if (condition !== undefined && ENDS.has(keyword)) {
      result.push(...breakCondition(condition));
      condition = undefined;
    }
    (condition ?? result).push(piece);
    if (CONDITIONS.has(keyword)) condition = [];
  }
  return [...result, ...breakCondition(condition ?? [])];
}

/** Of a condition alone: before each AND, or before each OR where there is no AND. */
export function breakCondition(pieces: readonly Piece[]): readonly Piece[] {
  if (renderTree(pieces).trimEnd().length <= LONG) return pieces;
  const ands = linksOf(pieces, 'AND');
  const links = ands.size > 0 ? ands : linksOf(pieces, 'OR');
  return pieces.map((piece, index) =>
    piece.kind === 'space' && links.has(index + 1) ? BREAK : piece,
  );
}

/** Where the word stands and links two conditions: not the AND of a BETWEEN. */
function linksOf(pieces: readonly Piece[], word: string): ReadonlySet<number> {
  const links = new Set<number>();
  let isRange = false;
  for (const [index, piece] of pieces.entries()) {
    const keyword = keywordOf(piece);
    if (keyword === 'BETWEEN') isRange = true;
    else if (keyword === word && isRange) isRange = false;
    else if (keyword === word) links.add(index);
  }
  return links;
}
