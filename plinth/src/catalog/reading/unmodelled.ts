// Names what a database holds and no kind reads, so that it is said and never ignored.

import type { ObjectId, Unmodelled } from '../catalog-object.js';
import { type CatalogReader, readRows } from './catalog-reader.js';
import { compareText } from './compare-text.js';
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
  return all.sort((a, b) => compareText(a.kind, b.kind) || compareText(a.name, b.name));
}

type Row = { readonly kind: string; readonly name: string };
