// A column without a name gets one by its expression when a query is read. Where nobody sees the
// names (behind UNION, inside of expressions) PostgreSQL prints none, and what it prints would come
// back with one: `'b'::text` is named text, which a bare 'b' was not. Here such a column is written
// so that it stays nameless.

import { isQuery, isSign, keywordOf, type Piece, significant } from './token-tree.js';

const SET_OPERATIONS = new Set(['UNION', 'INTERSECT', 'EXCEPT']);
/** A query in parentheses behind one of these is a table, and its columns are seen. */
const TABLES = new Set(['FROM', 'JOIN', 'LATERAL', 'AS', 'MATERIALIZED']);
const LIST_ENDS = new Set([
  ...['FROM', 'WHERE', 'GROUP', 'HAVING', 'WINDOW', 'ORDER', 'LIMIT', 'OFFSET', 'FETCH', 'FOR'],
  ...SET_OPERATIONS,
]);

/** Whether names are seen; `arm`: not, but the type comes from the query on the left. */
type Sight = 'names' | 'arm' | 'none';

/** Of a whole text. */
export function nameColumns(pieces: readonly Piece[], sight: Sight = 'names'): readonly Piece[] {
  const inQuery = isQuery(pieces);
  const isJoin = pieces.some((piece) => keywordOf(piece) === 'JOIN');
  const level = { inQuery, isJoin, sight, clause: '', previous: undefined };
  return inQuery ? rewriteQuery(pieces, level) : rewriteGroups(pieces, level);
}

interface Level {
  readonly inQuery: boolean;
  readonly isJoin: boolean;
  sight: Sight;
  /** The last keyword of a clause. */
  clause: string;
  previous: Piece | undefined;
}

function rewriteQuery(pieces: readonly Piece[], level: Level): readonly Piece[] {
  const rewritten: Piece[] = [];
  let item: Piece[] = [];
  for (const piece of pieces) {
    const keyword = keywordOf(piece) ?? '';
    const ends = LIST_ENDS.has(keyword) || isSign(piece, ',');
    if (ends && level.clause === 'SELECT') {
      rewritten.push(...keepNameless(item, level.sight));
      item = [];
    }
    if (SET_OPERATIONS.has(keyword) && level.sight === 'names') level.sight = 'arm';
    if (LIST_ENDS.has(keyword)) level.clause = keyword;
    const next = rewriteGroup(piece, level);
    if (level.clause === 'SELECT' && !ends) item.push(next);
    else rewritten.push(next);
    if (keyword === 'SELECT') level.clause = keyword;
    if (piece.kind !== 'space') level.previous = piece;
  }
  return [...rewritten, ...(level.clause === 'SELECT' ? keepNameless(item, level.sight) : item)];
}

function rewriteGroups(pieces: readonly Piece[], level: Level): readonly Piece[] {
  return pieces.map((piece) => {
    const next = rewriteGroup(piece, level);
    if (piece.kind !== 'space') level.previous = piece;
    return next;
  });
}

function rewriteGroup(piece: Piece, level: Level): Piece {
  if (piece.kind !== 'group') return piece;
  const sight = isQuery(piece.inside) ? sightOf(level) : 'names';
  return { ...piece, inside: nameColumns(piece.inside, sight) };
}

/** Of a query in parentheses. */
function sightOf({ inQuery, isJoin, sight, clause, previous }: Level): Sight {
  const isTable =
    ((inQuery || isJoin) && TABLES.has(keywordOf(previous) ?? '')) ||
    (isJoin && previous === undefined) ||
    (clause === 'FROM' && isSign(previous, ','));
  if (isTable) return 'names';
  // The first arm of a set operation is the one whose names are seen.
  const isFirst = inQuery && clause === '' && previous === undefined;
  return isFirst && sight === 'names' ? 'names' : 'none';
}

/** One column of a list, which is cast and has no name. */
function keepNameless(item: readonly Piece[], sight: Sight): readonly Piece[] {
  const solid = significant(item);
  const isNamed = solid.some((piece) => keywordOf(piece) === 'AS');
  const at = item.findLastIndex((piece) => isSign(piece, '::'));
  if (sight === 'names' || isNamed || at === -1) return item;
  const end = item.slice(item.findLastIndex((piece) => piece.kind !== 'space') + 1);
  if (sight === 'arm' && isLiteral(item.slice(0, at))) return [...item.slice(0, at), ...end];
  return [
    ...item.slice(0, item.length - end.length),
    { kind: 'space', text: ' ' },
    { kind: 'word', text: 'AS' },
    { kind: 'space', text: ' ' },
    { kind: 'name', text: '"?column?"' },
    ...end,
  ];
}

/** What takes its type from where it stands. */
function isLiteral(pieces: readonly Piece[]): boolean {
  const [only, ...more] = significant(pieces);
  if (only === undefined || more.length > 0) return false;
  return only.kind === 'string' || keywordOf(only) === 'NULL';
}
