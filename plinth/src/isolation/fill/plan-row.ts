// What each column of a new row may be given, in the order in which it is tried. It sends nothing.

import { quoteLiteral } from '../../sql/index.js';
import type { Column, ForeignKey, Table, Type } from '../survey/survey.js';
import type { TenantColumns } from '../tenants.js';
import { candidatesFor } from '../values/candidates.js';
import type { Exception } from '../values/read-conditions.js';
import type { Sample, Samples } from '../values/sample-value.js';
import { canBeNull, type FillStep } from './fill-plan.js';
import type { FilledRow, TenantIndex } from './filled-row.js';

export interface RowSources {
  readonly samples: Samples;
  readonly types: ReadonlyMap<string, Type>;
  readonly tenantColumns: TenantColumns;
  readonly tenants: readonly [string, string];
  /** Rows that were put into a table so far. */
  readonly rowsOf: (oid: string) => readonly FilledRow[];
  /** Bounds of the partitions below a table, for a column of a partition key. */
  readonly boundsOf: (table: Table, column: string) => readonly string[];
}

/** A variant of a row. */
export interface Variant {
  readonly row: number;
  readonly tenant: TenantIndex | undefined;
  /** Whether what may be NULL is. */
  readonly nulls: boolean;
  readonly exception?: Exception;
}

/** Columns that are left to the database are not in it. */
export function planRow(
  { table, leftOut }: Pick<FillStep, 'table' | 'leftOut'>,
  variant: Variant,
  sources: RowSources,
): ReadonlyMap<string, readonly Sample[]> {
  const { tenantColumns, tenants } = sources;
  const planned = new Map<string, readonly Sample[]>();
  const tenantOf = tenantColumns.get(table.oid);
  const references = referenceValues(table, leftOut, variant, sources);
  const ownKeys = table.foreignKeys.flatMap((key) =>
    key.target === table.oid && !canBeNull(table, key) ? key.targetColumns : [],
  );
  for (const column of table.columns) {
    const { name } = column;
    const isTenant = tenantOf?.has(name) === true && variant.tenant !== undefined;
    const reference = references.get(name);
    if (column.isGenerated) continue;
    if (isTenant) {
      const tenant = tenants[variant.tenant ?? 0];
      planned.set(name, [fixed(`${quoteLiteral(tenant)}::${column.typeSql}`)]);
    } else if (reference !== undefined) planned.set(name, [fixed(reference)]);
    else if (isLeftToDatabase(column) && !ownKeys.includes(name)) continue;
    else planned.set(name, ordinaryValues(column, table, variant, sources));
  }
  referToItself(table, variant, sources, planned);
  return planned;
}

function ordinaryValues(
  column: Column,
  table: Table,
  { row, nulls, exception }: Variant,
  { samples, types, boundsOf }: RowSources,
): readonly Sample[] {
  const bounds = boundsOf(table, column.name);
  if (nulls && !column.isRequired && bounds.length === 0) return [fixed('NULL')];
  const candidates = candidatesFor(column, table, row, { samples, types, bounds });
  if (exception?.column !== column.name) return candidates;
  return [fixed(`${quoteLiteral(exception.value)}::${column.typeSql}`), ...candidates];
}

function fixed(sql: string): Sample {
  return { sql, isTelling: false };
}

/** A number that counts: the database gives it. */
export function isLeftToDatabase({ identity, default: given }: Column): boolean {
  return identity !== '' || given?.startsWith('nextval(') === true;
}

/** What the columns of foreign keys hold: values of a row of the same tenant. */
function referenceValues(
  table: Table,
  leftOut: ReadonlySet<string>,
  { row, tenant }: Variant,
  { rowsOf }: RowSources,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const key of table.foreignKeys) {
    const rows = leftOut.has(key.name) ? [] : choose(rowsOf(key.target), tenant);
    const target = rows[Math.min(row, rows.length - 1)];
    for (const [index, name] of key.columns.entries()) {
      if (values.has(name)) continue;
      const cell = target?.cells.get(key.targetColumns[index] ?? '');
      const column = table.columns.find((one) => one.name === name);
      if (column === undefined) continue;
      if (cell !== undefined && cell !== null) {
        values.set(name, `${quoteLiteral(cell)}::${column.typeSql}`);
      } else if (!column.isRequired) values.set(name, 'NULL');
    }
  }
  return values;
}

function choose(rows: readonly FilledRow[], tenant: TenantIndex | undefined): readonly FilledRow[] {
  const own = rows.filter((row) => row.tenant === tenant);
  return own.length > 0 ? own : rows.filter((row) => row.tenant === undefined);
}

/** Of the first row of a table that must refer to one of its own. */
function referToItself(
  table: Table,
  { tenant }: Variant,
  { rowsOf }: RowSources,
  planned: Map<string, readonly Sample[]>,
): void {
  const refersToItself = (key: ForeignKey): boolean =>
    key.target === table.oid && !canBeNull(table, key);
  if (choose(rowsOf(table.oid), tenant).length > 0) return;
  for (const { columns, targetColumns } of table.foreignKeys.filter(refersToItself)) {
    for (const [index, name] of columns.entries()) {
      const [first] = planned.get(targetColumns[index] ?? '') ?? [];
      if (first !== undefined) planned.set(name, [first]);
    }
  }
}
