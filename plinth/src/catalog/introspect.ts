// Reads a database into a catalog, in one snapshot and a handful of round trips. It changes nothing.

import type { Catalog, CatalogObject, ObjectId, Privileges } from './catalog-object.js';
import { STANDARD } from './facets/privilege-state.js';
import type { KindRow } from './kind.js';
import { KIND_BY_NAME, KINDS } from './kinds.js';
import { objectId } from './object-id.js';
import { compactPrivileges } from './privileges/compact-privileges.js';
import { type CatalogReader, withSnapshot } from './reading/catalog-reader.js';
import { presentKinds } from './reading/census.js';
import { findDependencies } from './reading/dependencies.js';
import { type Parts, readParts } from './reading/read-parts.js';
import { findSoftDependencies } from './reading/soft-dependencies.js';
import { findUnmodelled } from './reading/unmodelled.js';

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
    const kinds = await presentKinds(connection, KINDS);
    const parts = await readParts(connection, kinds, serverVersion);
    const { drafts, byAddress } = draftObjects(parts);
    const objects = finishObjects(drafts, byAddress, parts);
    const hard = findDependencies(parts, byAddress, objects);
    return {
      serverVersion,
      role,
      objects,
      dependencies: [...hard, ...findSoftDependencies(objects, hard)],
      unmodelled: await findUnmodelled(connection, parts, byAddress, serverVersion),
    };
  });
}

interface Draft {
  readonly id: ObjectId;
  readonly kind: string;
  readonly row: KindRow;
}

interface Drafts {
  readonly drafts: readonly Draft[];
  readonly byAddress: ReadonlyMap<string, ObjectId>;
}

function draftObjects({ kinds }: Parts): Drafts {
  const drafts: Draft[] = [];
  const byAddress = new Map<string, ObjectId>();
  for (const { name } of KINDS) {
    for (const row of kinds.get(name) ?? []) {
      const id = objectId(name, row.names, row.signature ?? null);
      drafts.push({ id, kind: name, row });
      for (const address of row.addresses) byAddress.set(address, id);
    }
  }
  return { drafts, byAddress };
}

function finishObjects(
  drafts: readonly Draft[],
  byAddress: ReadonlyMap<string, ObjectId>,
  parts: Parts,
): readonly CatalogObject[] {
  const comments = new Map(
    parts.comments.map(({ address, description }) => [address, description]),
  );
  return drafts.map(
    // Field by field: objects of one shape are made and read several times faster.
    ({ id, kind, row }): CatalogObject => ({
      id,
      kind,
      names: row.names,
      signature: row.signature ?? null,
      parent: byAddress.get(row.parent ?? '') ?? null,
      owner: row.owner ?? null,
      comment: comments.get(row.addresses[0] ?? '') ?? null,
      privileges: privilegesOf(row),
      definition: { ...KIND_BY_NAME.get(kind)?.defaults, ...row.definition },
    }),
  );
}

function privilegesOf({ privileges }: KindRow): Privileges | null {
  if (privileges === undefined) return null;
  return privileges === null ? STANDARD : compactPrivileges(privileges);
}
