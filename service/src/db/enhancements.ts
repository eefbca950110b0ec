// The queries on enhancements, in the scope of one tenant. They know nothing of HTTP.

import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import type { Database, Transaction } from 'plinth';
import { PAGE_SIZE } from '../limits.js';
import { toRfc3339 } from '../rfc3339.js';
import type { Enhancement, EnhancementChanges, NewEnhancement } from '../schemas/enhancement.js';
import { cutPage, type Page } from './page.js';
import { perDatabase } from './per-database.js';
import { enhancementHistory } from './schema.js';

/** Where an enhancement stands in the list: newest first, ties broken by id. */
export interface EnhancementPosition {
  readonly createdAt: string;
  readonly id: string;
}

/** What a page of enhancements is asked for with. */
export interface EnhancementFilters {
  readonly ticketId: string | undefined;
  readonly status: Enhancement['status'] | undefined;
  /** At this moment or later. */
  readonly createdAfter: string | undefined;
  readonly createdBefore: string | undefined;
  /** The last one of the page before. */
  readonly after: EnhancementPosition | undefined;
}

const COLUMNS = {
  id: enhancementHistory.id,
  tenant_id: enhancementHistory.tenantId,
  ticket_id: enhancementHistory.ticketId,
  status: enhancementHistory.status,
  context_gathered: sql<Enhancement['context_gathered']>`${enhancementHistory.contextGathered}`,
  llm_output: enhancementHistory.llmOutput,
  error_message: enhancementHistory.errorMessage,
  processing_time_ms: enhancementHistory.processingTimeMs,
  created_at: enhancementHistory.createdAt,
  completed_at: enhancementHistory.completedAt,
};

const BY_ID = eq(enhancementHistory.id, sql.placeholder('id'));

const CONDITIONS: Readonly<Record<keyof EnhancementFilters, SQL>> = {
  ticketId: eq(enhancementHistory.ticketId, sql.placeholder('ticketId')),
  status: eq(enhancementHistory.status, sql.placeholder('status')),
  createdAfter: sql`${enhancementHistory.createdAt} >= ${sql.placeholder('createdAfter')}::timestamptz`,
  createdBefore: sql`${enhancementHistory.createdAt} < ${sql.placeholder('createdBefore')}::timestamptz`,
  after: sql`(${enhancementHistory.createdAt}, ${enhancementHistory.id}) < (${sql.placeholder('positionCreatedAt')}::timestamptz, ${sql.placeholder('positionId')}::uuid)`,
};

const FILTER_NAMES = ['ticketId', 'status', 'createdAfter', 'createdBefore', 'after'] as const;

const NEWEST_FIRST = [desc(enhancementHistory.createdAt), desc(enhancementHistory.id)] as const;

// One row more than the page says whether there is another page. Drizzle binds what `limit` is given,
// and PostgreSQL plans a list with a bound limit anew each time; planning a policy costs more than
// reading the rows. So the usual page has its limit in the text, behind the last term of the order.
const USUAL_PAGE = [
  desc(enhancementHistory.createdAt),
  sql`${desc(enhancementHistory.id)} limit ${sql.raw(String(PAGE_SIZE.default + 1))}`,
] as const;

const prepared = perDatabase((db) => {
  const select = (conditions: readonly SQL[]) =>
    db
      .select(COLUMNS)
      .from(enhancementHistory)
      .where(and(...conditions));
  const prepareList = (conditions: readonly SQL[], isUsual: boolean, name: string) =>
    isUsual
      ? select(conditions)
          .orderBy(...USUAL_PAGE)
          .prepare(name)
      : select(conditions)
          .orderBy(...NEWEST_FIRST)
          .limit(sql.placeholder('count'))
          .prepare(name);
  return {
    find: db.select(COLUMNS).from(enhancementHistory).where(BY_ID).prepare('enhancements_find'),
    prepareList,
    /** One for each set of filters that was asked for. */
    lists: new Map<string, ReturnType<typeof prepareList>>(),
  };
});

function listWith(db: Database, filters: EnhancementFilters, limit: number) {
  const { lists, prepareList } = prepared(db);
  const isUsual = limit === PAGE_SIZE.default;
  const given = FILTER_NAMES.filter((name) => filters[name] !== undefined);
  const name = ['enhancements_list', ...(isUsual ? ['usual'] : []), ...given].join('_');
  const known = lists.get(name);
  if (known !== undefined) return known;
  const conditions = given.map((filter) => CONDITIONS[filter]);
  const made = prepareList(conditions, isUsual, name);
  lists.set(name, made);
  return made;
}

/** @param db A transaction in the scope of the tenant. */
export async function insertEnhancement(
  db: Pick<Transaction, 'insert'>,
  tenant: string,
  { ticket_id, context_gathered = null }: NewEnhancement,
): Promise<Enhancement> {
  const [row] = await db
    .insert(enhancementHistory)
    .values({ tenantId: tenant, ticketId: ticket_id, contextGathered: context_gathered })
    .returning(COLUMNS);
  if (row === undefined) throw new Error('INSERT … RETURNING gave no row');
  return toEnhancement(row);
}

/** Reads it as {@link findEnhancement} does, and keeps others from changing it. */
export async function lockEnhancement(
  tx: Pick<Transaction, 'select'>,
  id: string,
): Promise<Enhancement | undefined> {
  const [row] = await tx
    .select(COLUMNS)
    .from(enhancementHistory)
    .where(eq(enhancementHistory.id, id))
    .for('update');
  return row && toEnhancement(row);
}

export async function findEnhancement(db: Database, id: string): Promise<Enhancement | undefined> {
  const [row] = await db.run(prepared(db).find, { id });
  return row && toEnhancement(row);
}

export async function listEnhancements(
  db: Database,
  limit: number,
  filters: EnhancementFilters,
): Promise<Page<Enhancement>> {
  const { after, ...others } = filters;
  const rows = await db.run(listWith(db, filters, limit), {
    count: limit + 1,
    positionCreatedAt: after?.createdAt,
    positionId: after?.id,
    ...others,
  });
  return cutPage(rows.map(toEnhancement), limit);
}

/**
 * Changes only the fields that are given, and only while it is pending; a status ends it, now.
 * `undefined` when there is no such pending enhancement.
 */
export async function updatePendingEnhancement(
  db: Pick<Transaction, 'update'>,
  id: string,
  changes: EnhancementChanges,
): Promise<Enhancement | undefined> {
  const { status, context_gathered, llm_output, error_message, processing_time_ms } = changes;
  const [row] = await db
    .update(enhancementHistory)
    .set({
      // An UPDATE has to set something.
      id: sql`${enhancementHistory.id}`,
      contextGathered: context_gathered,
      llmOutput: llm_output,
      errorMessage: error_message,
      processingTimeMs: processing_time_ms,
      ...(status === undefined ? {} : { status, completedAt: sql`clock_timestamp()` }),
    })
    .where(and(eq(enhancementHistory.id, id), eq(enhancementHistory.status, 'pending')))
    .returning(COLUMNS);
  return row && toEnhancement(row);
}

function toEnhancement(row: Enhancement): Enhancement {
  return {
    ...row,
    created_at: toRfc3339(row.created_at),
    completed_at: row.completed_at === null ? null : toRfc3339(row.completed_at),
  };
}
