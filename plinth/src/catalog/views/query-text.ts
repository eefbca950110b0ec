// How the query of a view stands in the statement that creates it.

import { quoteIdentifier, tokenize } from '../../sql/index.js';
import { readable } from '../printed/readable.js';
import { readValues } from '../printed/values-query.js';
import type { ViewColumn } from './view-columns.js';

export interface QueryText {
  /** What stands behind the view's name: the names of its columns, where the query has none. */
  readonly columns: string;
  readonly query: string;
}

/** Both parts of the text, from a query as PostgreSQL printed it. */
export function queryText(printed: string, columns: readonly ViewColumn[]): QueryText {
  const rows = readValues(printed);
  if (rows === undefined) return { columns: '', query: readable(printed) };
  const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  const query = `VALUES\n${rows.map((row) => `    ${readable(row)}`).join(',\n')}`;
  return { columns: ` (${names})`, query };
}

/**
 * Whether two printed queries are the same. A join that has no condition, as a natural one of
 * tables without a common column, is printed with `ON TRUE`, and once that was read with `ON (true)`.
 */
export function isSameQuery(before: string, after: string): boolean {
  if (before === after) return true;
  const isPrinted = before.includes(' ON TRUE') || after.includes(' ON TRUE');
  return isPrinted && withCondition(before) === withCondition(after);
}

function withCondition(query: string): string {
  return tokenize(query)
    .map(({ kind, text }) => (kind === 'word' && text === 'TRUE' ? '(true)' : text))
    .join('');
}
