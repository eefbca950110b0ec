// The body of an audited table's trigger: what happened to which row and columns. It compares values
// and passes on names; what it is told to record of values goes with them.

import type { PgColumn } from 'drizzle-orm/pg-core';
import { quoteIdentifier, quoteLiteral } from '../../sql/index.js';
import { enumOf, writeType } from '../column-type.js';
import { FACT_VARIABLES, SCOPE, writeFirstRow } from './append-function.js';
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
 *
 * The first row of a transaction in the tenant of the scope, which most are, is appended here: a call
 * costs as much as the row. All others are appended by the function that knows all cases.
 */
export function writeRecordBody(names: AuditNames, table: AuditedTable): string {
  const { tenant, key, columns } = table;
  const place = [tenant, ...key];
  const others = columns.filter((column) => !place.includes(column));
  const is = (version: Version, action: string, changed: string, versions: readonly Version[]) =>
    writeAssignments({
      new_tenant: writeTenant(version, tenant),
      new_action: quoteLiteral(action),
      new_key: writeKey(version, key),
      new_columns: changed,
      new_changes: writeValues(table, versions),
    });
  const name = quoteLiteral(table.name);
  return `
DECLARE
  scope text := ${SCOPE};
  new_tenant text;
  new_action text;
  new_key jsonb;
  new_columns text[];
  new_changes jsonb;${FACT_VARIABLES}
BEGIN
  IF TG_OP = 'UPDATE' AND NOT (${place.map(differs).join(' OR ')}) THEN
    new_columns := ${writeNames(others, differs)};
    IF new_columns = '{}' THEN
      RETURN NULL;
    END IF;
    ${is('NEW', 'update', 'new_columns', ['OLD', 'NEW'])}
  ELSIF TG_OP = 'DELETE' THEN
    ${is('OLD', 'delete', "'{}'", ['OLD'])}
  ELSE
    IF TG_OP = 'UPDATE' THEN
      PERFORM ${names.append}(${writeTenant('OLD', tenant)}, 'delete', ${name},
        ${writeKey('OLD', key)}, '{}', ${writeValues(table, ['OLD'])});
    END IF;
    ${is('NEW', 'insert', writeNames(columns, isGiven), ['NEW'])}
  END IF;
  IF new_tenant = scope THEN
    ${writeFirstRow(names, name, 'RETURN NULL;')}
  END IF;
  PERFORM ${names.append}(new_tenant, new_action, ${name}, new_key, new_columns, new_changes);
  RETURN NULL;
END
`;
}

function writeAssignments(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .filter(([variable, value]) => variable !== value && value !== 'NULL')
    .map(([variable, value]) => `${variable} := ${value};`)
    .join('\n    ');
}

function field(version: Version, { name }: PgColumn): string {
  return `${version}.${quoteIdentifier(name)}`;
}

function writeTenant(version: Version, tenant: PgColumn): string {
  return `${field(version, tenant)}${isText(tenant) ? '' : '::text'}`;
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

/** Types whose values are equal only where they are the same, and whose text no setting changes. */
const EXACT =
  /^(?:uuid|boolean|smallint|integer|bigint|(?:small|big)?serial|date|timestamp|bytea)\b/;

const TEXT = /^(?:text|varchar)\b/;

/**
 * Byte by byte. A collation may hold different texts for equal, and a JSON number is equal to one with
 * more zeros; as text, numbers would be as precise as `extra_float_digits` of the session says. So rows
 * of one column are compared by their images (PostgreSQL documentation, 9.25.6 "Composite Type
 * Comparison"), which costs three times as much as a comparison of texts.
 */
function differs(column: PgColumn): string {
  const [now, was] = [field('NEW', column), field('OLD', column)];
  if (isExact(column)) return `${now} IS DISTINCT FROM ${was}`;
  if (isText(column)) return `${now} COLLATE "C" IS DISTINCT FROM ${was} COLLATE "C"`;
  return `ROW(${now})::record OPERATOR(pg_catalog.*<>) ROW(${was})::record`;
}

function isExact(column: PgColumn): boolean {
  return EXACT.test(writeType(column)) || enumOf(column) !== undefined;
}

function isText(column: PgColumn): boolean {
  return TEXT.test(writeType(column));
}

/** What values are written with where settings of the session could make them less than they are. */
export function settingsFor({
  tenant,
  key,
  values,
}: AuditedTable): Readonly<Record<string, string>> {
  const isSafe = (column: PgColumn) =>
    isExact(column) || isText(column) || /^(?:numeric|jsonb?)\b/.test(writeType(column));
  if ([tenant, ...key, ...values].every(isSafe)) return {};
  return { extra_float_digits: '1', DateStyle: 'ISO', IntervalStyle: 'postgres' };
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
