// The table-level lock that a statement about an object's comment or owner takes.

import type { CatalogObject, ObjectId } from '../catalog-object.js';
import type { Kind, Sides } from '../kind.js';
import { KIND_BY_NAME } from '../kinds.js';
import type { Lock, LockMode } from '../statement.js';

const RELATION = 'relation ';

/** The lock on the relation that the object is, or is a part of; none for what is in no relation. */
export function lockOf(
  kind: Kind,
  object: CatalogObject,
  sides: Sides,
  mode: LockMode,
): readonly Lock[] {
  const on = relationOf(kind, object, sides);
  return on === undefined ? [] : [{ mode, on }];
}

function relationOf(kind: Kind, object: CatalogObject, sides: Sides): string | undefined {
  const names = kind.occupies?.(object) ?? [];
  const own = names.find((name) => name.startsWith(RELATION));
  if (own !== undefined) return own.slice(RELATION.length);
  const parent = findOn(object.parent, sides);
  const parentKind = parent && KIND_BY_NAME.get(parent.kind);
  return parent && parentKind && relationOf(parentKind, parent, sides);
}

function findOn(id: ObjectId | null, sides: Sides): CatalogObject | undefined {
  return id === null ? undefined : (sides.after(id) ?? sides.before(id));
}
