// What a composite type is, and how far its values can be carried over to another definition.

import type { CatalogObject } from '../catalog-object.js';

export interface CompositeAttribute {
  readonly name: string;
  readonly type: string;
  /** Where it is not the type's own. */
  readonly collation: string | null;
  readonly comment: string | null;
}

export interface CompositeTypeDefinition {
  /** In their order, by which a value is written. */
  readonly attributes: readonly CompositeAttribute[];
}

export type CompositeType = CatalogObject<CompositeTypeDefinition>;

export function isCompositeType(object: CatalogObject): object is CompositeType {
  return object.kind === 'composite-type';
}

/** Whether a value that is written as text by the one is read as the same by the other. */
export function hasSameNames(before: CompositeType, after: CompositeType): boolean {
  const [old, wanted] = [before.definition.attributes, after.definition.attributes];
  return (
    old.length === wanted.length && old.every(({ name }, index) => name === wanted[index]?.name)
  );
}
