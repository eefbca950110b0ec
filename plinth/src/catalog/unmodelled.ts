// Names what a database holds and no kind reads, so that it is said and never ignored.

import type { ObjectId, Unmodelled } from './catalog-object.js';
import { type CatalogReader, readRows } from './catalog-reader.js';

/** Objects of users, outside extensions, at no address that a kind has read. */
export async function readUnmodelled(
  connection: CatalogReader,
  byAddress: ReadonlyMap<string, ObjectId>,
): Promise<readonly Unmodelled[]> {
  const rows = await readRows<Unmodelled & { address: string }>(connection, QUERY);
  return rows
    .filter(({ address }) => !byAddress.has(address))
    .map(({ kind, name }) => ({ kind, name }));
}

const QUERY = `SELECT '' AS address, '' AS kind, '' AS name WHERE false`;
