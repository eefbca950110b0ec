// Tries to write, change and remove another tenant's rows, each with a condition and without one: a
// statement that reads no column is not held to the policies for reading.

import { quoteIdentifier } from '../../sql/index.js';
import { other, type TenantIndex } from '../fill/filled-row.js';
import { cellSql, insertText } from '../fill/insert-row.js';
import { held, leak, type Verdict, worst } from '../isolation-proof.js';
import { mend } from '../mending.js';
import type { Scene } from '../scene.js';
import type { Table } from '../survey/survey.js';
import {
  type Attack,
  countOf,
  harmlessChange,
  insertable,
  judgeWrite,
  refusal,
  rowsOfNamedTenants,
} from './attack.js';

export const NO_INSERT = 'no INSERT privilege';
export const NO_UPDATE = 'no UPDATE privilege';
export const NO_DELETE = 'no DELETE privilege';

export const insert: Attack = {
  name: 'insert',
  async run(scene, table, tenant) {
    if (!table.columns.some(({ may }) => may.insert)) return held(NO_INSERT);
    const victim = other(tenant);
    const values = scene.spare(table, victim);
    if (values === undefined) return held('no row to insert');
    const hint = mend(scene, table, 'insert', 'check');
    const sql = insertText(table, insertable(table, values));
    const outcome = await scene.attempt(table, tenant, sql);
    const what = 'wrote a row of the other tenant';
    const verdicts = [await judgeWrite(scene, table, victim, outcome, { what, hint })];
    verdicts.push(await insertForAll(scene, table, tenant, hint));
    verdicts.push(await insertForNamed(scene, table, tenant, hint));
    return worst(verdicts, 'refused');
  },
};

/** A row of no tenant, which the other tenant must not see. */
async function insertForAll(
  scene: Scene,
  table: Table,
  tenant: TenantIndex,
  hint: string,
): Promise<Verdict> {
  const own = scene.ownColumns(table).find(({ isRequired }) => !isRequired);
  const spare = scene.spare(table, tenant);
  if (own === undefined || spare === undefined) return held('every row has a tenant');
  const row = insertable(table, new Map([...spare, [own.name, 'NULL']]));
  const outcome = await scene.attempt(table, tenant, insertText(table, row));
  if (outcome.ended === 'badly') return refusal(outcome);
  const seen = await scene.stage.follow(
    scene.as(other(tenant)),
    `SELECT count(*)::int AS n FROM ${table.sql} WHERE ${quoteIdentifier(own.name)} IS NULL`,
  );
  return countOf(seen) > 0
    ? leak('wrote a row of no tenant, which the other one sees', hint)
    : held('nobody else sees a row of no tenant');
}

/** A row of a tenant that a policy names, which the other tenant must not see. */
async function insertForNamed(
  scene: Scene,
  table: Table,
  tenant: TenantIndex,
  hint: string,
): Promise<Verdict> {
  const [own] = scene.ownColumns(table);
  if (own === undefined) return held('no column says whose a row is');
  for (const { id, row } of rowsOfNamedTenants(scene, table)) {
    const outcome = await scene.attempt(table, tenant, insertText(table, row));
    if (outcome.ended === 'badly') continue;
    const seen = await scene.stage.follow(
      scene.as(other(tenant)),
      `SELECT count(*)::int AS n FROM ${table.sql}
       WHERE ${quoteIdentifier(own.name)} = ${cellSql(table, own.name, id)}`,
    );
    if (countOf(seen) > 0) {
      return leak(`wrote a row of ${JSON.stringify(id)}, which the other one sees`, hint);
    }
  }
  return held('refused');
}

export const update: Attack = {
  name: 'update',
  async run(scene, table, tenant) {
    const change = harmlessChange(scene, table, tenant);
    if (change === undefined) return held(NO_UPDATE);
    const verdicts = [
      await changeNamed(scene, table, tenant, `UPDATE ${table.sql} SET ${change}`, 'update'),
      await changeAll(scene, table, tenant, `UPDATE ${table.sql} SET ${change}`, 'update'),
      await takeOver(scene, table, tenant),
    ];
    return worst(verdicts, 'changes no row of the other tenant');
  },
};

export const remove: Attack = {
  name: 'delete',
  async run(scene, table, tenant) {
    if (!table.may.delete) return held(NO_DELETE);
    const verdicts = [
      await changeNamed(scene, table, tenant, `DELETE FROM ${table.sql}`, 'delete'),
      await changeAll(scene, table, tenant, `DELETE FROM ${table.sql}`, 'delete'),
    ];
    return worst(verdicts, 'removes no row of the other tenant');
  },
};

const DONE = { update: 'changed', delete: 'removed' } as const;

async function changeNamed(
  scene: Scene,
  table: Table,
  tenant: TenantIndex,
  statement: string,
  command: 'update' | 'delete',
): Promise<Verdict> {
  if (scene.selectable(table).length === 0) return held('no row can be named');
  const where = scene.whose(table, other(tenant));
  const outcome = await scene.attempt(table, tenant, `${statement} WHERE ${where}`);
  if (outcome.ended === 'badly') return refusal(outcome);
  if (outcome.count === 0) return held(`${DONE[command]} no row of the other tenant`);
  return leak(
    `${DONE[command]} ${outcome.count} of the other tenant's rows`,
    mend(scene, table, command, 'using'),
  );
}

/** Without a condition; the tenant's own rows of tables that refer to it go first. */
async function changeAll(
  scene: Scene,
  table: Table,
  tenant: TenantIndex,
  statement: string,
  command: 'update' | 'delete',
): Promise<Verdict> {
  if (!scene.isSmall(table)) return held('tried by name only: the table is large');
  const before = command === 'delete' ? removeReferring(scene, table) : '';
  const outcome = await scene.attempt(table, tenant, before + statement);
  if (outcome.ended === 'badly') return refusal(outcome);
  const isChanged = await scene.isChanged([table], other(tenant));
  return isChanged
    ? leak(
        `${DONE[command]} the other tenant's rows with a statement that names none`,
        mend(scene, table, command, 'using'),
      )
    : held(`${DONE[command]} no row of the other tenant`);
}

function removeReferring(scene: Scene, table: Table, seen = new Set([table.oid])): string {
  const referring = scene.survey.tables.filter(
    ({ oid, isPartition, may, foreignKeys }) =>
      may.delete &&
      !isPartition &&
      !seen.has(oid) &&
      foreignKeys.some(({ target }) => target === table.oid),
  );
  return referring
    .map((child) => {
      seen.add(child.oid);
      return `${removeReferring(scene, child, seen)}DELETE FROM ${child.sql};\n`;
    })
    .join('');
}

/** Makes the other tenant's rows one's own. */
async function takeOver(scene: Scene, table: Table, tenant: TenantIndex): Promise<Verdict> {
  const [own] = scene.ownColumns(table).filter(({ may }) => may.update);
  if (own === undefined || !scene.isSmall(table)) return held('no column says whose a row is');
  const id = cellSql(table, own.name, scene.tenants[tenant]);
  const sql = `UPDATE ${table.sql} SET ${quoteIdentifier(own.name)} = ${id}`;
  return await judgeWrite(scene, table, other(tenant), await scene.attempt(table, tenant, sql), {
    what: 'took rows of the other tenant',
    hint: mend(scene, table, 'update', 'using'),
  });
}

export const move: Attack = {
  name: 'move',
  async run(scene, table, tenant) {
    const victim = other(tenant);
    const changes = moveTo(scene, table, victim);
    if (changes.length === 0) return held('no column that says whose a row is may be changed');
    const statement = `UPDATE ${table.sql} SET ${changes.join(', ')}`;
    const judgement = {
      what: 'moved its row to the other tenant',
      hint: mend(scene, table, 'update', 'check'),
    };
    const named = `${statement} WHERE ${scene.whose(table, tenant)}`;
    const verdicts = [
      await judgeWrite(scene, table, victim, await scene.attempt(table, tenant, named), judgement),
    ];
    if (scene.isSmall(table)) {
      const all = await scene.attempt(table, tenant, statement);
      verdicts.push(await judgeWrite(scene, table, victim, all, judgement));
    }
    return worst(verdicts, 'moves no row');
  },
};

/** What makes a row another tenant's: its id, or a parent of that tenant. */
function moveTo(scene: Scene, table: Table, victim: TenantIndex): readonly string[] {
  const theirs = scene.rows(table, victim)[0];
  const own = scene.ownColumns(table);
  const parents = new Set(scene.isolated.map(({ oid }) => oid));
  const columns =
    own.length > 0
      ? own.map(({ name }) => name)
      : table.foreignKeys.flatMap(({ target, columns: names }) =>
          parents.has(target) ? names : [],
        );
  const mayChange = new Set(table.columns.flatMap(({ name, may }) => (may.update ? [name] : [])));
  return [...new Set(columns)].flatMap((name) => {
    const cell = theirs?.cells.get(name);
    if (!mayChange.has(name) || cell === undefined || cell === null) return [];
    return [`${quoteIdentifier(name)} = ${cellSql(table, name, cell)}`];
  });
}
