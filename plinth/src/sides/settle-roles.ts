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
  const settle = (catalog: Catalog): Catalog => ({
    ...catalog,
    objects: catalog.objects.filter((object) => !isOfRoles(object) || kept.has(object.id)),
  });
  return { from: settle(from.catalog), to: settle(to.catalog) };
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
