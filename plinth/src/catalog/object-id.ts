// The identity of an object in a catalog, from its kind and its name.

import { quoteIdentifier } from '../sql/index.js';
import type { CatalogObject, ObjectId } from './catalog-object.js';

/** `table:public.users`, `function:public.area(double precision)`. */
export function objectId(
  kind: string,
  names: readonly string[],
  signature: string | null = null,
): ObjectId {
  return `${kind}:${qualifiedName(names)}${signature === null ? '' : `(${signature})`}`;
}

/** A name as SQL writes it, its parts joined with dots. */
export function qualifiedName(names: readonly string[]): string {
  return names.map(quoteIdentifier).join('.');
}

/** The last part of an object's name as SQL writes it: the column's, without its table's. */
export function ownName({ names }: Pick<CatalogObject, 'names'>): string {
  return quoteIdentifier(names.at(-1) ?? '');
}

/** All parts but the last, as SQL writes them: of a column its table, of a table its schema. */
export function outerName({ names }: Pick<CatalogObject, 'names'>): string {
  return qualifiedName(names.slice(0, -1));
}
