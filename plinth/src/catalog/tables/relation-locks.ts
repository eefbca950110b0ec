// The locks that statements about one relation take, and the words of ALTER for it.

import type { CatalogObject, ObjectId } from '../catalog-object.js';
import { outerName, qualifiedName } from '../object-id.js';
import type { Lock } from '../statement.js';

/** Nobody else reads or writes the relation meanwhile. */
export function lockAll(relation: string): readonly Lock[] {
  return [{ mode: 'ACCESS EXCLUSIVE', on: relation }];
}

/** Readers and writers go on; no other statement changes the relation meanwhile. */
export function lockChanges(relation: string): readonly Lock[] {
  return [{ mode: 'SHARE UPDATE EXCLUSIVE', on: relation }];
}

/** The relation of a column, or of what else is a part of one, as SQL writes it. */
export function relationOf(object: Pick<CatalogObject, 'names'>): string {
  return object.names.length > 2 ? qualifiedName(object.names.slice(0, 2)) : outerName(object);
}

/** `ALTER TABLE` or `ALTER FOREIGN TABLE`, by the kind of the relation. */
export function alterRelation(relation: ObjectId | null): string {
  return relation?.startsWith('foreign-table:') === true ? 'ALTER FOREIGN TABLE' : 'ALTER TABLE';
}
