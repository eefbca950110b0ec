// Reads a chain in the scope of its tenant: the chain's own row, its rows in batches, single hashes.
// Hashes are computed here and not by the function that wrote them: it may have been replaced.

import { type SQL, sql } from 'drizzle-orm';
import type { QueryResult } from '../engine/index.js';
import { type AuditNames, writeAuditHash, youngestPrunable } from '../models/index.js';
import type { Chain, ChainRow } from './walk-chain.js';

/** What statements are sent through: a transaction in the scope of the tenant. */
export interface AuditExecutor {
  execute(query: SQL): PromiseLike<QueryResult>;
}

/**
 * No other schema than PostgreSQL's own is looked in from here on: functions and operators that
 * somebody put into another one would run as the one who verifies, and answer for it.
 */
export async function fixSearchPath(tx: AuditExecutor): Promise<void> {
  await tx.execute(sql`SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)`);
}

/**
 * The hash that a row's content has, with its number or another one. None where nothing writes such a
 * row: its time has no microseconds that fit a number, or its changes are a null of JSON, which in the
 * text of a hash is the NULL of SQL.
 */
function contentHash(seq = 'seq'): SQL {
  return sql.raw(
    `CASE WHEN occurred_at >= '1970-01-01Z' AND occurred_at < '10000-01-01Z'
      AND (changes IS NULL OR changes <> 'null') THEN ${writeAuditHash({
        previousHash: 'previous_hash',
        seq,
        transactionRow: 'transaction_row',
        tenant: 'tenant_id',
        occurredAt: 'occurred_at',
        actor: 'actor',
        requestId: 'request_id',
        role: 'role',
        action: 'action',
        table: 'table_name',
        key: 'row_key',
        columns: 'columns',
        changes: 'changes',
      })} END`,
  );
}

export async function readChain(
  tx: AuditExecutor,
  { chains }: AuditNames,
  tenant: string,
  keep: string | undefined,
): Promise<Chain | undefined> {
  const { rows } = await tx.execute(sql`
    SELECT first_seq, encode(first_previous_hash, 'hex') AS first_previous,
      last_seq, encode(last_hash, 'hex') AS last_hash, ${iso('pruned_before')} AS pruned_before,
      isfinite(pruned_before) AND pruned_before <= ${prunable(keep)} AS was_prunable
    FROM ${sql.raw(chains)} WHERE tenant_id = ${tenant}`);
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    firstSeq: Number(row.first_seq),
    firstPrevious: String(row.first_previous),
    prunedBefore: row.pruned_before === null ? undefined : String(row.pruned_before),
    isPrunedRightly: row.was_prunable === true,
    lastSeq: Number(row.last_seq),
    lastHash: String(row.last_hash),
  };
}

function iso(column: string): SQL {
  return sql.raw(`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`);
}

/** What is younger could not be pruned by now; nothing could, where nobody says how long it is kept. */
function prunable(keep: string | undefined): SQL {
  if (keep === undefined) return sql`NULL::timestamptz`;
  const [before, after] = youngestPrunable('clock_timestamp()', '\u0000').split('\u0000');
  return sql`${sql.raw(before ?? '')}${keep}::text${sql.raw(after ?? '')}`;
}

/** Whether a row of that time can have been pruned. */
export async function isPrunable(
  tx: AuditExecutor,
  occurredAt: string,
  keep: string | undefined,
): Promise<boolean> {
  const { rows } = await tx.execute(
    sql`SELECT ${occurredAt}::timestamptz < ${prunable(keep)} AS is_prunable`,
  );
  return rows[0]?.is_prunable === true;
}

/** Rows behind a number, in their order. */
export async function readRows(
  tx: AuditExecutor,
  { log }: AuditNames,
  { tenant, after, most }: { tenant: string; after: string | undefined; most: number },
): Promise<readonly ChainRow[]> {
  const behind = after === undefined ? sql`TRUE` : sql`seq > ${after}::bigint`;
  const { rows } = await tx.execute(sql`
    SELECT seq, ${iso('occurred_at')} AS occurred_at, encode(previous_hash, 'hex') AS previous, encode(hash, 'hex') AS hash,
      encode(${contentHash()}, 'hex') AS computed
    FROM ${sql.raw(log)} WHERE tenant_id = ${tenant} AND ${behind} ORDER BY seq LIMIT ${most}`);
  return rows.map((row) => ({
    seq: Number(row.seq),
    number: String(row.seq),
    occurredAt: String(row.occurred_at),
    previous: String(row.previous),
    hash: String(row.hash),
    computed: row.computed === null ? undefined : String(row.computed),
  }));
}

/** Which of some rows hold what other numbers had: from the number they have to the one they had. */
export async function findMoved(
  tx: AuditExecutor,
  { log }: AuditNames,
  tenant: string,
  numbers: { readonly now: readonly number[]; readonly once: readonly number[] },
): Promise<ReadonlyMap<number, number>> {
  const { rows } = await tx.execute(sql`
    SELECT seq, once FROM ${sql.raw(log)}, unnest(${bigints(numbers.once)}) AS once
    WHERE tenant_id = ${tenant} AND seq = ANY(${bigints(numbers.now)})
      AND once <> seq AND hash = ${contentHash('once')}`);
  return new Map(rows.map(({ seq, once }) => [Number(seq), Number(once)]));
}

function bigints(numbers: readonly number[]): SQL {
  return sql`${`{${numbers.join(',')}}`}::bigint[]`;
}

/** The hash of one row; `undefined` where it is not there. */
export async function readHash(
  tx: AuditExecutor,
  { log }: AuditNames,
  tenant: string,
  seq: number,
): Promise<string | undefined> {
  const { rows } = await tx.execute(sql`
    SELECT encode(hash, 'hex') AS hash FROM ${sql.raw(log)}
    WHERE tenant_id = ${tenant} AND seq = ${seq}`);
  return rows[0] === undefined ? undefined : String(rows[0].hash);
}
