// Calls the functions that run as their owner, with what a tenant may know of another one: its id,
// the keys of its rows. They must give nothing back and change nothing.

import { quoteLiteral } from '../../sql/index.js';
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
import { baseType } from '../survey/base-type.js';
import type { DefinerFunction, Table } from '../survey/survey.js';

const MOST_CALLS = 12;

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
    for (const values of argumentLists(scene, one, tenant)) {
      const [table] = names.length > 0 ? names : scene.isolated;
      if (table === undefined) return undefined;
      const sql = callOf(one, values);
      const { outcome, verdict } = await callOnce(scene, one, table, tenant, sql, hint);
      if (verdict !== undefined) verdicts.push(verdict);
      if (outcome.ended === 'badly') refusals.push(outcome.message);
      else {
        answered += 1;
        if (names.length > 0 && (await dependsOnOther(scene, table, tenant, sql, outcome))) {
          verdicts.push(leak('what it gives a tenant depends on rows of the other tenant', hint));
        }
      }
    }
  }
  if (verdicts.length > 0) return worst(verdicts, '');
  if (answered > 0) return held(`gave nothing of the other tenant in ${answered} calls`);
  if (names.length === 0) return undefined;
  return unproved(
    `runs as its owner, names ${names.map(({ sql }) => sql).join(', ')}, and no call was answered: ${refusals[0] ?? 'none was tried'}`,
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
  const call = `${one.sql}(${values.join(', ')})`;
  if (one.isProcedure) return `CALL ${call}`;
  return one.isSet ? `SELECT f::text AS r FROM ${call} f LIMIT 1000` : `SELECT ${call}::text AS r`;
}

function textOf(outcome: Outcome): string {
  return outcome.ended === 'well' ? outcome.rows.map((row) => JSON.stringify(row)).join('\n') : '';
}

/** What to call it with: first what a column of an argument's name holds, then what its type may be. */
function argumentLists(
  scene: Scene,
  one: DefinerFunction,
  tenant: TenantIndex,
): readonly (readonly string[])[] {
  const victim = other(tenant);
  const choices = one.arguments.map(({ name, type }) => {
    const values = [
      ...valuesFor(scene, name, type, victim),
      ...valuesFor(scene, name, type, tenant),
    ];
    return [...new Set(values)];
  });
  const calls = Math.min(MOST_CALLS, Math.max(1, ...choices.map(({ length }) => length)));
  const lists = Array.from({ length: calls }, (_, call) =>
    choices.map((values) => values[call % Math.max(1, values.length)] ?? 'NULL'),
  );
  return [...new Map(lists.map((list) => [list.join(), list])).values()];
}

function valuesFor(
  scene: Scene,
  name: string,
  type: string,
  whose: TenantIndex,
): readonly string[] {
  const { types } = scene.survey;
  const sql = types.get(type)?.sql ?? 'text';
  const base = baseType(types, type, -1).type;
  const argument = name.replace(/^_?(?:p|in|arg|v)?_/i, '').toLowerCase();
  const named: string[] = [];
  const typed: string[] = [];
  for (const table of scene.isolated) {
    for (const column of table.columns) {
      const own = baseType(types, column.type, -1).type;
      if (own.oid !== base.oid && own.category !== base.category) continue;
      const cells = scene
        .rows(table, whose)
        .flatMap(({ cells: all }) => all.get(column.name) ?? []);
      const isNamed = argument === column.name || argument.endsWith(`_${column.name}`);
      (isNamed ? named : typed).push(...cells.slice(0, 2));
    }
  }
  const id = base.category === 'S' ? [scene.tenants[whose]] : [];
  const usual =
    base.category === 'B' ? ['true', 'false'] : base.category === 'N' ? ['1', '100'] : [];
  const all = [...new Set([...named, ...id, ...typed, ...usual])].slice(0, MOST_CALLS / 2);
  return all.map((text) => `${quoteLiteral(text)}::${sql}`);
}
