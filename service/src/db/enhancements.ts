// The queries on enhancements, in the scope of one tenant. They know nothing of HTTP.

import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Database, Transaction } from 'plinth';
import { toRfc3339 } from '../rfc3339.js';
import type { Enhancement, EnhancementChanges, NewEnhancement } from '../schemas/enhancement.js';
import { filteredList } from './filtered-list.js';
import { newestFirst, type TimeFilters, timeConditions, timeValues } from './newest-first.js';
import { cutPage, type Page } from './page.js';
import { perDatabase } from './per-database.js';
import { enhancementHistory } from './schema.js';

/** What a page of enhancements is asked for with. */
export interface EnhancementFilters extends TimeFilters {
  readonly ticketId: string | undefined;
  readonly status: Enhancement['status'] | undefined;
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
  ...timeConditions(enhancementHistory),
};

const listQuery = filteredList({
  name: 'enhancements_list',
  conditions: CONDITIONS,
  order: newestFirst(enhancementHistory),
  prepare: (db, { name, where, orderBy }) =>
    db
      .select(COLUMNS)
      .from(enhancementHistory)
      .where(where)
      .orderBy(...orderBy)
      .prepare(name),
});

const prepared = perDatabase((db) => ({
  find: db.select(COLUMNS).from(enhancementHistory).where(BY_ID).prepare('enhancements_find'),
}));

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
  const { ticketId, status } = filters;
  const rows = await db.run(listQuery(db, filters, limit), {
    count: limit + 1,
    ticketId,
    status,
    ...timeValues(filters),
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
