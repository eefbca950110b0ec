// A view that is nothing but VALUES. PostgreSQL prints it as a query of a table that it calls
// "*VALUES*", which would come back as a query of a query.

import { splitAtCommas } from './split-pieces.js';
import {
  isGroup,
  isSign,
  keywordOf,
  type Piece,
  readTree,
  renderTree,
  significant,
} from './token-tree.js';

/** The rows behind VALUES, each in its parentheses; `undefined` for any other query. */
export function readValues(query: string): readonly string[] | undefined {
  const tree = readTree(query);
  if (tree === undefined) return undefined;
  const from = tree.findIndex((piece) => keywordOf(piece) === 'FROM');
  const [, values, alias, ...more] = significant(tree.slice(from));
  const [select, ...columns] = tree.slice(0, from);
  const isWhole =
    keywordOf(select) === 'SELECT' && isName(alias, '"*VALUES*"') && more.length === 0;
  if (!isWhole || !isGroup(values, '(') || !splitAtCommas(columns).every(isColumn))
    return undefined;
  // A space before VALUES stands where it was a query of a query from the beginning.
  const [word, ...rows] = values.inside;
  if (keywordOf(word) !== 'VALUES') return undefined;
  return splitAtCommas(rows).map(renderTree);
}

/** `"*VALUES*".column1 AS x`, the first for the first. */
function isColumn(item: readonly Piece[], index: number): boolean {
  const solid = significant(item);
  const [column, as, ...name] = isSign(solid[1], '.') ? solid.slice(2) : solid;
  if (column?.kind !== 'word' || column.text !== `column${index + 1}`) return false;
  return as === undefined || (keywordOf(as) === 'AS' && name.length === 1);
}

function isName(piece: Piece | undefined, text: string): boolean {
  return piece?.kind === 'name' && piece.text === text;
}
