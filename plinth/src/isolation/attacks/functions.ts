// Calls the functions that run as their owner, with what a tenant may know of another one: its id,
// the keys of its rows. They must give nothing back and change nothing.

import { BOTH, other, type TenantIndex } from '../fill/filled-row.js';
import {
  type AttackResult,
  held,
  leak,
  unproved,
  type Verdict,
  worst,
} from '../isolation-proof.js';
import type { Scene } from '../scene.js';
import type { Outcome } from '../stage.js';
import type { DefinerFunction, Table } from '../survey/survey.js';
import { argumentLists, runsText } from './function-arguments.js';

export async function attackFunctions(scene: Scene): Promise<readonly AttackResult[]> {
  const results: AttackResult[] = [];
  for (const one of scene.survey.functions) {
    const verdict = await attackFunction(scene, one);
    if (verdict !== undefined)
      results.push({ object: one.signature, attack: 'function', ...verdict });
  }
  return results;
}

async function attackFunction(scene: Scene, one: DefinerFunction): Promise<Verdict | undefined> {
  const names = scene.isolated.filter((table) => mentions(one.source, table));
  const isDynamic = runsText(one);
  const hint = `Let ${one.signature} be SECURITY INVOKER, or look at the setting in it, or REVOKE EXECUTE from PUBLIC and ${scene.role}.`;
  if (one.isVolatile && !scene.callsFunctions) {
    return unproved(
      'it was not called, because it may change something beside the database',
      'Prove it without --database, or add --functions where it may be called.',
    );
  }
  const verdicts: Verdict[] = [];
  const refusals: string[] = [];
  let answered = 0;
  for (const tenant of BOTH) {
    for (const values of argumentLists(scene, one, names, tenant)) {
      const [table] = names.length > 0 ? names : scene.isolated;
      if (table === undefined) return undefined;
      const sql = callOf(one, values);
      const { outcome, verdict } = await callOnce(scene, one, table, tenant, sql, hint);
      if (verdict !== undefined) verdicts.push(verdict);
      if (outcome.ended === 'badly') refusals.push(outcome.message);
      else {
        answered += 1;
        if (
          (names.length > 0 || isDynamic) &&
          (await dependsOnOther(scene, table, tenant, sql, outcome))
        ) {
          verdicts.push(leak('what it gives a tenant depends on rows of the other tenant', hint));
        }
      }
    }
  }
  if (verdicts.length > 0) return worst(verdicts, '');
  if (answered > 0) return held(`gave nothing of the other tenant in ${answered} calls`);
  const named = names.map(({ sql }) => `names ${sql}, `).join('');
  return unproved(
    `runs as its owner, ${named}and no call was answered: ${refusals[0] ?? 'none was tried'}`,
    hint,
  );
}

async function callOnce(
  scene: Scene,
  one: DefinerFunction,
  table: Table,
  tenant: TenantIndex,
  sql: string,
  hint: string,
): Promise<{ readonly outcome: Outcome; readonly verdict: Verdict | undefined }> {
  const outcome = await scene.attempt(table, tenant, sql);
  if (scene.foreignText(tenant, outcome.said + textOf(outcome), sql) !== undefined) {
    return { outcome, verdict: leak('gave back values of the other tenant', hint) };
  }
  const mayChange = outcome.ended === 'well' && one.isVolatile;
  const isChanged = mayChange && (await scene.isChanged(scene.isolated, other(tenant)));
  return {
    outcome,
    verdict: isChanged ? leak('changed rows of the other tenant', hint) : undefined,
  };
}

/** One that differs by itself, such as a random number, tells nothing by differing. */
async function dependsOnOther(
  scene: Scene,
  table: Table,
  tenant: TenantIndex,
  sql: string,
  outcome: Outcome,
): Promise<boolean> {
  const again = await scene.attempt(table, tenant, sql);
  if (textOf(again) !== textOf(outcome)) return false;
  const alone = await scene.attemptAlone(tenant, sql);
  return alone !== undefined && (alone.ended === 'badly' || textOf(alone) !== textOf(outcome));
}

function mentions(source: string, { sql }: Table): boolean {
  const name = sql.slice(sql.lastIndexOf('.') + 1).replaceAll('"', '');
  return new RegExp(`\\b${name.replaceAll(/[^\w]/g, '.')}\\b`, 'i').test(source);
}

function callOf(one: DefinerFunction, values: readonly string[]): string {
  const given = values.map((value, index) =>
    one.isVariadic && index === values.length - 1 ? `VARIADIC ${value}` : value,
  );
  const call = `${one.sql}(${given.join(', ')})`;
  if (one.isProcedure) return `CALL ${call}`;
  return one.isSet ? `SELECT f::text AS r FROM ${call} f LIMIT 1000` : `SELECT ${call}::text AS r`;
}

function textOf(outcome: Outcome): string {
  return outcome.ended === 'well' ? outcome.rows.map((row) => JSON.stringify(row)).join('\n') : '';
}
