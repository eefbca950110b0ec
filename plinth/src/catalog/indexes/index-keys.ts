// The list of keys of an index as PostgreSQL prints it, and as a person writes it.

import { readable } from '../printed/readable.js';

const PIECE = /'(?:[^']|'')*'|"(?:[^"]|"")*"|[(),]/g;

/**
 * Every expression of a list in one pair of parentheses, where PostgreSQL prints two.
 *
 * @example tidyKeys('(a, ((b + c)) DESC) INCLUDE (d)') // '(a, (b + c) DESC) INCLUDE (d)'
 */
export function tidyKeys(keys: string): string {
  const { items, end } = readList(keys);
  return `(${items.map(tidyKey).join(', ')})${keys.slice(end)}`;
}

function tidyKey(key: string): string {
  if (!key.startsWith('(')) return readable(key);
  const { end } = readList(key);
  return `(${readable(key.slice(0, end))})${key.slice(end)}`;
}

interface List {
  readonly items: readonly string[];
  /** Where the text goes on behind its last parenthesis. */
  readonly end: number;
}

/** The list in parentheses that a text begins with. */
function readList(text: string): List {
  const items: string[] = [];
  let depth = 0;
  let start = 1;
  for (const { 0: piece, index } of text.matchAll(PIECE)) {
    if (piece === '(') depth += 1;
    if (piece === ')') depth -= 1;
    if (depth !== 0 && !(piece === ',' && depth === 1)) continue;
    items.push(text.slice(start, index).trim());
    start = index + 1;
    if (depth === 0) break;
  }
  return { items, end: start };
}
