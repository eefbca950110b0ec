// Takes idle parentheses out of SQL that PostgreSQL printed. What is left is parsed to the very
// same tree; where that is not certain, the parentheses stay.

import {
  isExpressionEnd,
  isExpressionStart,
  isLink,
  isOperandStart,
  mapPlaced,
  type Place,
} from './place.js';
import { isGroup, isQuery, isSign, keywordOf, type Piece, significant } from './token-tree.js';

/** Of one level, whose groups have been rewritten already. */
export function dropParentheses(pieces: readonly Piece[]): readonly Piece[] {
  return mapPlaced(pieces, (piece, place) =>
    isGroup(piece, '(') && isIdle(piece.inside, place) ? piece.inside : [piece],
  );
}

function isIdle(inside: readonly Piece[], place: Place): boolean {
  const solid = significant(inside);
  if (solid.length === 0 || isQuery(solid) || solid.some((piece) => isSign(piece, ','))) {
    return false;
  }
  if (isSign(place.after, '::')) return isOperandStart(place) && isCastable(solid);
  if (solid.some((piece) => JOINS.has(keywordOf(piece) ?? ''))) return isIdleJoin(place);
  const isLinked = isLink(place.before) || isLink(place.after);
  if (isLinked && solid.some(isLink)) return false;
  return isExpressionStart(place) && isExpressionEnd(place);
}

const JOINS = new Set(['JOIN', 'LEFT', 'RIGHT', 'FULL', 'CROSS', 'NATURAL']);

/** Joins are read from the left, so those on the left need no parentheses. */
function isIdleJoin(place: Place): boolean {
  const { before, after, clause } = place;
  const begins =
    before === undefined ||
    keywordOf(before) === 'FROM' ||
    (isSign(before, ',') && clause === 'FROM');
  return begins && isExpressionEnd(place) && keywordOf(after) !== 'AS';
}

/** A value, a column or a function call, and casts of one. */
function isCastable(solid: readonly Piece[]): boolean {
  const cast = solid.findIndex((piece) => isSign(piece, '::'));
  const operand = cast === -1 ? solid : solid.slice(0, cast);
  const types = cast === -1 ? [] : solid.slice(cast);
  return isPrimary(operand) && types.every(isPartOfType);
}

function isPrimary(pieces: readonly Piece[]): boolean {
  const [first, ...rest] = pieces;
  if (first === undefined) return false;
  if (first.kind === 'string' || first.kind === 'number') return rest.length === 0;
  if (keywordOf(first) === 'ARRAY') return rest.length === 1 && isGroup(rest[0], '[');
  if (keywordOf(first) === 'NULL') return rest.length === 0;
  const call = isGroup(pieces.at(-1), '(') ? pieces.slice(0, -1) : pieces;
  return (
    call.every((piece, index) => (index % 2 === 0 ? isName(piece) : isSign(piece, '.'))) &&
    call.length % 2 === 1
  );
}

function isName(piece: Piece): boolean {
  return piece.kind === 'name' || (piece.kind === 'word' && keywordOf(piece) === undefined);
}

function isPartOfType(piece: Piece): boolean {
  return isName(piece) || isSign(piece, '::') || isSign(piece, '.') || piece.kind === 'group';
}
