// The queries on idempotency keys: which request made what, for a day. They know nothing of HTTP.

import { sql } from 'drizzle-orm';
import type { Database, Transaction } from 'plinth';
import { idempotencyKeys } from './schema.js';

/** What is kept of a request with a key. */
export interface KeyRecord {
  /** Hash of the caller, the route and the key. */
  readonly id: string;
  /** Hash of the request's body. */
  readonly fingerprint: string;
  /** The id of what the request made. */
  readonly resource: string;
}

/** How long a transaction waits for another one with the same key. */
const LOCK_TIMEOUT = '5s';
/** How many keys that have ended one use of another key takes away. */
const SWEPT_AT_ONCE = 10;

const HAS_ENDED = sql`${idempotencyKeys.createdAt} < now() - interval '24 hours'`;

/**
 * Finds a key that has not ended. In a transaction it also bounds how long the rest of it waits for
 * locks, so that it need not be asked for in a round trip of its own.
 */
export async function findKey(
  db: Pick<Database | Transaction, 'execute'>,
  id: string,
): Promise<KeyRecord | undefined> {
  const { rows } = await db.execute<{ fingerprint: string | null; resource: string | null }>(sql`
    SELECT set_config('lock_timeout', ${LOCK_TIMEOUT}, true), fingerprint, resource
      FROM (VALUES (1)) AS always
      LEFT JOIN ${idempotencyKeys} ON ${idempotencyKeys.id} = ${id} AND NOT (${HAS_ENDED})`);
  const [row] = rows;
  if (row === undefined || row.fingerprint === null || row.resource === null) return undefined;
  return { id, fingerprint: row.fingerprint, resource: row.resource };
}

/**
 * Keeps a key, in place of one that has ended; says whether it did. When another transaction is
 * about to keep the same key it waits for its end. A few keys that have ended are taken away, those
 * that nobody else is taking away.
 */
export async function keepKey(tx: Transaction, record: KeyRecord): Promise<boolean> {
  const { id, fingerprint, resource } = record;
  // The key itself is not swept: PostgreSQL does not say which part of a statement runs first.
  const { rows } = await tx.execute(sql`
    WITH swept AS (
      DELETE FROM ${idempotencyKeys} WHERE ${idempotencyKeys.id} IN (
        SELECT id FROM ${idempotencyKeys} WHERE ${HAS_ENDED} AND id <> ${id}
         ORDER BY created_at LIMIT ${SWEPT_AT_ONCE} FOR UPDATE SKIP LOCKED)
    )
    INSERT INTO ${idempotencyKeys} (id, fingerprint, resource)
    VALUES (${id}, ${fingerprint}, ${resource})
    ON CONFLICT (id) DO UPDATE
      SET fingerprint = excluded.fingerprint, resource = excluded.resource, created_at = now()
      WHERE ${HAS_ENDED}
    RETURNING id`);
  return rows.length > 0;
}
