// Reads a database into a catalog, in one snapshot: a query for each kind, one for comments, one
// for dependencies. It changes nothing.

import type { Catalog, CatalogObject, ObjectId } from './catalog-object.js';
import type { Kind, KindRow } from './kind.js';
import { KINDS } from './kinds.js';
import { objectId } from './object-id.js';
import { compactPrivileges } from './privileges/compact-privileges.js';
import { type CatalogReader, readRows, withSnapshot } from './reading/catalog-reader.js';
import { readDependencies } from './reading/dependencies.js';
import { findSoftDependencies } from './reading/soft-dependencies.js';
import { readUnmodelled } from './reading/unmodelled.js';

/**
 * Everything a database holds that Plinth models, and the names of what it does not.
 *
 * @param connection One connection: the whole is read in one snapshot. An open transaction of it
 *   is used and left open.
 * @throws PlinthError CATALOG_SERVER_TOO_OLD before PostgreSQL 14; CATALOG_UNREADABLE where a
 *   catalog may not be read.
 */
export async function introspect(connection: CatalogReader): Promise<Catalog> {
  return await withSnapshot(connection, async ({ serverVersion, role }) => {
    const found = await readObjects(connection, serverVersion);
    const comments = await readComments(connection);
    const objects = found.drafts.map(
      // Field by field: objects of one shape are made and read several times faster.
      ({ id, kind, names, row }): CatalogObject => ({
        id,
        kind,
        names,
        signature: row.signature,
        parent: row.parent === null ? null : (found.byAddress.get(row.parent) ?? null),
        owner: row.owner,
        comment: comments.get(row.addresses[0] ?? '') ?? null,
        privileges: row.privileges && compactPrivileges(row.privileges),
        definition: row.definition,
      }),
    );
    const hard = await readDependencies(connection, found.byAddress, objects);
    return {
      serverVersion,
      role,
      objects,
      dependencies: [...hard, ...findSoftDependencies(objects, hard)],
      unmodelled: await readUnmodelled(connection, found.byAddress, serverVersion),
    };
  });
}

interface Draft {
  readonly id: ObjectId;
  readonly kind: string;
  readonly names: readonly string[];
  readonly row: KindRow;
}

interface Found {
  readonly drafts: readonly Draft[];
  readonly byAddress: ReadonlyMap<string, ObjectId>;
}

async function readObjects(connection: CatalogReader, serverVersion: number): Promise<Found> {
  const drafts: Draft[] = [];
  const byAddress = new Map<string, ObjectId>();
  for (const kind of KINDS) {
    for (const row of await readKind(connection, kind, serverVersion)) {
      const id = objectId(kind.name, row.names, row.signature);
      drafts.push({ id, kind: kind.name, names: row.names, row });
      for (const address of row.addresses) byAddress.set(address, id);
    }
  }
  return { drafts, byAddress };
}

async function readKind(
  connection: CatalogReader,
  kind: Kind,
  serverVersion: number,
): Promise<readonly KindRow[]> {
  const text = kind.query(serverVersion);
  return text === undefined ? [] : await readRows<KindRow>(connection, text);
}

async function readComments(connection: CatalogReader): Promise<ReadonlyMap<string, string>> {
  const rows = await readRows<{ address: string; description: string }>(
    connection,
    `SELECT classoid::regclass || ':' || objoid || ':' || objsubid AS address, description
     FROM pg_description
     WHERE objoid >= 16384 OR (classoid = 'pg_namespace'::regclass)
     UNION ALL
     SELECT classoid::regclass || ':' || objoid || ':0', description FROM pg_shdescription
     WHERE classoid = 'pg_authid'::regclass`,
  );
  return new Map(rows.map(({ address, description }) => [address, description]));
}
