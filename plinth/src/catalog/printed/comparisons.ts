// Comparisons that PostgreSQL has made of BETWEEN, IN and rows, written as these again.

import { joinWithCommas, splitAtCommas, splitAtKeyword } from './split-pieces.js';
import { isGroup, keywordOf, type Piece, renderTree, significant } from './token-tree.js';

type Pieces = readonly Piece[];

interface Comparison {
  readonly left: Pieces;
  readonly operator: string;
  /** Several where the right side is a list: `= ANY (ARRAY[…])`. */
  readonly right: readonly Pieces[];
}

/**
 * From the parts between AND, or between OR; `undefined` where they come from nothing of this.
 *
 * @param isFirst Whether the parser would join them with what follows: then they are of this, even
 *   where that cannot be seen.
 */
export function writeCompared(
  parts: readonly Pieces[],
  areAll: boolean,
  isFirst: boolean,
): Pieces | undefined {
  const comparisons = parts.flatMap((part) => readComparison(part) ?? []);
  if (comparisons.length !== parts.length) return symmetric(parts, areAll);
  const plain = comparisons.every(({ right }) => right.length === 1);
  const isList = isFirst || comesFromList(comparisons);
  const list = isList
    ? inList(comparisons, areAll ? '<>' : '=', areAll ? 'NOT IN' : 'IN')
    : undefined;
  if (!plain) return list;
  return range(comparisons, areAll) ?? list ?? rows(comparisons, areAll ? '=' : '<>');
}

const OPERATORS = new Set(['=', '<>', '<', '>', '<=', '>=']);
/** What is no plain operand, wherever it stands. */
const OTHER_WORDS = new Set(['NOT', 'IS', 'IN', 'AND', 'OR', 'ANY', 'ALL', 'BETWEEN', 'LIKE']);

function readComparison(pieces: Pieces): Comparison | undefined {
  const [operator, ...more] = pieces.filter(({ kind }) => kind === 'operator');
  if (operator?.kind !== 'operator' || more.length > 0) return undefined;
  if (!OPERATORS.has(operator.text)) return undefined;
  const at = pieces.indexOf(operator);
  // A space stands on either side of an operator.
  const [left, right] = [pieces.slice(0, at - 1), pieces.slice(at + 2)];
  if (!isOperand(left)) return undefined;
  const values = isOperand(right) ? [right] : readList(right);
  return values === undefined ? undefined : { left, operator: operator.text, right: values };
}

function isOperand(pieces: Pieces): boolean {
  return pieces.length > 0 && !pieces.some((piece) => OTHER_WORDS.has(keywordOf(piece) ?? ''));
}

/** The elements of `ANY (ARRAY[…])`. */
function readList(pieces: Pieces): readonly Pieces[] | undefined {
  const [, group, ...more] = significant(pieces);
  if (!isGroup(group, '(') || more.length > 0) return undefined;
  const [array, list, ...rest] = significant(group.inside);
  const isArray = keywordOf(array) === 'ARRAY' && rest.length === 0;
  return isArray && isGroup(list, '[') ? splitAtCommas(list.inside) : undefined;
}

/** `x >= 1` and `x <= 2` as `x BETWEEN 1 AND 2`. */
function range([low, high, ...more]: readonly Comparison[], areAll: boolean): Pieces | undefined {
  if (low === undefined || high === undefined || more.length > 0) return undefined;
  const [first, second, words] = areAll ? ['>=', '<=', 'BETWEEN'] : ['<', '>', 'NOT BETWEEN'];
  if (low.operator !== first || high.operator !== second || !isSame(low.left, high.left)) {
    return undefined;
  }
  return spaced(low.left, keywords(words), low.right.flat(), keywords('AND'), high.right.flat());
}

/** A range and the same with its ends swapped. */
function symmetric(parts: readonly Pieces[], areAll: boolean): Pieces | undefined {
  const [one, other, ...more] = parts.map((part) => readRange(part, !areAll));
  if (one === undefined || other === undefined || more.length > 0) return undefined;
  const isSwapped =
    isSame(one.value, other.value) && isSame(one.low, other.high) && isSame(one.high, other.low);
  if (!isSwapped) return undefined;
  const words = keywords(`${areAll ? 'NOT ' : ''}BETWEEN SYMMETRIC`);
  return spaced(one.value, words, one.low, keywords('AND'), one.high);
}

interface Range {
  readonly value: Pieces;
  readonly low: Pieces;
  readonly high: Pieces;
}

function readRange(pieces: Pieces, areAll: boolean): Range | undefined {
  const [group, ...more] = significant(pieces);
  if (!isGroup(group, '(') || more.length > 0) return undefined;
  const parts = splitAtKeyword(group.inside, areAll ? 'AND' : 'OR');
  const comparisons = parts.flatMap((part) => readComparison(part) ?? []);
  const [low, high] = comparisons;
  if (low === undefined || high === undefined || comparisons.length !== parts.length)
    return undefined;
  if (range(comparisons, areAll) === undefined) return undefined;
  return { value: low.left, low: low.right.flat(), high: high.right.flat() };
}

/**
 * Whether a list would be printed so: PostgreSQL makes an array of the values of a list that hold
 * no column, where they are several. There can be one beside columns, or an array.
 */
function comesFromList(comparisons: readonly Comparison[]): boolean {
  const others = comparisons.flatMap(({ right }) =>
    right.length === 1 ? right.filter((value) => !isColumn(value)) : [],
  );
  const hasArray = comparisons.some(({ right }) => right.length > 1);
  return others.length <= (hasArray ? 0 : 1);
}

/** `x = 1` or `x = y` as `x IN (1, y)`. */
function inList(
  comparisons: readonly Comparison[],
  operator: string,
  words: string,
): Pieces | undefined {
  const [first] = comparisons;
  if (first === undefined) return undefined;
  const { left } = first;
  const isList = comparisons.every((one) => one.operator === operator && isSame(one.left, left));
  if (!isList) return undefined;
  const values = comparisons.flatMap(({ right }) => right);
  return spaced(left, keywords(words), [
    { kind: 'group', open: '(', inside: joinWithCommas(values) },
  ]);
}

/** A bare column, such as `t.y`. More than that may hold one and may not. */
function isColumn(pieces: Pieces): boolean {
  return pieces.every(
    (piece) =>
      piece.kind === 'name' ||
      (piece.kind === 'sign' && piece.text === '.') ||
      (piece.kind === 'word' && keywordOf(piece) === undefined),
  );
}

/** `a = c` and `b = d` as `ROW(a, b) = ROW(c, d)`. */
function rows(comparisons: readonly Comparison[], operator: string): Pieces | undefined {
  if (comparisons.some((one) => one.operator !== operator)) return undefined;
  const left = rowOf(comparisons.map((one) => one.left));
  const right = rowOf(comparisons.map((one) => one.right.flat()));
  return spaced(left, [{ kind: 'operator', text: operator }], right);
}

function rowOf(values: readonly Pieces[]): Pieces {
  return [...keywords('ROW'), { kind: 'group', open: '(', inside: joinWithCommas(values) }];
}

function isSame(a: Pieces, b: Pieces): boolean {
  return renderTree(a) === renderTree(b);
}

function keywords(words: string): Pieces {
  return spaced(...words.split(' ').map((text): Pieces => [{ kind: 'word', text }]));
}

function spaced(...parts: readonly Pieces[]): Pieces {
  return parts.flatMap((part, index) =>
    index === 0 ? part : [{ kind: 'space', text: ' ' } as const, ...part],
  );
}
