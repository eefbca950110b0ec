// Looks through views at another tenant's rows, and writes through them. A view that shows only
// counts tells too: what a tenant sees must not depend on the other's rows.

import { quoteIdentifier } from '../../sql/index.js';
import { BOTH, other, type TenantIndex } from '../fill/filled-row.js';
import { cellSql } from '../fill/insert-row.js';
import {
  type AttackResult,
  held,
  leak,
  unproved,
  type Verdict,
  weak,
  worst,
} from '../isolation-proof.js';
import { mend } from '../mending.js';
import type { Scene } from '../scene.js';
import type { Actor, Outcome, Stage } from '../stage.js';
import type { Table, View } from '../survey/survey.js';
import { refusal } from './attack.js';

/** Views that read isolated tables, themselves or through other views, with those tables. */
export function viewsOf(
  views: readonly View[],
  isolated: readonly Table[],
): ReadonlyMap<View, readonly Table[]> {
  const byOid = new Map(views.map((view) => [view.oid, view]));
  const tables = new Map(isolated.map((table) => [table.oid, table]));
  const found = new Map<View, readonly Table[]>();
  for (const view of views) {
    const reads = new Set([view.oid]);
    for (const oid of reads) for (const below of byOid.get(oid)?.reads ?? []) reads.add(below);
    const read = [...reads].flatMap((oid) => tables.get(oid) ?? []);
    if (read.length > 0) found.set(view, read);
  }
  return found;
}

/** What a tenant sees in each view, to be compared with what it sees once the other has rows. */
export type Sights = ReadonlyMap<string, string>;

export async function lookAtViews(
  stage: Stage,
  views: Iterable<View>,
  actor: Actor,
): Promise<Sights> {
  const sights = new Map<string, string>();
  for (const view of views) {
    if (view.isMaterialized || !view.may.select) continue;
    const outcome = await stage.attempt(actor, contentOf(view));
    if (outcome.ended === 'well') sights.set(view.oid, textOf(outcome));
  }
  return sights;
}

function contentOf(view: View): string {
  const row = `ROW(${view.columns.map(({ name }) => `v.${quoteIdentifier(name)}`).join(', ')})::text`;
  return `SELECT ${row} AS r FROM ${view.sql} v ORDER BY 1 LIMIT 1000`;
}

function textOf(outcome: Outcome): string {
  return outcome.ended === 'well' ? outcome.rows.map(({ r }) => String(r)).join('\n') : '';
}

/** @param alone What the first tenant saw before the other had rows. */
export async function attackViews(
  scene: Scene,
  views: ReadonlyMap<View, readonly Table[]>,
  alone: Sights,
): Promise<readonly AttackResult[]> {
  const results: AttackResult[] = [];
  for (const [view, tables] of views) {
    const verdict = await attackView(scene, view, tables, alone.get(view.oid));
    results.push({ object: view.sql, attack: 'view', ...verdict });
  }
  return results;
}

async function attackView(
  scene: Scene,
  view: View,
  tables: readonly Table[],
  alone: string | undefined,
): Promise<Verdict> {
  const names = tables.map(({ sql }) => sql).join(', ');
  if (!view.may.select) return held('the role may not read it');
  if (view.isMaterialized) {
    return leak(
      `holds rows of every tenant of ${names}: a materialized view has no policies`,
      `REVOKE SELECT ON ${view.sql} FROM ${quoteIdentifier(scene.role)};`,
    );
  }
  const hint = mendView(scene, view, tables);
  const verdicts: Verdict[] = [];
  for (const tenant of BOTH) {
    const [table] = tables;
    if (table === undefined) continue;
    verdicts.push(
      await readView(scene, view, table, tenant, hint, tenant === 0 ? alone : undefined),
    );
    verdicts.push(await castInView(scene, view, table, tenant, hint));
    verdicts.push(await writeView(scene, view, tables, tenant, hint));
  }
  if (!view.isInvoker && !view.isBarrier && verdicts.every(({ status }) => status === 'held')) {
    verdicts.push(
      weak(
        `it runs as its owner and is no security barrier: a function in a condition may see rows of ${names} that it hides`,
        hint,
      ),
    );
  }
  return worst(verdicts, `shows no row of the other tenant of ${names}`);
}

/** One that runs as whoever asks shows what is below it. */
function mendView(scene: Scene, view: View, tables: readonly Table[]): string {
  if (!view.isInvoker) return `ALTER VIEW ${view.sql} SET (security_invoker = true);`;
  const [table] = tables.filter(({ oid }) => view.reads.includes(oid));
  return table === undefined
    ? `Mend the views that ${view.sql} reads.`
    : mend(scene, table, 'select', 'using');
}

async function readView(
  scene: Scene,
  view: View,
  table: Table,
  tenant: TenantIndex,
  hint: string,
  alone: string | undefined,
): Promise<Verdict> {
  const outcome = await scene.attempt(table, tenant, contentOf(view));
  if (outcome.ended === 'badly') {
    if (outcome.sqlstate === '42501') return refusal(outcome);
    return unproved(`it cannot be read: ${outcome.message}`, `Mend or drop ${view.sql}.`);
  }
  const text = textOf(outcome);
  const told = scene.foreignText(tenant, text);
  if (told !== undefined) return leak('shows rows of the other tenant', hint);
  if (alone === undefined || alone === text) return held('shows no row of the other tenant');
  return leak('what a tenant sees in it depends on rows of the other tenant', hint);
}

/** A cast that fails on a row which the view should have left out. */
async function castInView(
  scene: Scene,
  view: View,
  table: Table,
  tenant: TenantIndex,
  hint: string,
): Promise<Verdict> {
  const texts = view.columns.filter(({ category }) => category === 'S');
  const own = scene.rows(table, tenant).flatMap(({ telling }) => telling);
  for (const { name } of texts) {
    const value = `(v.${quoteIdentifier(name)})::text`;
    const known = own.map((text) => `'${text.replaceAll("'", "''")}'`).join(', ') || `''`;
    const outcome = await scene.attempt(
      table,
      tenant,
      `SELECT count(*) FROM ${view.sql} v
       WHERE CASE WHEN ${value} IN (${known}) THEN false ELSE length((${value})::int::text) > 20 END`,
    );
    if (scene.foreignText(tenant, outcome.said) !== undefined) {
      return leak('an error in a condition shows rows that it hides', hint);
    }
  }
  return held('errors show nothing of the other tenant');
}

async function writeView(
  scene: Scene,
  view: View,
  tables: readonly Table[],
  tenant: TenantIndex,
  hint: string,
): Promise<Verdict> {
  const victim = other(tenant);
  const [table] = tables;
  if (table === undefined) return held('writes nothing');
  const [own] = scene.ownColumns(table);
  const tries = [
    ...(view.may.delete && scene.isSmall(table) ? [`DELETE FROM ${view.sql}`] : []),
    ...(view.may.insert ? [insertInto(scene, view, table, victim)] : []),
    ...(view.may.update && scene.isSmall(table) && own !== undefined && hasColumn(view, own.name)
      ? [
          `UPDATE ${view.sql} SET ${quoteIdentifier(own.name)} = ${cellSql(table, own.name, scene.tenants[victim])}`,
        ]
      : []),
  ];
  for (const sql of tries) {
    const outcome = await scene.attempt(table, tenant, sql);
    if (outcome.ended === 'well' && (await scene.isChanged(tables, victim))) {
      return leak('rows of the other tenant are written through it', hint);
    }
  }
  return held('writes no row of the other tenant');
}

function hasColumn(view: View, name: string): boolean {
  return view.columns.some((column) => column.name === name);
}

function insertInto(scene: Scene, view: View, table: Table, victim: TenantIndex): string {
  const row = [...(scene.spare(table, victim) ?? [])].filter(([name]) => hasColumn(view, name));
  const names = row.map(([name]) => quoteIdentifier(name)).join(', ');
  return `INSERT INTO ${view.sql} (${names}) VALUES (${row.map(([, value]) => value).join(', ')})`;
}
