// Sets the scene: fills the tables, looks on the way at what can be seen only then, and remembers how
// everything is before it is attacked.

import { quoteLiteral } from '../sql/index.js';
import { countWritten } from './attacks/triggers.js';
import { lookAtViews, viewsOf } from './attacks/views.js';
import { type FillStep, planFill } from './fill/fill-plan.js';
import { TableFiller } from './fill/fill-tables.js';
import { BOTH, type FilledRow } from './fill/filled-row.js';
import { leak, type Verdict } from './isolation-proof.js';
import type { Place } from './place.js';
import { Scene } from './scene.js';
import type { Stage } from './stage.js';

/** Whether this session has had the setting before. */
async function isSet({ connection, setting }: Stage): Promise<boolean> {
  const { rows } = await connection.query<{ known: boolean }>(
    `SELECT current_setting(${quoteLiteral(setting)}, true) IS NOT NULL AS known`,
  );
  return rows[0]?.known === true;
}

export interface Filled {
  readonly scene: Scene;
  readonly filler: TableFiller;
  readonly unset: ReadonlyMap<string, Verdict>;
  readonly views: ReturnType<typeof viewsOf>;
  readonly seenAlone: Awaited<ReturnType<typeof lookAtViews>>;
  readonly before: ReadonlyMap<string, number>;
  readonly after: ReadonlyMap<string, number>;
  readonly notes: readonly string[];
}

export async function setUp(place: Place, tenants: readonly [string, string]): Promise<Filled> {
  const { stage, survey, isolated, tenantColumns, role, isScratch } = place;
  const steps = planFill(survey, isolated, tenantColumns);
  const options = { stage, survey, tenantColumns, tenants, role, mayPutAside: isScratch };
  const notes: string[] = [];
  const unset = new Map<string, Verdict>();
  if (await isSet(stage))
    notes.push(`${stage.setting} was set before: it was not tried as never set`);
  else notes.push(...(await tryUnset(place, tenants, steps, unset)));
  const filler = new TableFiller(options);
  for (const step of steps)
    if (step.isCommon) await fillFor(filler, step, step.isOwned ? BOTH : [undefined]);
  const before = await countWritten(stage);
  const rest = steps.filter(({ isCommon }) => !isCommon);
  const views = viewsOf(survey.views, isolated);
  for (const step of rest) await fillFor(filler, step, [0]);
  const first = { setting: tenants[0], role };
  const seenAlone = await lookAtViews(stage, views.keys(), first);
  for (const step of rest) await fillFor(filler, step, [1]);
  const after = await countWritten(stage);
  await stage.perform({ setting: undefined, role: 'none' }, 'SET CONSTRAINTS ALL IMMEDIATE');
  const scene = await sceneOf(place, tenants, steps, filler);
  return {
    scene,
    filler,
    unset,
    views,
    seenAlone,
    before,
    after,
    notes: [...notes, ...filler.notes],
  };
}

async function fillFor(
  filler: TableFiller,
  step: FillStep,
  tenants: readonly (0 | 1 | undefined)[],
): Promise<void> {
  for (const tenant of tenants) await filler.fill(step, tenant);
}

async function sceneOf(
  place: Place,
  tenants: readonly [string, string],
  steps: readonly FillStep[],
  filler: TableFiller,
): Promise<Scene> {
  const spares = new Map<string, FilledRow>();
  for (const step of steps) {
    if (!step.isOwned) continue;
    for (const tenant of BOTH) {
      const spare = await filler.spare(step, tenant);
      if (spare !== undefined) spares.set(`${step.table.oid} ${tenant}`, spare);
    }
  }
  const rows = steps.flatMap(({ table }) => filler.rowsOf(table.oid));
  const emptied = steps.flatMap(({ table }) => (place.isolated.includes(table) ? [table] : []));
  const scene = new Scene({
    ...place,
    tenants,
    rows,
    spares,
    emptied: emptied.reverse(),
    samples: filler.sources.samples,
  });
  for (const table of place.isolated) {
    for (const tenant of BOTH) await scene.remember(table, tenant);
  }
  return scene;
}

/** Before the setting is ever set, which it can be only once in a session. */
async function tryUnset(
  place: Place,
  tenants: readonly [string, string],
  steps: readonly FillStep[],
  unset: Map<string, Verdict>,
): Promise<readonly string[]> {
  const { stage, isolated, role, isScratch } = place;
  const mark = 'plinth_unset';
  await stage.mark(mark);
  const filler = new TableFiller({ ...place, tenants, mayPutAside: isScratch });
  await fillUnset(place, steps, filler);
  const seen = isolated.filter(({ columns }) => columns.some(({ may }) => may.select));
  for (const table of seen) {
    const outcome = await stage.attempt(
      { setting: undefined, role },
      `SELECT count(*)::int AS n FROM (SELECT 1 FROM ${table.sql} LIMIT 1000) s`,
    );
    const count = outcome.ended === 'well' ? Number(outcome.rows[0]?.n) : 0;
    if (count > 0) {
      unset.set(table.oid, leak(`${count} rows were seen before the setting was ever set`, ''));
    }
  }
  await stage.restore(mark);
  const empty = steps.filter(
    ({ table }) => seen.includes(table) && filler.rowsOf(table.oid).length === 0,
  );
  if (empty.length === 0) return [];
  const names = empty.map(({ table }) => table.sql).join(', ');
  return [
    `with ${stage.setting} never set only the rows that were there were looked for in ${names}: none could be made without it`,
  ];
}

/** Without the setting only those can write whom policies do not hold; the owner of a scratch is made one. */
async function fillUnset(
  { stage, survey, isolated, isScratch }: Place,
  steps: readonly FillStep[],
  filler: TableFiller,
): Promise<void> {
  if (!survey.filler.bypasses && !isScratch) return;
  const owner = { setting: undefined, role: 'none' };
  const forced = survey.filler.bypasses ? [] : isolated.filter((table) => table.forced);
  const alter = (verb: string): string =>
    forced.map(({ sql }) => `ALTER TABLE ${sql} ${verb} ROW LEVEL SECURITY;`).join(' ');
  if (forced.length > 0) await stage.perform(owner, alter('NO FORCE'));
  for (const step of steps) {
    for (const tenant of step.isOwned ? BOTH : [undefined]) {
      await filler.fill(step, tenant, 'unset');
    }
  }
  if (forced.length > 0) {
    await stage.perform(owner, `SET CONSTRAINTS ALL IMMEDIATE; ${alter('FORCE')}`);
  }
}
