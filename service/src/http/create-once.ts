// Makes a resource once for each Idempotency-Key, however often the request arrives.

import { createHmac, hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Database, Transaction } from 'plinth';
import { ProblemError } from 'plinth/fastify';
import { findKey, type KeyRecord, keepKey } from '../db/idempotency-keys.js';
import { hasSqlState, LOCK_NOT_AVAILABLE, UNIQUE_VIOLATION } from '../db/sql-state.js';
import { parseIdempotencyKey } from './idempotency-key.js';

/** How something is made. */
export interface Creation<Row> {
  /** Where it is made: `request.db`, or a tenant's scope of it. */
  readonly db: Database;
  /**
   * What takes long and needs no transaction, such as asking another service: nothing is held
   * meanwhile. It is not done where the key is known.
   */
  readonly prepare?: () => Promise<unknown>;
  /** Makes it, with nothing but the transaction; it may run again after a conflict. */
  readonly insert: (tx: Transaction) => Promise<Row>;
  /** The same in one statement, for requests without a key. Default: `insert`, in a transaction. */
  readonly insertAlone?: (db: Database) => Promise<Row>;
  /** The id that `find` finds it by. */
  readonly idOf: (row: Row) => string;
  /** Finds what was made before, as far as the caller may see it. */
  readonly find: (id: string) => Promise<Row | undefined>;
}

type CreationRequest = Pick<
  FastifyRequest,
  'method' | 'routeOptions' | 'params' | 'headers' | 'body' | 'caller'
>;

/** A request with a key: which one it is, and what its body was. */
type Claim = Pick<KeyRecord, 'id' | 'fingerprint'>;

type Outcome<Row> =
  | { readonly kind: 'created'; readonly row: Row }
  | { readonly kind: 'known'; readonly record: KeyRecord }
  | { readonly kind: 'taken' };

/** A key that was taken is found the next time, unless it ended in between. */
const ATTEMPTS = 3;

/**
 * Makes a resource, or finds what the first request with the same key made, and then sets
 * Idempotency-Replayed. Key and resource are written in one transaction, so a request that fails
 * keeps no key. Of several at once one makes it, and the others wait for its end.
 *
 * The body is compared as it was validated, so white space, the order of known members and what
 * trimming takes away make no difference.
 *
 * @throws ProblemError 409 where the first request is still at work after 5 seconds, 410 where what
 *   it made is gone, 422 where it had another body.
 * @example
 * const task = await createOnce(request, reply, {
 *   db: request.db,
 *   insert: (tx) => insertTask(tx, request.body),
 *   idOf: ({ id }) => id,
 *   find: (id) => findTask(request.db, id),
 * });
 */
export async function createOnce<Row>(
  request: CreationRequest,
  reply: Pick<FastifyReply, 'header'>,
  creation: Creation<Row>,
): Promise<Row> {
  const { db, prepare, insert, insertAlone } = creation;
  const key = readKey(request);
  if (key === undefined) {
    await prepare?.();
    return await (insertAlone?.(db) ?? db.transaction(insert));
  }
  const claim = claimOf(request, key);
  if (prepare !== undefined) {
    const record = await findKey(db, claim.id);
    if (record !== undefined) return await replay(reply, creation, claim, record);
    await prepare();
  }
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const outcome = await tryOnce(creation, claim);
    switch (outcome.kind) {
      case 'created':
        return outcome.row;
      case 'known':
        return await replay(reply, creation, claim, outcome.record);
      case 'taken':
        break;
      default:
        return outcome satisfies never;
    }
  }
  throw stillAtWork();
}

/** The key of a request, if it has one. */
function readKey({ headers }: CreationRequest): string | undefined {
  const field = headers['idempotency-key'];
  if (field === undefined) return undefined;
  const key = typeof field === 'string' ? parseIdempotencyKey(field) : undefined;
  // The route's schema refuses it with more words, where it names the field.
  if (key === undefined) throw malformed();
  return key;
}

function claimOf(request: CreationRequest, key: string): Claim {
  const { method, routeOptions, params, body, caller } = request;
  // The route and its parameters, not the URL: one path can be written in several ways. JSON, because
  // no two lists of texts are the same text in it.
  const route = [method, routeOptions.url ?? null, params ?? null];
  const name = JSON.stringify([caller?.subject ?? null, caller?.tenant ?? null, ...route, key]);
  return {
    id: hash('sha256', name, 'base64url'),
    // Keyed, so that nobody who reads the table can try out what a body may have been.
    fingerprint: createHmac('sha256', key)
      .update(JSON.stringify(body ?? null))
      .digest('base64url'),
  };
}

/** Signals that another request has the key, and rolls this one's transaction back. */
class KeyTaken extends Error {}

async function tryOnce<Row>(
  { db, insert, idOf }: Creation<Row>,
  claim: Claim,
): Promise<Outcome<Row>> {
  try {
    return await db.transaction(async (tx) => {
      const record = await findKey(tx, claim.id);
      if (record !== undefined) return { kind: 'known', record };
      const row = await insert(tx);
      if (!(await keepKey(tx, { ...claim, resource: idOf(row) }))) throw new KeyTaken();
      return { kind: 'created', row };
    });
  } catch (error) {
    if (error instanceof KeyTaken) return { kind: 'taken' };
    if (hasSqlState(error, LOCK_NOT_AVAILABLE)) throw stillAtWork();
    return await explainFailure(db, claim, error);
  }
}

/**
 * The first request with the key may have been the one that took a name which has to be unique:
 * then its answer is the answer.
 */
async function explainFailure(db: Database, claim: Claim, error: unknown): Promise<Outcome<never>> {
  if (!(error instanceof ProblemError) && !hasSqlState(error, UNIQUE_VIOLATION)) throw error;
  const record = await findKey(db, claim.id);
  if (record === undefined) throw error;
  return { kind: 'known', record };
}

async function replay<Row>(
  reply: Pick<FastifyReply, 'header'>,
  { find }: Creation<Row>,
  { fingerprint }: Claim,
  record: KeyRecord,
): Promise<Row> {
  if (record.fingerprint !== fingerprint) throw otherBody();
  const row = await find(record.resource);
  if (row === undefined) throw gone();
  reply.header('idempotency-replayed', 'true');
  return row;
}

function malformed(): ProblemError {
  return new ProblemError({ status: 400, detail: 'Idempotency-Key is malformed.' });
}

function stillAtWork(): ProblemError {
  return new ProblemError({
    status: 409,
    detail: 'A request with this Idempotency-Key is still at work; try again.',
    headers: { 'retry-after': '1' },
  });
}

function gone(): ProblemError {
  const detail = 'What the first request with this Idempotency-Key made is gone.';
  return new ProblemError({ status: 410, detail });
}

function otherBody(): ProblemError {
  const detail = 'This Idempotency-Key was used with another body; choose a new key.';
  return new ProblemError({ status: 422, detail });
}
