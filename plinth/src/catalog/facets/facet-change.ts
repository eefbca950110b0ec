// What the statements of a facet are written from.

import type { CatalogObject } from '../catalog-object.js';
import type { Kind, Sides } from '../kind.js';
import type { BornWith } from './born-with.js';

/** An object as it is and as it shall be. */
export interface FacetChange {
  readonly kind: Kind;
  /** `undefined` once the plan has created the object: then it is as it was born. */
  readonly before: CatalogObject | undefined;
  readonly after: CatalogObject;
  readonly born: BornWith;
  readonly sides: Sides;
}
