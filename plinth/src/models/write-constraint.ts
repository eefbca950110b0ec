// Keys, checks, foreign keys and exclusions of a table, each under a name of its own, the one that
// Drizzle gives it. Foreign keys and what is not yet valid are added to the finished table.

import { is, SQL } from 'drizzle-orm';
import type {
  Check,
  ForeignKey,
  PgColumn,
  PrimaryKey,
  UniqueConstraint,
} from 'drizzle-orm/pg-core';
import { automaticName, quoteIdentifier } from '../sql/index.js';
import { writeCondition, writeExpression } from './expression.js';
import type { Exclusion, Refinement } from './extras/extra.js';
import { type Target, tableTarget } from './extras/target.js';
import { invalidModel } from './model-problem.js';
import { listNames } from './names.js';
import type { ReadTable, WithRefinement } from './read-table.js';

/** Takes a name for a constraint or an index, and returns it as PostgreSQL will have it. */
export type TakeName = (name: string, what: 'constraint' | 'key' | 'index') => string;

export interface WrittenConstraints {
  /** Lines of CREATE TABLE. */
  readonly inside: readonly string[];
  /** Statements for the finished table. */
  readonly after: readonly string[];
}

export function writeConstraints(table: ReadTable, takeName: TakeName): WrittenConstraints {
  const { target } = table;
  const checks = table.checks.map((check) => ({
    text: writeCheck(check, takeName),
    isInside: check.refinement.notValid !== true,
  }));
  const inside = [
    ...writeColumnKeys(table, takeName),
    ...table.primaryKeys.map((key) => writePrimaryKey(key, takeName)),
    ...table.uniques.map((key) => writeUnique(key, takeName)),
    ...checks.filter(({ isInside }) => isInside).map(({ text }) => text),
    ...table.exclusions.map((each) => writeExclusion(each, takeName)),
  ];
  const after = [
    ...checks.filter(({ isInside }) => !isInside).map(({ text }) => text),
    ...table.foreignKeys.map((key) => writeForeignKey(key, takeName)),
  ];
  return { inside, after: after.map((text) => `ALTER TABLE ${target.sql} ADD ${text}`) };
}

/** Keys that stand with a column: `.primaryKey()` and `.unique()`. */
function writeColumnKeys({ columns, target }: ReadTable, takeName: TakeName): readonly string[] {
  const primary = columns.filter((column) => column.primary);
  if (primary.length > 1) {
    throw invalidModel(
      `${primary.length} columns are the primary key, each by itself: ${primary.map(({ name }) => name).join(', ')}`,
      'Use primaryKey({ columns: […] }) in the third argument of pgTable.',
    );
  }
  return columns.flatMap((column) => [
    ...(column.primary
      ? [writeKey(primaryKeyName(target), 'PRIMARY KEY', [column], takeName)]
      : []),
    ...(column.isUnique ? [writeColumnUnique(column, takeName)] : []),
  ]);
}

function primaryKeyName({ name }: Target): string {
  return automaticName(name, undefined, 'pkey');
}

function writeColumnUnique(column: PgColumn, takeName: TakeName): string {
  const words = column.uniqueType === 'not distinct' ? 'UNIQUE NULLS NOT DISTINCT' : 'UNIQUE';
  return writeKey(column.uniqueName ?? column.name, words, [column], takeName);
}

function writePrimaryKey(key: WithRefinement<PrimaryKey>, takeName: TakeName): string {
  const { item, refinement } = key;
  checkKey(item.columns);
  return writeKey(item.getName(), 'PRIMARY KEY', item.columns, takeName, refinement);
}

function writeUnique(key: WithRefinement<UniqueConstraint>, takeName: TakeName): string {
  const { item, refinement } = key;
  const isNotDistinct = item.nullsNotDistinct || refinement.nullsNotDistinct === true;
  const words = isNotDistinct ? 'UNIQUE NULLS NOT DISTINCT' : 'UNIQUE';
  return writeKey(item.getName() ?? '', words, item.columns, takeName, refinement);
}

function checkKey(columns: readonly (PgColumn | undefined)[]): void {
  if (columns.every((column) => column !== undefined)) return;
  throw invalidModel('a key names a column that is not there', 'Name columns of the table.');
}

function writeKey(
  name: string,
  words: string,
  columns: readonly PgColumn[],
  takeName: TakeName,
  refinement: Refinement = {},
): string {
  const keys = listNames(columns.map((column) => column.name));
  return `CONSTRAINT ${quoteIdentifier(takeName(name, 'key'))} ${words} (${keys})${writeInclude(refinement)}${writeState(refinement)}`;
}

function writeCheck({ item, refinement }: WithRefinement<Check>, takeName: TakeName): string {
  const name = takeName(item.name, 'constraint');
  return `CONSTRAINT ${quoteIdentifier(name)} CHECK (${writeExpression(item.value)})${writeState(refinement)}`;
}

function writeExclusion(exclusion: Exclusion, takeName: TakeName): string {
  const { using, elements, where, refinement } = exclusion;
  const name = quoteIdentifier(takeName(exclusion.name, 'key'));
  const written = elements.map(([element, operator]) => {
    const left = is(element, SQL) ? `(${writeExpression(element)})` : quoteIdentifier(element.name);
    return `${left} WITH ${operator}`;
  });
  const condition = writeCondition(where);
  const rows = condition === undefined ? '' : ` WHERE ${condition}`;
  return `CONSTRAINT ${name} EXCLUDE USING ${quoteIdentifier(using)} (${written.join(', ')})${writeInclude(refinement)}${rows}${writeState(refinement)}`;
}

function writeForeignKey(key: WithRefinement<ForeignKey>, takeName: TakeName): string {
  const { item, refinement } = key;
  const { columns, foreignTable, foreignColumns } = readReference(item);
  const own = listNames(columns.map(({ name }) => name));
  const other = listNames(foreignColumns.map(({ name }) => name));
  return [
    `CONSTRAINT ${quoteIdentifier(takeName(item.getName(), 'constraint'))} FOREIGN KEY (${own})`,
    `REFERENCES ${tableTarget(foreignTable).sql} (${other})`,
    ...writeAction('DELETE', item.onDelete),
    ...writeAction('UPDATE', item.onUpdate),
  ]
    .join(' ')
    .concat(writeState(refinement));
}

function readReference(key: ForeignKey): ReturnType<ForeignKey['reference']> {
  try {
    return key.reference();
  } catch (cause) {
    throw invalidModel(
      'a foreign key refers to a column that is not there',
      'Name a column of a table that is exported, and see that files do not import each other in a circle.',
      { cause },
    );
  }
}

function writeAction(event: string, action: string | undefined): string[] {
  if (action === undefined || action === 'no action') return [];
  return [`ON ${event} ${action.toUpperCase()}`];
}

function writeInclude({ include }: Refinement): string {
  return include === undefined ? '' : ` INCLUDE (${listNames(include)})`;
}

function writeState({ deferrable, notValid }: Refinement): string {
  const words = [
    ...(deferrable === undefined ? [] : ['DEFERRABLE']),
    ...(deferrable === 'DEFERRED' ? ['INITIALLY DEFERRED'] : []),
    ...(notValid === true ? ['NOT VALID'] : []),
  ];
  return words.map((word) => ` ${word}`).join('');
}
