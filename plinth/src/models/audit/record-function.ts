// The body of an audited table's trigger: what happened to which row and columns. It compares values
// and passes on names; what it is told to record of values goes with them.

import type { PgColumn } from 'drizzle-orm/pg-core';
import { quoteIdentifier, quoteLiteral } from '../../sql/index.js';
import { enumOf, writeType } from '../column-type.js';
import type { AuditNames } from './audit-names.js';

export interface AuditedTable {
  /** As audit rows have it. */
  readonly name: string;
  readonly tenant: PgColumn;
  readonly key: readonly PgColumn[];
  /** Those whose changes count. */
  readonly columns: readonly PgColumn[];
  readonly values: readonly PgColumn[];
}

type Version = 'OLD' | 'NEW';

/**
 * Each column is written out: the columns of a row that are only known when it runs would have to be
 * made JSON, large values and all. A row that moves to another tenant, or gets another key, is a
 * row that went and one that came.
 */
export function writeRecordBody({ append }: AuditNames, table: AuditedTable): string {
  const { tenant, key, columns } = table;
  const call = (version: Version, action: string, names: string, changes: string) =>
    `PERFORM ${append}(${writeTenant(version, tenant)}, '${action}', ${quoteLiteral(table.name)},
      ${writeKey(version, key)}, ${names}, ${changes});`;
  const place = [tenant, ...key];
  const others = columns.filter((column) => !place.includes(column));
  return `
DECLARE
  changed text[];
BEGIN
  IF TG_OP = 'UPDATE' AND NOT (${place.map(differs).join(' OR ')}) THEN
    changed := ${writeNames(others, differs)};
    IF changed <> '{}' THEN
      ${call('NEW', 'update', 'changed', writeValues(table, ['OLD', 'NEW']))}
    END IF;
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    ${call('OLD', 'delete', "'{}'", writeValues(table, ['OLD']))}
  END IF;
  IF TG_OP <> 'DELETE' THEN
    changed := ${writeNames(columns, isGiven)};
    ${call('NEW', 'insert', 'changed', writeValues(table, ['NEW']))}
  END IF;
  RETURN NULL;
END
`;
}

function field(version: Version, { name }: PgColumn): string {
  return `${version}.${quoteIdentifier(name)}`;
}

function writeTenant(version: Version, tenant: PgColumn): string {
  const isText = /^(?:text|varchar)\b/.test(writeType(tenant));
  return `${field(version, tenant)}${isText ? '' : '::text'}`;
}

function writeKey(version: Version, key: readonly PgColumn[]): string {
  const pairs = key.map((column) => `${quoteLiteral(column.name)}, ${field(version, column)}`);
  return `jsonb_build_object(${pairs.join(', ')})`;
}

function isGiven(column: PgColumn): string | undefined {
  return column.notNull ? undefined : `${field('NEW', column)} IS NOT NULL`;
}

/** The names of the columns whose condition holds; of those without one, always. */
function writeNames(
  columns: readonly PgColumn[],
  conditionOf: (column: PgColumn) => string | undefined,
): string {
  const entries = columns.map((column) => {
    const name = quoteLiteral(column.name);
    const condition = conditionOf(column);
    return condition === undefined ? name : `CASE WHEN ${condition} THEN ${name} END`;
  });
  return `array_remove(ARRAY[\n      ${entries.join(',\n      ')}\n    ]::text[], NULL)`;
}

/** Types whose values are equal only where they are the same; all others are compared as text. */
const EXACT =
  /^(?:uuid|text|varchar|boolean|smallint|integer|bigint|(?:small|big)?serial|date|timestamp|bytea|jsonb)\b/;

function differs(column: PgColumn): string {
  const isExact = EXACT.test(writeType(column)) || enumOf(column) !== undefined;
  const cast = isExact ? '' : '::text';
  return `${field('NEW', column)}${cast} IS DISTINCT FROM ${field('OLD', column)}${cast}`;
}

/** An object with what each column was and is, where that differs. */
function writeValues({ values }: AuditedTable, versions: readonly Version[]): string {
  if (values.length === 0) return 'NULL';
  const entries = values.map((column) => {
    const pairs = versions.map(
      (version) => `'${version.toLowerCase()}', ${field(version, column)}`,
    );
    const entry = `jsonb_build_object(${quoteLiteral(column.name)}, jsonb_build_object(${pairs.join(', ')}))`;
    return versions.length === 1
      ? entry
      : `CASE WHEN ${differs(column)} THEN ${entry} ELSE '{}' END`;
  });
  return `nullif(${entries.join(' || ')}, '{}')`;
}
