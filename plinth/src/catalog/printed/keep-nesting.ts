// PostgreSQL's parser joins `(a AND b) AND c` into one list of three, whatever the parentheses say,
// and hands the type of `(ARRAY[…])::text[]` on to the elements. So what it has printed of
// BETWEEN, of rows that are compared and of IN lists would not come back as it was. Here these are
// written as what they were.

import { writeCompared } from './comparisons.js';
import { isExpressionEnd, isExpressionStart, isLink, mapPlaced } from './place.js';
import { joinWithCommas, splitAtCommas, splitAtKeyword } from './split-pieces.js';
import {
  type Group,
  isGroup,
  isSign,
  keywordOf,
  type Piece,
  renderTree,
  significant,
} from './token-tree.js';

/** Of one level, whose groups have been rewritten already. */
export function keepNesting(pieces: readonly Piece[]): readonly Piece[] {
  return mapPlaced(pieces, (piece, place) => {
    if (!isGroup(piece, '(')) return [piece];
    if (isSign(place.after, '::')) return [keepElements(piece)];
    const link = [place.before, place.after].find(isLink);
    if (link === undefined || !isExpressionStart(place) || !isExpressionEnd(place)) return [piece];
    const isFirst = link !== place.before;
    return keepLinked(piece.inside, keywordOf(link) ?? '', isFirst) ?? [piece];
  });
}

function keepLinked(
  inside: readonly Piece[],
  link: string,
  isFirst: boolean,
): readonly Piece[] | undefined {
  const parts = splitAtKeyword(inside, link);
  return parts.length < 2 ? undefined : writeCompared(parts, link === 'AND', isFirst);
}

/** `(ARRAY['a'::varchar])`, which is cast as a whole, with the type that its elements have. */
function keepElements(group: Group): Group {
  const [word, list, ...more] = significant(group.inside);
  if (word === undefined || keywordOf(word) !== 'ARRAY') return group;
  if (!isGroup(list, '[') || more.length > 0) return group;
  const elements = splitAtCommas(list.inside).map(readLiteral);
  const [type, ...others] = new Set(elements.map((element) => element?.type));
  if (type === undefined || others.length > 0) return group;
  const values = elements.flatMap((element) => (element === undefined ? [] : [[element.value]]));
  const bare: Group = { kind: 'group', open: '[', inside: joinWithCommas(values) };
  return { ...group, inside: [word, bare, { kind: 'sign', text: `::${type}[]` }] };
}

/** A string and the type it is cast to. */
function readLiteral(pieces: readonly Piece[]): { value: Piece; type: string } | undefined {
  const [value, sign, ...type] = pieces;
  if (value?.kind !== 'string' || !isSign(sign, '::')) return undefined;
  return { value, type: renderTree(type) };
}
