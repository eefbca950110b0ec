// Which tables are filled, in which order, and for whom. Pure.

import type { ForeignKey, Survey, Table } from '../survey/survey.js';
import type { TenantColumns } from '../tenants.js';

export interface FillStep {
  readonly table: Table;
  /** Whether its rows belong to tenants; those of other tables belong to nobody. */
  readonly isOwned: boolean;
  /** Whether it has to be filled before any isolated one: others are free to look at it. */
  readonly isCommon: boolean;
  /** Foreign keys that stay NULL, because their table is filled later. */
  readonly leftOut: ReadonlySet<string>;
}

export interface IsolationMarks {
  /** Name of the column that says whose a row is. */
  readonly column: string;
  /** Name of the setting that policies read. */
  readonly setting: string;
  readonly tenantColumns: TenantColumns;
}

/**
 * Tables whose rows are to be kept from other tenants: those that say whose they are, by a column, a
 * policy that reads the setting, or a reference to such a table. A list that all share may have
 * policies too, and is none.
 */
export function isolatedTables(
  { tables }: Survey,
  { column, setting, tenantColumns }: IsolationMarks,
): readonly Table[] {
  const found = new Set(
    tables.filter(
      ({ oid, secured, columns, policies }) =>
        columns.some(({ name }) => name === column) ||
        (secured && tenantColumns.has(oid)) ||
        (secured && policies.some(({ using }) => using?.includes(setting) === true)),
    ),
  );
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    const oids = new Set([...found].map(({ oid }) => oid));
    for (const table of tables) {
      const isPart = table.isPartition && table.parents.some((parent) => oids.has(parent));
      const refers = table.foreignKeys.some(({ target }) => oids.has(target));
      if (isPart || (refers && (table.secured || isReachable(table)))) found.add(table);
    }
  }
  return tables.filter((table) => found.has(table));
}

function isReachable({ may, columns }: Table): boolean {
  return (
    may.delete ||
    columns.some((column) => column.may.select || column.may.insert || column.may.update)
  );
}

/**
 * The isolated tables and all that they refer to, those first that others refer to. A partition is
 * filled through its table.
 */
export function planFill(
  survey: Survey,
  isolated: readonly Table[],
  tenantColumns: TenantColumns,
): readonly FillStep[] {
  const byOid = new Map(survey.tables.map((table) => [table.oid, table]));
  const needed = reach(isolated, byOid).filter(
    ({ isPartition, kind }) => !isPartition && kind !== 'f',
  );
  const isIsolated = new Set(isolated.map(({ oid }) => oid));
  const owned = ownedTables(needed, isIsolated, tenantColumns);
  const steps = order(needed).map(({ table, leftOut }) => ({
    table,
    leftOut,
    isOwned: owned.has(table.oid),
    isCommon: false,
  }));
  return markCommon(steps, isIsolated);
}

function reach(from: readonly Table[], byOid: ReadonlyMap<string, Table>): readonly Table[] {
  const found = new Set<Table>();
  const visit = (table: Table | undefined): void => {
    if (table === undefined || found.has(table)) return;
    found.add(table);
    for (const { target } of table.foreignKeys) visit(byOid.get(target));
    if (table.isPartition) for (const parent of table.parents) visit(byOid.get(parent));
  };
  for (const table of from) visit(table);
  return [...found];
}

function ownedTables(
  tables: readonly Table[],
  isIsolated: ReadonlySet<string>,
  tenantColumns: TenantColumns,
): ReadonlySet<string> {
  const owned = new Set(
    tables.flatMap(({ oid }) => (isIsolated.has(oid) || tenantColumns.has(oid) ? [oid] : [])),
  );
  for (let grows = true; grows; ) {
    grows = false;
    for (const { oid, foreignKeys } of tables) {
      if (owned.has(oid) || !foreignKeys.some(({ target }) => owned.has(target))) continue;
      owned.add(oid);
      grows = true;
    }
  }
  return owned;
}

interface Placed {
  readonly table: Table;
  readonly leftOut: ReadonlySet<string>;
}

function order(tables: readonly Table[]): readonly Placed[] {
  const waiting = new Set(tables);
  const isWaiting = new Set(tables.map(({ oid }) => oid));
  const placed: Placed[] = [];
  const unmet = (table: Table): readonly ForeignKey[] =>
    table.foreignKeys.filter(({ target }) => target !== table.oid && isWaiting.has(target));
  const place = (table: Table): void => {
    placed.push({ table, leftOut: new Set(unmet(table).map(({ name }) => name)) });
    waiting.delete(table);
    isWaiting.delete(table.oid);
  };
  while (waiting.size > 0) {
    const all = [...waiting];
    const next =
      all.find((table) => unmet(table).length === 0) ??
      all.find((table) => unmet(table).every((key) => canBeNull(table, key))) ??
      all[0];
    if (next !== undefined) place(next);
  }
  return placed;
}

/** Whether a foreign key can be left out: one of its columns may be NULL. */
export function canBeNull(table: Table, { columns }: ForeignKey): boolean {
  return table.columns.some(({ name, isRequired }) => columns.includes(name) && !isRequired);
}

/** Those that are not isolated and depend on nothing that is. */
function markCommon(
  steps: readonly FillStep[],
  isIsolated: ReadonlySet<string>,
): readonly FillStep[] {
  const apart = new Set(isIsolated);
  return steps.map((step) => {
    const { oid, foreignKeys } = step.table;
    const isApart = apart.has(oid) || foreignKeys.some(({ target }) => apart.has(target));
    if (isApart) apart.add(oid);
    return { ...step, isCommon: !isApart };
  });
}
