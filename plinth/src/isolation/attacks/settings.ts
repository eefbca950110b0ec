// Tries what the setting may hold that is no tenant's id: nothing, or something that a careless
// condition takes for several ids.

import { quoteIdentifier, quoteLiteral } from '../../sql/index.js';
import { BOTH, other, type TenantIndex } from '../fill/filled-row.js';
import { cellSql, insertText } from '../fill/insert-row.js';
import { held, leak, type Verdict, weak, worst } from '../isolation-proof.js';
import { mend } from '../mending.js';
import type { Scene } from '../scene.js';
import type { Table } from '../survey/survey.js';
import { literalsIn, settingsIn } from '../values/read-conditions.js';
import { type Attack, countOf, insertable, judgeWrite, rowsOfNamedTenants } from './attack.js';
import { NO_SELECT } from './reading.js';

/** As a scope leaves it behind: empty. That it was never set is tried before anything else is. */
export const noTenant: Attack = {
  name: 'no tenant',
  async run(scene, table, tenant) {
    const verdicts: Verdict[] = [];
    for (const setting of ['', ' ']) {
      verdicts.push(await readWith(scene, table, setting, tenant));
      verdicts.push(await writeWith(scene, table, setting, tenant));
    }
    if (tenant === 0) verdicts.push(await defaultTenant(scene, table));
    return worst(verdicts, 'sees nothing');
  },
};

/** A tenant that a policy takes where none is set. One whose rows all see anyway is none. */
async function defaultTenant(scene: Scene, table: Table): Promise<Verdict> {
  const [own] = scene.ownColumns(table);
  if (own === undefined || !own.may.select) return held('no column says whose a row is');
  for (const { id, row } of rowsOfNamedTenants(scene, table)) {
    const insertion = insertText(table, row);
    const count = `SELECT count(*)::int AS n FROM ${table.sql}
      WHERE ${quoteIdentifier(own.name)} = ${cellSql(table, own.name, id)}`;
    const made = await scene.attemptAs({ setting: id, role: scene.role }, table, 0, insertion);
    if (made.ended === 'badly') continue;
    const seen = await scene.stage.follow({ setting: '', role: scene.role }, count);
    if (countOf(seen) === 0) continue;
    if (countOf(await scene.stage.follow(scene.as(0), count)) > 0) continue;
    return leak(
      `without a tenant the rows of ${shown(id)} are seen, which a policy names`,
      mend(scene, table, 'select', 'using'),
    );
  }
  return held('no tenant is taken for none');
}

export const hostileSettings: Attack = {
  name: 'hostile settings',
  async run(scene, table, tenant) {
    if (scene.selectable(table).length === 0) return held(NO_SELECT);
    const back = await otherSettings(scene, table, tenant);
    if (back !== undefined) return back;
    const settings = hostile(scene, tenant);
    const counts = await readWithAll(scene, table, settings, tenant);
    if (counts?.every((count) => count === 0) === true) return held('reveal nothing');
    // One of them fails, or one succeeds: which one is found out by trying each.
    const verdicts: Verdict[] = [];
    for (const setting of settings) {
      verdicts.push(await readWith(scene, table, setting, tenant));
    }
    return worst(verdicts, 'reveal nothing');
  },
};

/** Another setting that a policy reads, which may open it for everybody. */
async function otherSettings(
  scene: Scene,
  table: Table,
  tenant: TenantIndex,
): Promise<Verdict | undefined> {
  const conditions = table.policies.flatMap(({ using, check }) => [using ?? '', check ?? '']);
  const names = new Set(conditions.flatMap(settingsIn));
  names.delete(scene.stage.setting);
  if (names.size === 0) return undefined;
  const literals = conditions.flatMap(literalsIn).filter((text) => !names.has(text));
  for (const name of names) {
    for (const value of new Set(['on', 'true', '1', 'admin', 'system', ...literals])) {
      const outcome = await scene.attempt(
        table,
        tenant,
        `SELECT set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, true);
         SELECT count(*)::int AS n FROM ${table.sql} WHERE ${scene.whose(table, other(tenant))}`,
      );
      if (countOf(outcome) === 0) continue;
      return weak(
        `a session that sets ${name} to ${shown(value)} sees every tenant`,
        `Let the policies of ${table.sql} read ${scene.stage.setting} only.`,
      );
    }
  }
  return undefined;
}

/** All in one round trip; `undefined` where one of them fails. */
async function readWithAll(
  scene: Scene,
  table: Table,
  settings: readonly string[],
  tenant: TenantIndex,
): Promise<readonly number[] | undefined> {
  const name = quoteLiteral(scene.stage.setting);
  const reads = settings.map(
    (setting) => `SELECT set_config(${name}, ${quoteLiteral(setting)}, true);
      SELECT set_config('plinth.seen', current_setting('plinth.seen') || ' ' ||
        (SELECT count(*) FROM ${table.sql} WHERE ${anybodys(scene, table)}), true);`,
  );
  const sql = `SELECT set_config('plinth.seen', '', true);
    ${reads.join('\n')} SELECT current_setting('plinth.seen') AS seen`;
  const outcome = await scene.attempt(table, tenant, sql);
  if (outcome.ended === 'badly') return undefined;
  return String(outcome.rows[0]?.seen).trim().split(' ').map(Number);
}

function anybodys(scene: Scene, table: Table): string {
  return BOTH.map((one) => scene.whose(table, one)).join(' OR ');
}

/** Each means no tenant, and a careless comparison may take it for one or for all. */
function hostile({ tenants }: Scene, tenant: TenantIndex): readonly string[] {
  const [a, b] = tenants;
  const id = tenants[tenant];
  if (tenant === 1) return isText(id) ? variantsOf(id) : [];
  // The same id in other words is the same tenant, for a number and for a uuid.
  const variants = isText(id) ? variantsOf(id) : [];
  const shared = ['%', '_%', '*', '.*', `${id.slice(0, -1)}%`, `${id.slice(0, -1)}_`];
  // Ids that this one begins with, and one that begins with it.
  const prefixes = [id.slice(0, -1), id.slice(0, 1), `${id}x`];
  const lists = [`${a},${b}`, `${a} ${b}`, `{${a},${b}}`, `["${a}","${b}"]`, `${a}|${b}`];
  const words = ['null', 'undefined', 'true', '0', '-1', 'NaN', 'default', 'admin'];
  const quoted = [`' OR '1'='1`, `${id}' OR true --`, `\\' OR true; --`, '$1', `"${id}"`];
  return [...variants, ...shared, ...prefixes, ...lists, ...words, ...quoted];
}

function isText(id: string): boolean {
  return !/^\d+$|^[0-9a-f]{8}-/.test(id);
}

function variantsOf(id: string): readonly string[] {
  return [`${id} `, ` ${id}`, id.toUpperCase(), `${id}\n`, `0${id}`];
}

async function readWith(
  scene: Scene,
  table: Table,
  setting: string,
  tenant: TenantIndex,
): Promise<Verdict> {
  if (scene.selectable(table).length === 0) return held(NO_SELECT);
  const outcome = await scene.attemptAs(
    { setting, role: scene.role },
    table,
    tenant,
    `SELECT count(*)::int AS n FROM ${table.sql} WHERE ${anybodys(scene, table)}`,
  );
  const count = countOf(outcome);
  if (count === 0) return held('sees nothing');
  return leak(
    `saw ${count} rows with the setting ${shown(setting)}`,
    mend(scene, table, 'select', 'using'),
  );
}

async function writeWith(
  scene: Scene,
  table: Table,
  setting: string,
  tenant: TenantIndex,
): Promise<Verdict> {
  const row = insertable(table, scene.spare(table, tenant) ?? new Map());
  if (row.size === 0) return held('writes nothing');
  const actor = { setting, role: scene.role };
  const outcome = await scene.attemptAs(actor, table, tenant, insertText(table, row));
  return await judgeWrite(scene, table, tenant, outcome, {
    what: `wrote a row of a tenant with the setting ${shown(setting)}`,
    hint: mend(scene, table, 'insert', 'check'),
  });
}

function shown(setting: string): string {
  return setting === '' ? 'empty' : JSON.stringify(setting);
}
