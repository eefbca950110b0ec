// Statements that read and write at once: upsert, MERGE, RETURNING; and COPY into the table.

import { quoteIdentifier } from '../../sql/index.js';
import { other, type TenantIndex } from '../fill/filled-row.js';
import { cellSql, insertText } from '../fill/insert-row.js';
import { held, leak, type Verdict, worst } from '../isolation-proof.js';
import { isolate, mend } from '../mending.js';
import type { Scene } from '../scene.js';
import type { Key, Table } from '../survey/survey.js';
import {
  type Attack,
  harmlessChange,
  insertable,
  judgeWrite,
  refusal,
  withTenant,
} from './attack.js';
import { NO_SELECT } from './reading.js';
import { NO_INSERT, NO_UPDATE } from './writing.js';

const MERGE_SINCE = 150_000;

/** A new row of the tenant that has, in the columns of a key, what a row of the other tenant has. */
export function collidingRow(
  scene: Scene,
  table: Table,
  key: Key,
  tenant: TenantIndex,
): ReadonlyMap<string, string> | undefined {
  const spare = scene.spare(table, tenant);
  const theirs = scene.rows(table, other(tenant))[0];
  if (spare === undefined || theirs === undefined) return undefined;
  const tenantColumns = new Set(scene.ownColumns(table).map(({ name }) => name));
  const values = new Map(spare);
  for (const name of key.columns) {
    const column = table.columns.find((one) => one.name === name);
    if (tenantColumns.has(name) || column?.isGenerated === true) continue;
    values.set(name, cellSql(table, name, theirs.cells.get(name)));
  }
  return insertable(table, values);
}

export const upsert: Attack = {
  name: 'upsert',
  async run(scene, table, tenant) {
    if (!table.columns.some(({ may }) => may.insert)) return held(NO_INSERT);
    const change = harmlessChange(scene, table, tenant);
    const arbiters = table.keys.filter(({ isPlain, isExclusion }) => isPlain && !isExclusion);
    if (change === undefined) return held(NO_UPDATE);
    if (arbiters.length === 0) return held('no key to collide on');
    const verdicts: Verdict[] = [];
    for (const key of arbiters) verdicts.push(await upsertOn(scene, table, key, tenant, change));
    return worst(verdicts, 'changes no row of the other tenant');
  },
};

async function upsertOn(
  scene: Scene,
  table: Table,
  key: Key,
  tenant: TenantIndex,
  change: string,
): Promise<Verdict> {
  const victim = other(tenant);
  const rows = [
    collidingRow(scene, table, key, tenant),
    insertable(table, withTenant(scene, table, theirRow(scene, table, victim), tenant)),
    insertable(table, theirRow(scene, table, victim)),
  ];
  const target = key.columns.map(quoteIdentifier).join(', ');
  const judgement = {
    what: `changed a row of the other tenant by a collision in ${key.name}`,
    hint: mend(scene, table, 'update', 'using'),
  };
  const verdicts: Verdict[] = [];
  for (const row of rows) {
    if (row === undefined || row.size === 0) continue;
    const sql = `${insertText(table, row)} ON CONFLICT (${target}) DO UPDATE SET ${change}`;
    const outcome = await scene.attempt(table, tenant, sql);
    // Another key may refuse it first; that is the attack on unique keys.
    if (outcome.ended === 'badly') verdicts.push(refusal(outcome));
    else verdicts.push(await judgeWrite(scene, table, victim, outcome, judgement));
  }
  return worst(verdicts, 'no row to collide with');
}

/** The first row of a tenant as it is, with what the database has given. */
function theirRow(scene: Scene, table: Table, victim: TenantIndex): ReadonlyMap<string, string> {
  const row = scene.rows(table, victim)[0];
  if (row === undefined) return new Map();
  return new Map(
    table.columns.flatMap(({ name, isGenerated }) =>
      isGenerated ? [] : [[name, cellSql(table, name, row.cells.get(name))] as const],
    ),
  );
}

export const merge: Attack = {
  name: 'merge',
  async run(scene, table, tenant) {
    if (scene.survey.serverVersion < MERGE_SINCE) return held('the server has no MERGE');
    if (scene.selectable(table).length === 0) return held(NO_SELECT);
    const theirs = scene.whose(table, other(tenant));
    const into = `MERGE INTO ${table.sql} USING (SELECT 1) s ON ${theirs}`;
    const change = harmlessChange(scene, table, tenant);
    const steps = [
      ...(change === undefined ? [] : [['update', `UPDATE SET ${change}`] as const]),
      ...(table.may.delete ? [['delete', 'DELETE'] as const] : []),
    ];
    const verdicts: Verdict[] = [];
    for (const [command, step] of steps) {
      const outcome = await scene.attempt(table, tenant, `${into} WHEN MATCHED THEN ${step}`);
      if (outcome.ended === 'badly') verdicts.push(refusal(outcome));
      else if (outcome.count > 0) {
        const what = `merged into ${outcome.count} of the other tenant's rows`;
        verdicts.push(leak(what, mend(scene, table, command, 'using')));
      }
    }
    verdicts.push(await mergeNew(scene, table, tenant));
    return worst(verdicts, 'merges into no row of the other tenant');
  },
};

async function mergeNew(scene: Scene, table: Table, tenant: TenantIndex): Promise<Verdict> {
  const victim = other(tenant);
  const row = insertable(table, scene.spare(table, victim) ?? new Map());
  if (row.size === 0) return held(NO_INSERT);
  const values = insertText(table, row).slice(`INSERT INTO ${table.sql} `.length);
  const sql = `MERGE INTO ${table.sql} USING (SELECT 1) s ON false WHEN NOT MATCHED THEN INSERT ${values}`;
  return await judgeWrite(scene, table, victim, await scene.attempt(table, tenant, sql), {
    what: 'merged in a row of the other tenant',
    hint: mend(scene, table, 'insert', 'check'),
  });
}

export const returning: Attack = {
  name: 'returning',
  async run(scene, table, tenant) {
    if (scene.selectable(table).length === 0) return held(NO_SELECT);
    const theirs = `(${scene.whose(table, other(tenant))})`;
    const change = harmlessChange(scene, table, tenant);
    const tries = [
      ...(change === undefined ? [] : [['update', `UPDATE ${table.sql} SET ${change}`] as const]),
      ...(table.may.delete ? [['delete', `DELETE FROM ${table.sql}`] as const] : []),
    ];
    const verdicts: Verdict[] = [];
    for (const [command, statement] of tries) {
      const where = scene.isSmall(table) ? '' : ` WHERE ${theirs}`;
      const sql = `${statement}${where} RETURNING ${theirs} AS theirs`;
      const outcome = await scene.attempt(table, tenant, sql);
      if (outcome.ended === 'badly') verdicts.push(refusal(outcome));
      else if (outcome.rows.some((row) => row.theirs === true)) {
        const what = `${command.toUpperCase()} … RETURNING gave back rows of the other tenant`;
        verdicts.push(leak(what, mend(scene, table, command, 'using')));
      }
    }
    verdicts.push(await insertReturning(scene, table, tenant));
    return worst(verdicts, 'gives back no row of the other tenant');
  },
};

async function insertReturning(scene: Scene, table: Table, tenant: TenantIndex): Promise<Verdict> {
  const victim = other(tenant);
  const row = insertable(table, scene.spare(table, victim) ?? new Map());
  const column = scene.selectable(table)[0];
  if (row.size === 0 || column === undefined) return held(NO_INSERT);
  const sql = `${insertText(table, row)} RETURNING ${quoteIdentifier(column.name)}`;
  return await judgeWrite(scene, table, victim, await scene.attempt(table, tenant, sql), {
    what: 'wrote a row of the other tenant and had it returned',
    hint: mend(scene, table, 'insert', 'check'),
  });
}

const FEATURE_NOT_SUPPORTED = '0A000';

export const copyIn: Attack = {
  name: 'copy in',
  async run(scene, table, tenant) {
    if (!table.columns.some(({ may }) => may.insert)) return held(NO_INSERT);
    // PostgreSQL refuses COPY FROM by the same rule, before a row is sent.
    const active = await scene.attempt(
      table,
      tenant,
      `SELECT row_security_active('${table.oid}'::oid)::int AS n`,
    );
    if (active.ended === 'badly') return refusal(active);
    if (Number(active.rows[0]?.n) === 0) {
      return leak('COPY FROM takes rows of any tenant', isolate(scene, table));
    }
    const outcome = await scene.attempt(table, tenant, `COPY ${table.sql} FROM STDIN`);
    if (outcome.ended === 'badly' && outcome.sqlstate === FEATURE_NOT_SUPPORTED) {
      return held('refused under row-level security');
    }
    return outcome.ended === 'badly'
      ? refusal(outcome)
      : leak('COPY FROM takes rows of any tenant', isolate(scene, table));
  },
};
