// Finds the kind of an object.

import { type CatalogObject, KIND_BY_NAME, type Kind } from '../catalog/index.js';
import { PlinthError } from '../errors/index.js';

/** @throws PlinthError DIFF_CATALOG_INVALID for a kind that this Plinth does not know. */
export function kindOf(object: CatalogObject): Kind {
  const kind = KIND_BY_NAME.get(object.kind);
  if (kind === undefined) {
    throw new PlinthError(
      'DIFF_CATALOG_INVALID',
      `The catalog holds ${object.id}; this Plinth knows no kind "${object.kind}".`,
      { hint: 'Read the catalog again with this version of Plinth.' },
    );
  }
  return kind;
}
