// Tries to read another tenant's rows: by query, by COPY, with row-level security switched off.

import { other } from '../fill/filled-row.js';
import { held, leak, unproved, type Verdict } from '../isolation-proof.js';
import { mend } from '../mending.js';
import type { Scene } from '../scene.js';
import type { Table } from '../survey/survey.js';
import { type Attack, countOf, refusal } from './attack.js';

export const NO_SELECT = 'no SELECT privilege';

function seen(scene: Scene, table: Table, count: number, how: string): Verdict {
  return leak(
    `${how} ${count} ${count === 1 ? 'row' : 'rows'} of the other tenant`,
    mend(scene, table, 'select', 'using'),
  );
}

export const read: Attack = {
  name: 'read',
  async run(scene, table, tenant) {
    if (scene.selectable(table).length === 0) return held(NO_SELECT);
    const theirs = scene.whose(table, other(tenant));
    const own = scene.whose(table, tenant);
    const named = await scene.attempt(
      table,
      tenant,
      `SELECT count(*) FILTER (WHERE ${theirs})::int AS n, count(*) FILTER (WHERE ${own})::int AS own
       FROM ${table.sql} WHERE ${theirs} OR ${own}`,
    );
    if (named.ended === 'badly') return readRefusal(table, named.message, refusal(named));
    if (countOf(named) > 0) return seen(scene, table, countOf(named), 'saw');
    const rest = await readRest(scene, table, tenant);
    if (rest !== undefined) return rest;
    const visible = Number(named.rows[0]?.own ?? 0);
    if (visible > 0) return held(`sees its own ${visible} and no others`);
    if (table.policies.length === 0 && table.secured) return held('nobody sees its rows');
    return unproved(
      'a tenant does not see its own rows, so that others are hidden proves nothing',
      `Name the setting that its policies read with --setting, and the column that they compare with --column; ${scene.stage.setting} and ${scene.column} were tried.`,
    );
  },
};

function readRefusal(table: Table, message: string, refused: Verdict): Verdict {
  if (message.startsWith('permission denied')) return refused;
  return unproved(`its own rows cannot be read: ${message}`, `Mend the policies of ${table.sql}.`);
}

/** All that a tenant sees, by what is in it. */
async function readRest(scene: Scene, table: Table, tenant: 0 | 1): Promise<Verdict | undefined> {
  const columns = scene.selectable(table);
  const [marked] = scene.ownColumns(table).filter(({ may }) => may.select);
  const strangers = marked && `NOT (${scene.whose(table, tenant)})`;
  if (strangers !== undefined) {
    const rest = await scene.attempt(
      table,
      tenant,
      `SELECT count(*)::int AS n FROM (SELECT 1 FROM ${table.sql} WHERE ${strangers} LIMIT 1000) s`,
    );
    return countOf(rest) > 0 ? seen(scene, table, countOf(rest), 'saw') : undefined;
  }
  const row = `ROW(${columns.map(({ name }) => `s.${JSON.stringify(name)}`).join(', ')})::text`;
  const all = await scene.attempt(
    table,
    tenant,
    `SELECT ${row} AS r FROM ${table.sql} s LIMIT 1000`,
  );
  if (all.ended === 'badly') return undefined;
  const text = all.rows.map(({ r }) => String(r)).join('\n');
  return scene.foreignText(tenant, text) === undefined
    ? undefined
    : seen(scene, table, 1, 'saw at least');
}

export const rowSecurityOff: Attack = {
  name: 'row_security off',
  async run(scene, table, tenant) {
    if (scene.selectable(table).length === 0) return held(NO_SELECT);
    const tried = await scene.attempt(
      table,
      tenant,
      `SET LOCAL row_security = off;
       SELECT count(*)::int AS n FROM ${table.sql} WHERE ${scene.whose(table, other(tenant))}`,
    );
    if (tried.ended === 'badly') return refusal(tried);
    return countOf(tried) > 0
      ? seen(scene, table, countOf(tried), 'saw')
      : held('it makes no difference');
  },
};

export const copyOut: Attack = {
  name: 'copy out',
  async run(scene, table, tenant) {
    if (scene.selectable(table).length === 0) return held(NO_SELECT);
    const theirs = scene.whose(table, other(tenant));
    const query = await scene.attempt(
      table,
      tenant,
      `COPY (SELECT 1 FROM ${table.sql} WHERE ${theirs}) TO STDOUT`,
    );
    if (query.ended === 'badly') return refusal(query);
    if (query.count > 0) return seen(scene, table, query.count, 'copied');
    if (!scene.isSmall(table)) return held('copies none by query');
    const visible = await scene.attempt(
      table,
      tenant,
      `SELECT count(*)::int AS n FROM ${table.sql}`,
    );
    const whole = await scene.attempt(table, tenant, `COPY ${table.sql} TO STDOUT`);
    if (whole.ended === 'badly') return held('copies none by query; COPY of the table is refused');
    const more = whole.count - countOf(visible);
    return more > 0
      ? seen(scene, table, more, 'copied')
      : held('copies what it sees and nothing else');
  },
};
