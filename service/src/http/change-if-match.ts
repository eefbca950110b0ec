// Changes a resource only where it still is what the client has seen (RFC 9110, section 13.1.1).

import type { FastifyRequest } from 'fastify';
import type { Database, Transaction } from 'plinth';
import { ProblemError } from 'plinth/fastify';
import { z } from 'zod';
import { entityTags } from './entity-tags-schema.js';
import { etagOf, matchesStrongly, matchesWeakly, readEntityTags } from './etag.js';

/** The header fields of a route that changes or deletes one resource. */
export const ifMatchSchema = z.object({
  'if-match': entityTags(
    'Entity tags of which one has to be right still; 412 where none is, and nothing is changed.',
  ),
  'if-none-match': entityTags('Entity tags of which none may be right; 412 where one is.'),
});

/** A change of one resource. */
export interface Change<Row, Result> {
  /** Where the resource is: `request.db`, or a tenant's scope of it. */
  readonly db: Database;
  /** Reads the resource as it is sent, and locks it: SELECT … FOR UPDATE. */
  readonly lock: (tx: Transaction) => Promise<Row | undefined>;
  /** Changes it; `undefined` where there is none. */
  readonly change: (tx: Transaction) => Promise<Result | undefined>;
  /** The same in one statement, for requests without If-Match. Default: `change`, in a transaction. */
  readonly changeAlone?: (db: Database) => Promise<Result | undefined>;
}

/**
 * Makes a change if the resource is as the request's If-Match and If-None-Match want it (RFC 9110,
 * section 13.2.2), or the request has neither. Of several
 * requests with the same tag one changes it: the resource stays locked from the comparison on.
 *
 * `undefined` where there is no such resource, whatever If-Match says.
 *
 * @throws ProblemError 412 when it does not match.
 * @example
 * const task = await changeIfMatch(request, {
 *   db: request.db,
 *   lock: (tx) => lockTask(tx, id),
 *   change: (tx) => updateTask(tx, id, request.body),
 * });
 */
export async function changeIfMatch<Row extends object, Result>(
  { headers }: Pick<FastifyRequest, 'headers'>,
  { db, lock, change, changeAlone }: Change<Row, Result>,
): Promise<Result | undefined> {
  const match = headers['if-match'];
  const noneMatch = headers['if-none-match'];
  if (match === undefined && noneMatch === undefined) {
    return await (changeAlone?.(db) ?? db.transaction(change));
  }
  return await db.transaction(async (tx) => {
    const current = await lock(tx);
    if (current === undefined) return undefined;
    // As it would be sent: answers are written with JSON.stringify.
    const etag = etagOf(JSON.stringify(current));
    const isSame = match === undefined || matchesStrongly(readEntityTags(match), etag);
    const isExcluded = noneMatch !== undefined && matchesWeakly(readEntityTags(noneMatch), etag);
    if (!isSame || isExcluded) throw preconditionFailed();
    return await change(tx);
  });
}

function preconditionFailed(): ProblemError {
  const detail =
    'It is not as If-Match or If-None-Match wants it: it was changed since, or a weak tag was sent in If-Match. Read it again, and send the ETag it has then.';
  return new ProblemError({ status: 412, detail });
}
