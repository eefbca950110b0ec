// Names what a database holds and no kind reads, so that it is said and never ignored.

import type { ObjectId, Unmodelled } from '../catalog-object.js';
import { type CatalogReader, readRows } from './catalog-reader.js';
import { databaseFactsQuery, madeObjectsQuery } from './unmodelled-queries.js';

/** Objects of users, outside extensions, at no address that a kind has read. Sorted. */
export async function readUnmodelled(
  connection: CatalogReader,
  byAddress: ReadonlyMap<string, ObjectId>,
  serverVersion: number,
): Promise<readonly Unmodelled[]> {
  const facts = await readRows<Unmodelled>(connection, databaseFactsQuery(serverVersion));
  const objects = await readUnread(connection, byAddress, serverVersion);
  const all = [...facts, ...objects].map(({ kind, name }) => ({ kind, name }));
  return all.sort((a, b) => compare(a.kind, b.kind) || compare(a.name, b.name));
}

interface Made {
  readonly catalog: string;
  readonly oids: readonly string[];
}

/** Only what is left over is asked for its name: that takes PostgreSQL a while for each. */
async function readUnread(
  connection: CatalogReader,
  byAddress: ReadonlyMap<string, ObjectId>,
  serverVersion: number,
): Promise<readonly Unmodelled[]> {
  const made = await readRows<Made>(connection, madeObjectsQuery(serverVersion));
  const unread = made.flatMap(({ catalog, oids }) =>
    oids
      .filter((oid) => !byAddress.has(`${catalog}:${oid}:0`))
      .map((oid) => `('${catalog}'::regclass, ${Number(oid)}::oid)`),
  );
  if (unread.length === 0) return [];
  return await readRows<Unmodelled>(
    connection,
    `SELECT i.type AS kind, i.identity AS name FROM (VALUES ${unread.join(', ')}) v (catalog, oid),
      LATERAL pg_identify_object(v.catalog, v.oid, 0) i`,
  );
}

/** By code unit: the order must not depend on a locale. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
