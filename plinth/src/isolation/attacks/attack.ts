// What an attack is, and how the end of a statement is judged.

import { quoteIdentifier } from '../../sql/index.js';
import type { TenantIndex } from '../fill/filled-row.js';
import { cellSql } from '../fill/insert-row.js';
import { type AttackName, held, leak, unproved, type Verdict } from '../isolation-proof.js';
import type { Scene } from '../scene.js';
import type { Outcome } from '../stage.js';
import type { Column, Table } from '../survey/survey.js';
import { literalsIn, settingsIn } from '../values/read-conditions.js';

/** What one tenant tries on a table that holds rows of the other. */
export interface Attack {
  readonly name: AttackName;
  run(scene: Scene, table: Table, tenant: TenantIndex): Promise<Verdict>;
}

const INSUFFICIENT_PRIVILEGE = '42501';
/** Syntax, and names that are ambiguous or not there: the statement was wrong, not refused. */
const WRONG = new Set(['42601', '42702', '42703', '42P01', '42P02']);
const INTEGRITY = /^23/;
const MOST_NAMED = 8;

/** What PostgreSQL said to a statement it refused, as a verdict. */
export function refusal(outcome: Extract<Outcome, { ended: 'badly' }>): Verdict {
  if (WRONG.has(outcome.sqlstate)) {
    return unproved(
      `it could not be tried: ${outcome.message}`,
      'Try it by hand, and tell the authors of Plinth which table it was.',
    );
  }
  return held(
    outcome.sqlstate === INSUFFICIENT_PRIVILEGE ? 'refused' : `refused: ${outcome.message}`,
  );
}

/** Whether only a constraint of the table refused a row: policies are asked before. */
export function constraintThatRefused(table: Table, outcome: Outcome): string | undefined {
  if (outcome.ended === 'well' || !INTEGRITY.test(outcome.sqlstate)) return undefined;
  const { constraint } = outcome;
  const own = [...table.keys, ...table.foreignKeys, ...table.checks];
  return own.some(({ name }) => name === constraint) ? constraint : undefined;
}

/** The count that a query returned as `n`. */
export function countOf(outcome: Outcome): number {
  return outcome.ended === 'well' ? Number(outcome.rows[0]?.n ?? 0) : 0;
}

export interface WriteJudgement {
  /** What is wrong where it succeeded. */
  readonly what: string;
  readonly hint: string;
}

/** Of a statement that should not have written a row for the other tenant. */
export async function judgeWrite(
  scene: Scene,
  table: Table,
  victim: TenantIndex,
  outcome: Outcome,
  { what, hint }: WriteJudgement,
): Promise<Verdict> {
  if (outcome.ended === 'well') {
    const isChanged = await scene.isChanged([table], victim);
    return isChanged ? leak(what, hint) : held('nothing of the other tenant changed');
  }
  const constraint = constraintThatRefused(table, outcome);
  if (constraint === undefined) return refusal(outcome);
  return leak(`${what}: the policies let it pass, and only ${constraint} refused it`, hint);
}

/**
 * A column that a tenant may change without touching a key, with a value of its own row; a constant,
 * so that nothing has to be read.
 */
export function harmlessChange(
  scene: Scene,
  table: Table,
  tenant: TenantIndex,
): string | undefined {
  const own = scene.rows(table, tenant)[0];
  const theirs = scene.rows(table, tenant === 0 ? 1 : 0)[0];
  if (own === undefined) return undefined;
  const tenantColumns = new Set(scene.ownColumns(table).map(({ name }) => name));
  const bound = new Set([...table.keys, ...table.foreignKeys].flatMap(({ columns }) => columns));
  const differs = ({ name }: Column): boolean => own.cells.get(name) !== theirs?.cells.get(name);
  const free = table.columns.filter(
    ({ name, may, isGenerated, identity }) =>
      may.update &&
      !isGenerated &&
      identity !== 'a' &&
      !tenantColumns.has(name) &&
      !table.partitionKey.includes(name),
  );
  const unbound = free.filter(({ name }) => !bound.has(name));
  const column = unbound.find(differs) ?? unbound[0];
  if (column !== undefined)
    return `${quoted(column)} = ${cellSql(table, column.name, own.cells.get(column.name))}`;
  const any = free.find(({ may }) => may.select);
  // With its table: beside ON CONFLICT the name alone is ambiguous.
  return any && `${quoted(any)} = ${table.sql}.${quoted(any)}`;
}

function quoted({ name }: Column): string {
  return quoteIdentifier(name);
}

/** The values of a row, without those that the tenant role may not give. */
export function insertable(
  table: Table,
  values: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const may = new Set(table.columns.flatMap(({ name, may: { insert } }) => (insert ? [name] : [])));
  return new Map([...values].filter(([name]) => may.has(name)));
}

/** Rows of tenants that policies name by a constant, beside the two of the proof. */
export function rowsOfNamedTenants(
  scene: Scene,
  table: Table,
): readonly { readonly id: string; readonly row: ReadonlyMap<string, string> }[] {
  const conditions = table.policies.flatMap(({ using, check }) => [using ?? '', check ?? '']);
  const settings = new Set(conditions.flatMap(settingsIn));
  const own = scene.ownColumns(table);
  const spare = scene.spare(table, 0);
  if (own.length === 0 || spare === undefined) return [];
  const ids = new Set(conditions.flatMap(literalsIn).filter((text) => text.trim() !== ''));
  return [...ids]
    .filter((id) => !settings.has(id))
    .slice(0, MOST_NAMED)
    .map((id) => {
      const values = own.map(({ name }) => [name, cellSql(table, name, id)] as const);
      return { id, row: insertable(table, new Map([...spare, ...values])) };
    });
}

/** A row of one tenant as if it were of another. */
export function withTenant(
  scene: Scene,
  table: Table,
  values: ReadonlyMap<string, string>,
  tenant: TenantIndex,
): ReadonlyMap<string, string> {
  const changed = new Map(values);
  for (const { name } of scene.ownColumns(table)) {
    if (changed.has(name)) changed.set(name, cellSql(table, name, scene.tenants[tenant]));
  }
  return changed;
}
