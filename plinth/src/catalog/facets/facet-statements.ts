// (placeholder of the lead until the facets helper writes this file: overwrite it)
import type { CatalogObject } from '../catalog-object.js';
import type { Kind } from '../kind.js';
import type { Statement } from '../statement.js';
import type { BornWith } from './born-with.js';

export function facetStatements(
  _kind: Kind,
  _before: CatalogObject | undefined,
  _after: CatalogObject,
  _born: BornWith,
): readonly Statement[] {
  return [];
}
