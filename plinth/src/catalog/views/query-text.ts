// How the query of a view stands in the statement that creates it.

import { quoteIdentifier } from '../../sql/index.js';
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
