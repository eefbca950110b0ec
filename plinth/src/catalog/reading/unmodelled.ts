// Names what a database holds and no kind reads, so that it is said and never ignored.

import type { ObjectId, Unmodelled } from '../catalog-object.js';
import { type CatalogReader, readRows } from './catalog-reader.js';
import { type Made, namesOfMadeQuery } from './unmodelled-queries.js';

/** What has been read of what there is, whether or not a kind knows it. */
interface Found {
  /** Said of the database, not of an object of its own. */
  readonly facts: readonly Unmodelled[];
  readonly made: readonly Made[];
}

/** Objects of users, outside extensions, at no address that a kind has read. Sorted. */
export async function findUnmodelled(
  connection: CatalogReader,
  { facts, made }: Found,
  byAddress: ReadonlyMap<string, ObjectId>,
  serverVersion: number,
): Promise<readonly Unmodelled[]> {
  const unread = made.flatMap(({ catalog, oids }) =>
    oids
      .split(' ')
      .filter((oid) => !byAddress.has(`${catalog}:${oid}:0`))
      .map((oid) => `(${Number(catalog)}::regclass, ${Number(oid)}::oid)`),
  );
  // Only what is left over is asked for its name: that takes PostgreSQL a while for each.
  const query = namesOfMadeQuery(unread, serverVersion);
  const objects = unread.length === 0 ? [] : await readRows<Row>(connection, query);
  const all = [...facts, ...objects].map(({ kind, name }) => ({ kind, name }));
  return all.sort((a, b) => compare(a.kind, b.kind) || compare(a.name, b.name));
}

type Row = { readonly kind: string; readonly name: string };

/** By code unit: the order must not depend on a locale. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
