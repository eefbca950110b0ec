// Reads a chain in the scope of its tenant: the chain's own row, its rows in batches, single hashes.
// Hashes are computed here and not by the function that wrote them: it may have been replaced.

import { type SQL, sql } from 'drizzle-orm';
import type { QueryResult } from '../engine/index.js';
import { type AuditNames, writeAuditHash } from '../models/index.js';
import type { Chain, ChainRow } from './walk-chain.js';

/** What statements are sent through: a transaction in the scope of the tenant. */
export interface AuditExecutor {
  execute(query: SQL): PromiseLike<QueryResult>;
}

/** The hash that a row's content has, with its number or another one. */
function contentHash(seq = 'seq'): SQL {
  return sql.raw(
    writeAuditHash({
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
    }),
  );
}

export async function readChain(
  tx: AuditExecutor,
  { chains }: AuditNames,
  tenant: string,
): Promise<Chain | undefined> {
  const { rows } = await tx.execute(sql`
    SELECT first_seq, encode(first_previous_hash, 'hex') AS first_previous,
      last_seq, encode(last_hash, 'hex') AS last_hash
    FROM ${sql.raw(chains)} WHERE tenant_id = ${tenant}`);
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    firstSeq: Number(row.first_seq),
    firstPrevious: String(row.first_previous),
    lastSeq: Number(row.last_seq),
    lastHash: String(row.last_hash),
  };
}

/** Rows behind a number, in their order. */
export async function readRows(
  tx: AuditExecutor,
  { log }: AuditNames,
  { tenant, after, most }: { tenant: string; after: number; most: number },
): Promise<readonly ChainRow[]> {
  const { rows } = await tx.execute(sql`
    SELECT seq, encode(previous_hash, 'hex') AS previous, encode(hash, 'hex') AS hash,
      encode(${contentHash()}, 'hex') AS computed
    FROM ${sql.raw(log)} WHERE tenant_id = ${tenant} AND seq > ${after} ORDER BY seq LIMIT ${most}`);
  return rows.map((row) => ({
    seq: Number(row.seq),
    previous: String(row.previous),
    hash: String(row.hash),
    computed: String(row.computed),
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
