// What a run would remove and why, without removing anything. What it costs is bounded.

import { type SQL, sql } from 'drizzle-orm';
import { countDue, type Portion, selectBatch, selectOldest } from './due-rows.js';
import { prepareClasses, type ReadyClass } from './ready-class.js';
import { chooseClasses, type RetentionClass } from './retention-class.js';
import { type RetentionDatabase, type RetentionScope, scopeOf } from './retention-database.js';
import { listPortions, type RetentionOptions } from './run-retention.js';

export type PreviewOptions = Pick<RetentionOptions, 'classes' | 'only' | 'tenants' | 'signal'>;

export interface RetentionPreview {
  readonly classes: readonly ClassPreview[];
}

export interface ClassPreview extends RetentionClass {
  /** Rows before it are due: ISO 8601 in UTC, by the clock of the database. */
  readonly cutOff: string;
  /** Rows that are due, of all tenants; where `isMore`, at least so many. */
  readonly due: number;
  readonly isMore: boolean;
  /** Those that have due rows; a class without tenants has one without an id. */
  readonly owners: readonly OwnerPreview[];
  /** What would make it slow or fail, and what mends it. */
  readonly hint: string | undefined;
}

export interface OwnerPreview {
  readonly tenant: string | undefined;
  readonly due: number;
  readonly isMore: boolean;
  /** The oldest due row: ISO 8601 in UTC, or `-infinity` for what lies before the year 1. */
  readonly oldest: string;
}

/** Rows of a class that are counted. */
const MOST_COUNTED = 1_000_000;
/** Rows of a tenant that are counted whatever the others have. */
const LEAST_COUNTED = 1000;

/**
 * Counts what is due of each class and tenant, at most 1,000,000 rows of a class and then 1,000 of each
 * further tenant.
 *
 * @throws PlinthError RETENTION_CLASS_INVALID or TENANCY_TENANTS_UNKNOWN; what PostgreSQL refuses; the
 *   signal's reason.
 */
export async function previewRetention(
  db: RetentionDatabase,
  options: PreviewOptions,
): Promise<RetentionPreview> {
  const ready = await prepareClasses(db.engine, chooseClasses(options.classes, options.only));
  const portions = await listPortions(db, ready, options);
  const classes: ClassPreview[] = [];
  for (const each of ready) {
    const its = portions.filter((portion) => portion.its === each.its);
    classes.push(await previewClass(db, each, its, options.signal));
  }
  return { classes };
}

async function previewClass(
  db: RetentionDatabase,
  { its, cutOff }: ReadyClass,
  portions: readonly Portion[],
  signal: AbortSignal | undefined,
): Promise<ClassPreview> {
  const owners: OwnerPreview[] = [];
  let due = 0;
  for (const portion of portions) {
    signal?.throwIfAborted();
    const owner = await previewOwner(db, portion, Math.max(MOST_COUNTED - due, LEAST_COUNTED));
    if (owner === undefined) continue;
    owners.push(owner);
    due += owner.due;
  }
  const [first] = portions;
  const hint = first === undefined ? undefined : await findHint(db, first);
  return { ...its, cutOff, due, isMore: owners.some(({ isMore }) => isMore), owners, hint };
}

async function previewOwner(
  db: RetentionDatabase,
  portion: Portion,
  most: number,
): Promise<OwnerPreview | undefined> {
  const scope = scopeOf(db, portion.owner);
  const { rows: looked } = await scope.execute(selectOldest(portion));
  const [oldest] = looked;
  if (oldest?.due !== true) return undefined;
  const { rows } = await scope.execute(countDue(portion, most + 1));
  const due = Number(rows[0]?.due ?? 0);
  const { tenant } = portion.owner;
  return { tenant, due: Math.min(due, most), isMore: due > most, oldest: String(oldest.oldest) };
}

/** PostgreSQL is asked whether it can find the oldest rows along an index. */
async function findHint(db: RetentionDatabase, portion: Portion): Promise<string | undefined> {
  const { its } = portion;
  if (its.prune !== undefined) return undefined;
  const query = selectBatch(portion, { size: 1000, after: undefined, skip: 0 });
  if (isAlongIndex(await explainOrdered(scopeOf(db, portion.owner), query), its)) return undefined;
  const columns = [its.tenant, its.column].filter((name) => name !== undefined).join(', ');
  return `every batch reads the whole table: create an index on ${its.table} (${columns})`;
}

/** The nodes of its plan where PostgreSQL avoids reading all and sorting. */
async function explainOrdered(scope: RetentionScope, query: SQL): Promise<readonly PlanNode[]> {
  return await scope.transaction(async (tx) => {
    await tx.execute(sql`SELECT set_config('enable_seqscan', 'off', true),
      set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true)`);
    const { rows } = await tx.execute(sql`EXPLAIN (FORMAT JSON) ${query}`);
    return nodesIn(rows[0]?.['QUERY PLAN']);
  });
}

type PlanNode = Readonly<Record<string, unknown>>;

function nodesIn(value: unknown): readonly PlanNode[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  if (!isRecord(value)) return [];
  const own = 'Node Type' in value ? [value] : [];
  return [...own, ...Object.values(value).flatMap(nodesIn)];
}

function isRecord(value: unknown): value is PlanNode {
  return typeof value === 'object' && value !== null;
}

function isAlongIndex(nodes: readonly PlanNode[], { column, tenant }: RetentionClass): boolean {
  const types = nodes.map((node) => node['Node Type']);
  if (types.includes('Sort') || types.includes('Seq Scan')) return false;
  const scans = nodes.filter((node) => String(node['Node Type']).startsWith('Index'));
  return scans.every((node) => {
    const condition = String(node['Index Cond'] ?? '');
    return condition.includes(column) && (tenant === undefined || condition.includes(tenant));
  });
}
