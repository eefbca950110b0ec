// Judges one pair of schemas in both directions: pg_dump compares what the plan made with what was
// wanted. It knows no suite.

import type { Catalog } from '../../src/catalog/index.js';
import { diff, type Plan, renderPlan } from '../../src/diff/index.js';
import { readScript } from '../../src/scratch/read-script.js';
import type { FoundSide } from '../../src/sides/found-side.js';
import { settleRoles } from '../../src/sides/settle-roles.js';
import type { PracticeServer, SchemaDatabase } from './practice-server.js';

/**
 * `converges`: nothing differs but the order of columns. `unloadable`: one of the texts does not
 * load on this server, so there is nothing to judge.
 */
export type Verdict = 'converges' | 'differs' | 'sql-error' | 'refused' | 'unloadable';

export interface Judgement {
  readonly direction: 'up' | 'down';
  readonly verdict: Verdict;
  /** What went wrong, on one line. */
  readonly cause: string;
}

export async function judgePair(
  server: PracticeServer,
  old: string,
  fresh: string,
): Promise<readonly Judgement[]> {
  // One after the other: roles belong to both.
  const from = await server.load(old);
  const to = from && (await server.load(fresh));
  try {
    if (from === undefined || to === undefined) return [UNLOADABLE];
    return [
      { direction: 'up', ...(await judgeChange(from, to)) },
      { direction: 'down', ...(await judgeChange(to, from)) },
    ];
  } finally {
    await Promise.all([from?.drop(), to?.drop()]);
    await server.dropRoles();
  }
}

const UNLOADABLE: Judgement = { direction: 'up', verdict: 'unloadable', cause: '' };

/** Changes the one database into the other's schema; only its catalog and dump stay as they were. */
async function judgeChange(
  from: SchemaDatabase,
  to: SchemaDatabase,
): Promise<Omit<Judgement, 'direction'>> {
  let plan: Plan;
  try {
    plan = compareSchemas(from.catalog, to.catalog);
  } catch (error) {
    return { verdict: 'refused', cause: oneLine(error) };
  }
  try {
    await from.run(readScript([{ file: 'plan.sql', text: renderPlan(plan) }]).statements);
  } catch (error) {
    return { verdict: 'sql-error', cause: oneLine(error) };
  }
  const wrong = compare(await from.dumpNow(), to.dump);
  if (wrong !== '') return { verdict: 'differs', cause: wrong };
  const left = renderPlan(compareSchemas(await from.introspectNow(), to.catalog));
  if (left !== '') return { verdict: 'differs', cause: `left to do: ${oneLine(left)}` };
  return { verdict: 'converges', cause: '' };
}

/** As `plinth diff` does with two databases. */
function compareSchemas(from: Catalog, to: Catalog): Plan {
  const settled = settleRoles(sideOf(from), sideOf(to));
  return diff(settled.from, settled.to);
}

function sideOf(catalog: Catalog): FoundSide {
  const { serverVersion } = catalog;
  return { kind: 'database', catalog, serverVersion, description: '', notes: [] };
}

function compare(got: readonly string[], wanted: readonly string[]): string {
  const [has, shall] = [new Set(got), new Set(wanted)];
  const lacks = wanted.filter((one) => !has.has(one)).slice(0, 2);
  const extra = got.filter((one) => !shall.has(one)).slice(0, 2);
  const lines = [...lacks.map((one) => `lacks ${one}`), ...extra.map((one) => `has ${one}`)];
  return oneLine(lines.join(' / '));
}

const SHOWN = 400;

function oneLine(what: unknown): string {
  const text = what instanceof Error ? what.message : String(what);
  return text.replaceAll(/\s+/g, ' ').slice(0, SHOWN);
}
