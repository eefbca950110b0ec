// Breaks SQL that PostgreSQL printed into lines anew: clauses under each other, what they list four
// spaces in, a query inside of parentheses as a block. It changes nothing but white space.

import { trim } from './split-pieces.js';
import {
  CLOSING,
  type Group,
  isGroup,
  isQuery,
  isSign,
  keywordOf,
  type Piece,
  renderTree,
} from './token-tree.js';

/** A query inside of parentheses, or a CASE, that is no longer than this stands on one line. */
const SHORT = 60;
const STEP = 4;

/** They begin a line at the depth of their query. */
const CLAUSES = new Set([
  ...['SELECT', 'FROM', 'WHERE', 'GROUP', 'HAVING', 'WINDOW', 'ORDER', 'LIMIT', 'OFFSET', 'FETCH'],
  ...['FOR', 'UNION', 'INTERSECT', 'EXCEPT', 'WITH', 'VALUES', 'RETURNING', 'ON', 'WHEN', 'ELSE'],
  ...['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'NOTIFY', 'SEARCH', 'CYCLE'],
]);

/** `indent` is that of the first line, in spaces. */
export function layOutQuery(pieces: readonly Piece[], indent = 0): string {
  const level = trim(pieces);
  let text = '';
  let line = indent;
  for (const [index, piece] of level.entries()) {
    if (piece.kind === 'group') text += layOutGroup(piece, line);
    else if (piece.kind !== 'space') text += piece.text;
    else if (!breaks(piece.text, level[index - 1], level[index + 1])) text += ' ';
    else {
      line = indent + (CLAUSES.has(keywordOf(level[index + 1]) ?? '') ? 0 : STEP);
      text += newLine(line);
    }
  }
  return text;
}

/** PostgreSQL begins a line before each CASE; here only those of a list do. */
function breaks(space: string, before: Piece | undefined, after: Piece | undefined): boolean {
  if (!space.includes('\n')) return false;
  return !isGroup(after, 'CASE') || isSign(before, ',') || keywordOf(before) === 'SELECT';
}

function newLine(indent: number): string {
  return `\n${' '.repeat(indent)}`;
}

/** `line` is the indent of the line that the group begins on. */
function layOutGroup(group: Group, line: number): string {
  const close = CLOSING[group.open];
  const isCase = group.open === 'CASE';
  if (!isCase && !isQuery(group.inside)) {
    return `${group.open}${layOutQuery(group.inside, line)}${close}`;
  }
  const short = renderTree([flatten(group)]);
  if (short.length <= SHORT && !short.includes('\n')) return short;
  const inside = trim(group.inside);
  const isSwitch = isCase && keywordOf(inside[0]) !== 'WHEN';
  const start = isSwitch ? ' ' : newLine(line + STEP);
  return `${group.open}${start}${layOutQuery(inside, line + STEP)}${newLine(line)}${close}`;
}

const SPACE: Piece = { kind: 'space', text: ' ' };

/** The same on one line. */
function flatten(piece: Piece): Piece {
  if (piece.kind === 'space') return SPACE;
  if (piece.kind !== 'group') return piece;
  const inside = trim(piece.inside).map(flatten);
  return { ...piece, inside: piece.open === 'CASE' ? [SPACE, ...inside, SPACE] : inside };
}
