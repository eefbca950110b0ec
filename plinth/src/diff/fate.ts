// What becomes of each object of two catalogs: the decision that everything after it is read from.

import type { CatalogObject, ObjectId, Statement } from '../catalog/index.js';

/**
 * - `keep`: it is the same on both sides, and nothing it stands on is disturbed;
 * - `alter`: in place. `disturbs`: what stands on it is out of the way meanwhile;
 * - `rebuild`: dropped and created anew;
 * - `swap`: moves aside, is created anew, and what used it follows before the old one goes;
 * - `retire`: moves aside for another object of its name, and goes once what used it has followed.
 */
export type Fate =
  | { readonly how: 'create'; readonly after: CatalogObject }
  | { readonly how: 'drop' | 'retire'; readonly before: CatalogObject }
  | { readonly how: 'keep'; readonly before: CatalogObject; readonly after: CatalogObject }
  | {
      readonly how: 'alter';
      readonly before: CatalogObject;
      readonly after: CatalogObject;
      readonly statements: readonly Statement[];
      readonly disturbs: boolean;
    }
  | {
      readonly how: 'rebuild' | 'swap';
      readonly before: CatalogObject;
      readonly after: CatalogObject;
    };

/** Those of objects that do not stay as they are: most do, so what is not named is kept. */
export type Fates = Map<ObjectId, Fate>;

/** Why an object cannot come from one definition to the other. */
export interface Refusal {
  readonly object: ObjectId;
  readonly reason: string;
}
