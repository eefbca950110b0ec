// What policies do not cover: foreign keys and unique keys are checked over the rows of all tenants.

import { quoteIdentifier } from '../../sql/index.js';
import { other, type TenantIndex } from '../fill/filled-row.js';
import { cellSql, insertText } from '../fill/insert-row.js';
import { isLeftToDatabase } from '../fill/plan-row.js';
import { held, leak, type Verdict, worst } from '../isolation-proof.js';
import type { Scene } from '../scene.js';
import { baseType } from '../survey/base-type.js';
import type { ForeignKey, Key, Table } from '../survey/survey.js';
import { type Attack, insertable, refusal } from './attack.js';
import { collidingRow } from './mixing.js';

export const foreignKeys: Attack = {
  name: 'foreign keys',
  async run(scene, table, tenant) {
    const isIsolated = new Set(scene.isolated.map(({ oid }) => oid));
    const verdicts: Verdict[] = [];
    for (const key of table.foreignKeys) {
      verdicts.push(
        isIsolated.has(key.target)
          ? await referToTheirs(scene, table, key, tenant)
          : await changeCommon(scene, table, key, tenant),
      );
    }
    return worst(verdicts, 'it has none');
  },
};

async function referToTheirs(
  scene: Scene,
  table: Table,
  key: ForeignKey,
  tenant: TenantIndex,
): Promise<Verdict> {
  const target = scene.survey.tables.find(({ oid }) => oid === key.target);
  const theirs = target && scene.rows(target, other(tenant)).at(-1);
  const spare = scene.spare(table, tenant);
  if (target === undefined || theirs === undefined || spare === undefined)
    return held('no row to refer to');
  const own = new Set(scene.ownColumns(table).map(({ name }) => name));
  const references = key.columns.flatMap((name, index) =>
    own.has(name)
      ? []
      : [[name, cellSql(table, name, theirs.cells.get(key.targetColumns[index] ?? ''))] as const],
  );
  if (references.length === 0) return held('it refers to the tenant itself');
  const values = insertable(table, new Map([...spare, ...references]));
  const sql =
    values.size === 0
      ? `UPDATE ${table.sql} SET ${references.map(([name, value]) => `${quoteIdentifier(name)} = ${value}`).join(', ')}`
      : insertText(table, values);
  const outcome = await scene.attempt(table, tenant, sql);
  if (outcome.ended === 'badly') return refusal(outcome);
  if (outcome.count === 0) return held('refers to no row of the other tenant');
  return leak(
    `its row refers to the other tenant's row by ${key.name}`,
    withTenantInKey(scene, table, key, target),
  );
}

function withTenantInKey(scene: Scene, table: Table, key: ForeignKey, target: Table): string {
  const names = (columns: readonly string[]): string => columns.map(quoteIdentifier).join(', ');
  const [own] = scene.ownColumns(table);
  const [theirs] = scene.ownColumns(target);
  if (own === undefined || theirs === undefined) {
    return `Let the policies of ${table.sql} ask whose the row of ${target.sql} is.`;
  }
  return (
    `ALTER TABLE ${target.sql} ADD UNIQUE (${names([theirs.name, ...key.targetColumns])}); ` +
    `ALTER TABLE ${table.sql} DROP CONSTRAINT ${quoteIdentifier(key.name)}, ` +
    `ADD CONSTRAINT ${quoteIdentifier(key.name)} FOREIGN KEY (${names([own.name, ...key.columns])}) ` +
    `REFERENCES ${target.sql} (${names([theirs.name, ...key.targetColumns])});`
  );
}

/** A common row whose end, or whose new key, changes rows of every tenant. */
async function changeCommon(
  scene: Scene,
  table: Table,
  key: ForeignKey,
  tenant: TenantIndex,
): Promise<Verdict> {
  const target = scene.survey.tables.find(({ oid }) => oid === key.target);
  if (target === undefined) return held('no row to remove');
  const victim = other(tenant);
  const verdicts: Verdict[] = [];
  for (const { command, sql } of changesOfCommon(scene, table, key, target, victim)) {
    const outcome = await scene.attempt(table, tenant, sql);
    if (outcome.ended === 'badly') verdicts.push(refusal(outcome));
    else if (await scene.isChanged([table], victim)) {
      verdicts.push(
        leak(
          `${command} of a row of ${target.sql} changed the other tenant's rows by ${key.name}`,
          `REVOKE ${command} ON ${target.sql} FROM ${quoteIdentifier(scene.role)};`,
        ),
      );
    }
  }
  return worst(verdicts, 'common rows that are in use stay');
}

/** What a key does to the rows that refer to it: it goes along, it becomes NULL, it gets its default. */
const SPREADS = /[cnd]/;

function changesOfCommon(
  scene: Scene,
  table: Table,
  key: ForeignKey,
  target: Table,
  victim: TenantIndex,
): readonly { readonly command: string; readonly sql: string }[] {
  const cells = scene.rows(table, victim)[0]?.cells;
  const where = key.columns
    .map((name, index) => {
      const value = cellSql(table, name, cells?.get(name));
      return `${quoteIdentifier(key.targetColumns[index] ?? '')} = ${value}`;
    })
    .join(' AND ');
  const changes = target.columns
    .filter(({ name, may }) => may.update && key.targetColumns.includes(name))
    .map((column) => `${quoteIdentifier(column.name)} = ${scene.samples.sample(column, 0).sql}`);
  const remove = { command: 'DELETE', sql: `DELETE FROM ${target.sql} WHERE ${where}` };
  const change = {
    command: 'UPDATE',
    sql: `UPDATE ${target.sql} SET ${changes.join(', ')} WHERE ${where}`,
  };
  return [
    ...(target.may.delete && SPREADS.test(key.onDelete) ? [remove] : []),
    ...(changes.length > 0 && SPREADS.test(key.onUpdate) ? [change] : []),
  ];
}

const UNIQUE_VIOLATION = '23505';
const EXCLUSION_VIOLATION = '23P01';

export const uniqueKeys: Attack = {
  name: 'unique keys',
  async run(scene, table, tenant) {
    const tenantColumns = new Set(scene.ownColumns(table).map(({ name }) => name));
    const verdicts: Verdict[] = [];
    for (const key of table.keys) {
      if (key.columns.some((name) => tenantColumns.has(name))) continue;
      verdicts.push(await collide(scene, table, key, tenant));
    }
    return worst(verdicts, 'each has the tenant in it');
  },
};

async function collide(
  scene: Scene,
  table: Table,
  key: Key,
  tenant: TenantIndex,
): Promise<Verdict> {
  if (!canBeGuessed(scene, table, key))
    return held(`${key.name} holds nothing that can be guessed`);
  const sql = collision(scene, table, key, tenant);
  if (sql === undefined) return held('no row can get a key of its own choice');
  const outcome = await scene.attempt(table, tenant, sql);
  if (outcome.ended === 'well') return held('keys of several tenants stand beside each other');
  if (outcome.sqlstate !== UNIQUE_VIOLATION && outcome.sqlstate !== EXCLUSION_VIOLATION) {
    return refusal(outcome);
  }
  return leak(
    `${key.name} tells by its error which values another tenant has`,
    keyWithTenant(scene, table, key),
  );
}

function keyWithTenant(scene: Scene, table: Table, key: Key): string {
  const own = quoteIdentifier(scene.ownColumns(table)[0]?.name ?? scene.column);
  const name = quoteIdentifier(key.name);
  if (key.isExclusion) return `Put ${own} WITH = into the exclusion ${name}.`;
  if (!key.isConstraint)
    return `Drop the index ${name}, and make it anew with ${own} as its first column.`;
  const kind = key.isPrimary ? 'PRIMARY KEY' : 'UNIQUE';
  const columns = [own, ...key.columns.map(quoteIdentifier)].join(', ');
  return `ALTER TABLE ${table.sql} DROP CONSTRAINT ${name}, ADD CONSTRAINT ${name} ${kind} (${columns});`;
}

/** What gives a row of the tenant the key of a row of the other one. */
function collision(scene: Scene, table: Table, key: Key, tenant: TenantIndex): string | undefined {
  const values = collidingRow(scene, table, key, tenant);
  if (values !== undefined && values.size > 0) return insertText(table, values);
  const theirs = scene.rows(table, other(tenant))[0];
  const columns = table.columns.filter(({ name }) => key.columns.includes(name));
  if (columns.length === 0 || !columns.every(({ may }) => may.update)) return undefined;
  const changes = columns.map(
    ({ name }) => `${quoteIdentifier(name)} = ${cellSql(table, name, theirs?.cells.get(name))}`,
  );
  return `UPDATE ${table.sql} SET ${changes.join(', ')} WHERE ${scene.whose(table, tenant)}`;
}

/** A random uuid cannot be; a number that the database counts says nothing of anybody's data. */
function canBeGuessed({ survey }: Scene, table: Table, key: Key): boolean {
  const columns = table.columns.filter(({ name }) => key.columns.includes(name));
  const isUuid = columns.some(
    ({ type, typmod }) => baseType(survey.types, type, typmod).type.name === 'uuid',
  );
  return !isUuid && !columns.every(isLeftToDatabase);
}
