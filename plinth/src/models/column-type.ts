// The SQL type of a Drizzle column. It writes no column.

import { is } from 'drizzle-orm';
import {
  PgArray,
  type PgColumn,
  PgEnumColumn,
  PgEnumObjectColumn,
  PgInterval,
} from 'drizzle-orm/pg-core';
import { qualify } from './names.js';

/** The type as CREATE TABLE takes it. A custom type is written as its `dataType` gives it. */
export function writeType(column: PgColumn): string {
  if (is(column, PgArray)) return `${writeType(column.baseColumn)}[${column.size ?? ''}]`;
  const { enum: its } = enumOf(column) ?? {};
  if (its !== undefined) return qualify(its.schema, its.enumName);
  return is(column, PgInterval) ? writeInterval(column) : column.getSQLType();
}

/** An enumerated type, as `pgEnum` makes it. */
export interface EnumType {
  readonly enumName: string;
  readonly enumValues: readonly string[];
  readonly schema: string | undefined;
}

/** The enumerated type of a column, or of the elements of an array. */
export function enumOf(column: PgColumn): { readonly enum: EnumType } | undefined {
  if (is(column, PgArray)) return enumOf(column.baseColumn);
  return is(column, PgEnumColumn) || is(column, PgEnumObjectColumn) ? column : undefined;
}

/** Whether PostgreSQL makes a sequence for the column, and a default that asks it. */
export function isSerial(column: PgColumn): boolean {
  return /^(?:small|big)?serial[248]?$/i.test(writeType(column));
}

// Drizzle leaves out a precision of 0, and writes one where the fields have no seconds, which
// PostgreSQL's grammar has no place for.
function writeInterval({ fields, precision }: Pick<PgIntervalColumn, 'fields' | 'precision'>) {
  const hasSeconds = fields === undefined || fields.endsWith('second');
  const digits = precision === undefined || !hasSeconds ? '' : `(${precision})`;
  return `interval${fields === undefined ? '' : ` ${fields}`}${digits}`;
}

type PgIntervalColumn = InstanceType<typeof PgInterval>;
