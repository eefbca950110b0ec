// A column of CREATE TABLE: its type, default, identity or expression. Keys and other constraints
// of columns are written with those of the table.

import { is, SQL } from 'drizzle-orm';
import { PgArray, type PgColumn, type PgSequenceOptions } from 'drizzle-orm/pg-core';
import { quoteIdentifier } from '../sql/index.js';
import { writeType } from './column-type.js';
import { writeExpression } from './expression.js';
import { writeLiteral } from './literal.js';
import { invalidModel } from './model-problem.js';
import { checkLength, qualify } from './names.js';

export interface ColumnPlace {
  readonly schema: string | undefined;
  /** Names of generated columns that are not stored. */
  readonly virtual: ReadonlySet<string>;
}

/** A line of CREATE TABLE. */
export function writeColumn(column: PgColumn, place: ColumnPlace): string {
  checkLength(column.name, 'column');
  return [
    quoteIdentifier(column.name),
    writeType(column),
    ...writeGenerated(column, place),
    ...writeIdentity(column, place),
    ...writeDefault(column),
    ...(column.notNull ? ['NOT NULL'] : []),
  ].join(' ');
}

function writeGenerated({ name, generated }: PgColumn, { virtual }: ColumnPlace): string[] {
  if (generated === undefined) return [];
  const value: unknown = typeof generated.as === 'function' ? generated.as() : generated.as;
  // What is not sql`…` is SQL as well, as a text.
  const expression = is(value, SQL) ? writeExpression(value) : String(value);
  return [`GENERATED ALWAYS AS (${expression}) ${virtual.has(name) ? 'VIRTUAL' : 'STORED'}`];
}

function writeIdentity({ generatedIdentity }: PgColumn, { schema }: ColumnPlace): string[] {
  if (generatedIdentity === undefined) return [];
  const { type, sequenceName, sequenceOptions } = generatedIdentity;
  if (sequenceName !== undefined) checkLength(sequenceName, 'sequence');
  const options = [
    ...(sequenceName === undefined ? [] : [`SEQUENCE NAME ${qualify(schema, sequenceName)}`]),
    ...writeSequenceOptions(sequenceOptions ?? {}),
  ];
  const listed = options.length === 0 ? '' : ` (${options.join(' ')})`;
  return [`GENERATED ${type === 'always' ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY${listed}`];
}

const SEQUENCE_WORDS = [
  ['increment', 'INCREMENT BY'],
  ['minValue', 'MINVALUE'],
  ['maxValue', 'MAXVALUE'],
  ['startWith', 'START WITH'],
  ['cache', 'CACHE'],
] as const;

/** The options of a sequence, each a clause. */
export function writeSequenceOptions(options: PgSequenceOptions): readonly string[] {
  const numbers = SEQUENCE_WORDS.flatMap(([option, words]) => {
    const value = options[option];
    if (value === undefined) return [];
    if (!/^-?\d+$/.test(String(value))) {
      throw invalidModel(`${option} of a sequence is ${value}`, 'Give it a whole number.');
    }
    return [`${words} ${value}`];
  });
  return options.cycle === true ? [...numbers, 'CYCLE'] : numbers;
}

function writeDefault(column: PgColumn): string[] {
  const value: unknown = column.default;
  if (value === undefined) return [];
  const stored = value === null || is(value, SQL) ? value : toDriverValue(column, value);
  if (!is(stored, SQL)) return [`DEFAULT ${writeLiteral(stored)}`];
  const expression = writeExpression(stored);
  return [`DEFAULT ${/^[\w.]+(?:\(\))?$/.test(expression) ? expression : `(${expression})`}`];
}

/** The value as Drizzle would send it in an INSERT. */
function toDriverValue(column: PgColumn, value: unknown): unknown {
  try {
    // Drizzle's own text of an array loses what is neither a string nor plain.
    if (is(column, PgArray) && Array.isArray(value)) return column.mapToDriverValue(value, true);
    return column.mapToDriverValue(value);
  } catch (cause) {
    throw invalidModel(
      `the default of the column ${column.name} is no value of ${column.getSQLType()}`,
      'Give it a value of the type that its mode asks for, or sql`…`.',
      { cause },
    );
  }
}
