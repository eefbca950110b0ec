// Cuts one level of a tree at its commas or keywords, and puts lists together.

import { isSign, keywordOf, type Piece, significant } from './token-tree.js';

/** The items of a list, without the white space around them. */
export function splitAtCommas(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  return split(pieces, (piece) => isSign(piece, ','));
}

export function joinWithCommas(items: readonly (readonly Piece[])[]): readonly Piece[] {
  return items.flatMap((item, index) => (index === 0 ? item : [COMMA, SPACE, ...item]));
}

const COMMA: Piece = { kind: 'sign', text: ',' };
const SPACE: Piece = { kind: 'space', text: ' ' };

/** What stands between the keywords, without the white space around it. */
export function splitAtKeyword(
  pieces: readonly Piece[],
  keyword: string,
): readonly (readonly Piece[])[] {
  return split(pieces, (piece) => keywordOf(piece) === keyword);
}

function split(
  pieces: readonly Piece[],
  isEnd: (piece: Piece) => boolean,
): readonly (readonly Piece[])[] {
  const parts: Piece[][] = [[]];
  for (const piece of pieces) {
    if (isEnd(piece)) parts.push([]);
    else parts.at(-1)?.push(piece);
  }
  return parts.map(trim);
}

/** Without white space around it. */
export function trim(pieces: readonly Piece[]): readonly Piece[] {
  const solid = significant(pieces);
  const [first, last] = [solid[0], solid.at(-1)];
  if (first === undefined || last === undefined) return [];
  return pieces.slice(pieces.indexOf(first), pieces.lastIndexOf(last) + 1);
}
