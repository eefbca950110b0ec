// Looks for rows of tenants in tables that are not isolated: a trigger may have copied them there.

import { quoteIdentifier } from '../../sql/index.js';
import { BOTH, other } from '../fill/filled-row.js';
import { insertText } from '../fill/insert-row.js';
import { type AttackResult, held, leak } from '../isolation-proof.js';
import { isolate } from '../mending.js';
import type { Scene } from '../scene.js';
import type { Stage } from '../stage.js';
import { type Attack, harmlessChange, insertable } from './attack.js';

/** Whether a tenant's own writing changes rows of the other one. */
export const triggers: Attack = {
  name: 'triggers',
  async run(scene, table, tenant) {
    if (!table.hasTriggers) return held('it has none');
    const change = harmlessChange(scene, table, tenant);
    const own = ` WHERE ${scene.whose(table, tenant)}`;
    const row = insertable(table, scene.spare(table, tenant) ?? new Map());
    const tries = [
      ...(row.size === 0 ? [] : [insertText(table, row)]),
      ...(change === undefined ? [] : [`UPDATE ${table.sql} SET ${change}${own}`]),
      ...(table.may.delete ? [`DELETE FROM ${table.sql}${own}`] : []),
    ];
    for (const sql of tries) {
      const outcome = await scene.attempt(table, tenant, sql);
      if (outcome.ended === 'badly') continue;
      if (await scene.isChanged(scene.isolated, other(tenant))) {
        return leak(
          `${sql.slice(0, sql.indexOf(' '))} of its own row changed rows of the other tenant`,
          `Let the triggers and rules of ${table.sql} write rows of the same tenant only.`,
        );
      }
    }
    return held('what a tenant writes changes nothing of the other');
  },
};

/** How many rows each table has got in this transaction, by its oid. */
export async function countWritten(stage: Stage): Promise<ReadonlyMap<string, number>> {
  const outcome = await stage.attempt(
    { setting: undefined, role: 'none' },
    `SELECT oid::text, (pg_stat_get_xact_tuples_inserted(oid)
       + pg_stat_get_xact_tuples_updated(oid))::int AS written
     FROM pg_class WHERE relkind IN ('r', 'p')`,
  );
  const rows = outcome.ended === 'well' ? outcome.rows : [];
  return new Map(rows.map(({ oid, written }) => [String(oid), Number(written)]));
}

/** @param before Of before the isolated tables were filled. */
export async function findCopies(
  scene: Scene,
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Promise<readonly AttackResult[]> {
  const isIsolated = new Set(scene.isolated.map(({ oid }) => oid));
  const results: AttackResult[] = [];
  for (const table of scene.survey.tables) {
    const isWritten = (after.get(table.oid) ?? 0) > (before.get(table.oid) ?? 0);
    const columns = scene.selectable(table);
    if (isIsolated.has(table.oid) || !isWritten || columns.length === 0 || table.isPartition)
      continue;
    const row = `ROW(${columns.map(({ name }) => quoteIdentifier(name)).join(', ')})::text`;
    const where = scene.isSmall(table)
      ? ''
      : ` WHERE xmin::text::bigint >= txid_current() % 4294967296`;
    for (const tenant of BOTH) {
      const outcome = await scene.attempt(
        table,
        tenant,
        `SELECT ${row} AS r FROM ${table.sql}${where} LIMIT 5000`,
      );
      if (outcome.ended === 'badly') continue;
      const text = outcome.rows.map(({ r }) => String(r)).join('\n');
      if (scene.foreignText(tenant, text) === undefined) continue;
      results.push({
        object: table.sql,
        attack: 'triggers',
        ...leak(
          'a trigger copies rows of tenants into it, and it is not isolated',
          isolate(scene, table),
        ),
      });
      break;
    }
  }
  return results;
}
