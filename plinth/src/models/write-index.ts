// An index of a table. `concurrently()` is not written: how an index is built on a table with rows
// is a matter of the plan.

import { is, SQL } from 'drizzle-orm';
import { type Index, IndexedColumn } from 'drizzle-orm/pg-core';
import { quoteIdentifier, quoteLiteral } from '../sql/index.js';
import { writeCondition, writeExpression } from './expression.js';
import type { Refinement } from './extras/extra.js';
import type { Target } from './extras/target.js';
import { invalidModel } from './model-problem.js';
import { listNames } from './names.js';
import type { WithRefinement } from './read-table.js';
import type { TakeName } from './write-constraint.js';

export function writeIndex(
  { item: { config }, refinement }: WithRefinement<Index>,
  target: Target,
  takeName: TakeName,
): string {
  const { columns, unique, method = 'btree', where } = config;
  const name = takeName(config.name ?? indexName(target, columns), 'index');
  const using = method === 'btree' ? '' : ` USING ${quoteIdentifier(method)}`;
  const condition = writeCondition(where);
  return [
    `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${quoteIdentifier(name)} ON ${target.sql}${using}`,
    `(${columns.map(writeKey).join(', ')})`,
    ...writeRefinement(refinement),
    ...writeParameters(config.with ?? {}),
    ...(condition === undefined ? [] : [`WHERE ${condition}`]),
  ].join(' ');
}

type IndexKey = Index['config']['columns'][number];

// As Drizzle's own tool names it.
function indexName(target: Target, keys: readonly IndexKey[]): string {
  const names = keys.map((key) => {
    if (is(key, IndexedColumn) && key.name !== undefined) return key.name;
    throw invalidModel(
      'an index on an expression has no name',
      "Give it one: index('name').on(…).",
    );
  });
  return `${target.name}_${names.join('_')}_index`;
}

function writeKey(key: IndexKey): string {
  // It may hold an operator class or an order too, so it gets no parentheses.
  if (is(key, SQL)) return writeExpression(key);
  if (!is(key, IndexedColumn)) {
    throw invalidModel('an index is on what is no column', 'Use columns, or sql`…`.');
  }
  const { name = '', indexConfig } = key;
  const { order = 'asc', nulls = 'last', opClass } = indexConfig ?? {};
  const isDescending = order === 'desc';
  return [
    quoteIdentifier(name),
    ...(opClass === undefined ? [] : [opClass]),
    ...(isDescending ? ['DESC'] : []),
    ...writeNulls(isDescending, nulls === 'first'),
  ].join(' ');
}

// Drizzle puts them last unless it is told otherwise, where PostgreSQL puts them first for DESC.
function writeNulls(isDescending: boolean, areFirst: boolean): string[] {
  if (isDescending === areFirst) return [];
  return [areFirst ? 'NULLS FIRST' : 'NULLS LAST'];
}

function writeRefinement({ include, nullsNotDistinct }: Refinement): string[] {
  return [
    ...(include === undefined ? [] : [`INCLUDE (${listNames(include)})`]),
    ...(nullsNotDistinct === true ? ['NULLS NOT DISTINCT'] : []),
  ];
}

/** Storage parameters, by their names in SQL or in camel case. */
export function writeParameters(parameters: object): string[] {
  const written = Object.entries(parameters).flatMap(([name, value]: [string, unknown]) => {
    if (value === undefined) return [];
    const word = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return [`${quoteIdentifier(word)} = ${quoteLiteral(String(value))}`];
  });
  return written.length === 0 ? [] : [`WITH (${written.join(', ')})`];
}
