// Decides which roles take part in a diff. Roles belong to a whole server and not to a schema:
// those that a text declares, or that the wanted schema cannot do without, are created where they
// are missing. None is ever dropped.

import { type Catalog, type CatalogObject, type ObjectId, objectId } from '../catalog/index.js';
import type { FoundSide } from './found-side.js';

/** Both catalogs with the roles that are to be compared, and no others. */
export function settleRoles(from: FoundSide, to: FoundSide): { from: Catalog; to: Catalog } {
  const there = new Set(from.catalog.objects.filter(isOfRoles).map(({ id }) => id));
  // A catalog leaves out the role that reads it.
  there.add(objectId('role', [from.catalog.role]));
  const isWanted = to.kind === 'text' ? isDeclared(from.catalog.role) : isNeeded(to.catalog, there);
  const kept = new Set(to.catalog.objects.filter(isWanted).map(({ id }) => id));
  return { from: keepRoles(from.catalog, kept), to: keepRoles(to.catalog, kept) };
}

/**
 * Both catalogs with the roles that both have: for the way back, on which no role is dropped, and
 * none that is there still has to be created.
 */
export function shareRoles(from: Catalog, to: Catalog): { from: Catalog; to: Catalog } {
  const ids = new Set(to.objects.filter(isOfRoles).map(({ id }) => id));
  const shared = new Set(from.objects.flatMap(({ id }) => (ids.has(id) ? [id] : [])));
  return { from: keepRoles(from, shared), to: keepRoles(to, shared) };
}

/** A catalog with these roles and no others. */
function keepRoles(catalog: Catalog, kept: ReadonlySet<ObjectId>): Catalog {
  const objects = catalog.objects.filter((object) => !isOfRoles(object) || kept.has(object.id));
  return { ...catalog, objects };
}

/** A catalog with the roles of another one that it lacks. */
export function addRoles(catalog: Catalog, other: Catalog): Catalog {
  const there = new Set(catalog.objects.map(({ id }) => id));
  const roles = other.objects.filter((object) => isOfRoles(object) && !there.has(object.id));
  if (roles.length === 0) return catalog;
  const added = new Set(roles.map(({ id }) => id));
  const ties = other.dependencies.filter(({ dependent }) => added.has(dependent));
  return {
    ...catalog,
    objects: [...catalog.objects, ...roles],
    dependencies: [...catalog.dependencies, ...ties],
  };
}

/** Every role of a text, but not the one that runs the plan. */
function isDeclared(runner: string): (object: CatalogObject) => boolean {
  return (object) => isOfRoles(object) && object.id !== objectId('role', [runner]);
}

/** What something in the schema names and the other server lacks, with its memberships. */
function isNeeded(
  { objects, dependencies }: Catalog,
  there: ReadonlySet<string>,
): (object: CatalogObject) => boolean {
  const ofRoles = new Set(objects.filter(isOfRoles).map(({ id }) => id));
  const named = new Set(
    dependencies.flatMap(({ dependent, on }) => (ofRoles.has(dependent) ? [] : [on])),
  );
  const isNew = (id: ObjectId): boolean => named.has(id) && !there.has(id);
  return ({ kind, id, names: [group = '', member = ''] }) => {
    if (kind === 'role') return isNew(id);
    if (kind !== 'role-membership' || !isNew(objectId('role', [member]))) return false;
    const role = objectId('role', [group]);
    return isNew(role) || there.has(role);
  };
}

function isOfRoles({ kind }: CatalogObject): boolean {
  return kind === 'role' || kind === 'role-membership';
}
