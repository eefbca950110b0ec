// Compares two catalogs object by object. What one change means for other objects is decided in
// spread-disturbances.ts.

import { type CatalogObject, isEqualData, type Kind, type Sides } from '../catalog/index.js';
import type { CatalogIndex } from './catalog-index.js';
import type { Fate, Fates, Refusal } from './fate.js';
import { kindOf } from './kind-of.js';

/** Fills `fates` with those of objects that change, and returns what cannot be done. */
export function decideFates(
  from: CatalogIndex,
  to: CatalogIndex,
  fates: Fates,
  sides: Sides,
): readonly Refusal[] {
  for (const before of from.missingIn(to)) fates.set(before.id, { how: 'drop', before });
  const pairs: { readonly before: CatalogObject; readonly after: CatalogObject }[] = [];
  for (const after of to.catalog.objects) {
    const before = from.get(after.id);
    if (before === undefined) fates.set(after.id, { how: 'create', after });
    else if (!isAlike(before, after)) pairs.push({ before, after });
  }
  // Now that it is known what comes and goes, a kind may ask for it.
  const refusals: Refusal[] = [];
  for (const { before, after } of pairs) {
    const fate = compare(kindOf(after), before, after, sides);
    if ('reason' in fate) refusals.push(fate);
    else if (fate.how !== 'keep') fates.set(after.id, fate);
  }
  return refusals;
}

/** Whether nothing at all differs. */
function isAlike(before: CatalogObject, after: CatalogObject): boolean {
  return isEqualData(before.definition, after.definition) && hasSameFacets(before, after);
}

function compare(
  kind: Kind,
  before: CatalogObject,
  after: CatalogObject,
  sides: Sides,
): Fate | Refusal {
  if (isSame(kind, before, after, sides)) {
    return hasSameFacets(before, after)
      ? { how: 'keep', before, after }
      : { how: 'alter', before, after, statements: [], disturbs: false };
  }
  const alteration = kind.alter(before, after, sides);
  switch (alteration.how) {
    case 'alter': {
      const { statements, disturbs } = alteration;
      return { how: 'alter', before, after, statements, disturbs };
    }
    case 'rebuild':
      return { how: 'rebuild', before, after };
    case 'refuse':
      return { object: after.id, reason: alteration.reason };
  }
}

function isSame(kind: Kind, before: CatalogObject, after: CatalogObject, sides: Sides): boolean {
  return (
    isEqualData(before.definition, after.definition) || kind.isSame?.(before, after, sides) === true
  );
}

function hasSameFacets(before: CatalogObject, after: CatalogObject): boolean {
  return (
    before.comment === after.comment &&
    (after.owner === null || before.owner === after.owner) &&
    isEqualData(before.privileges, after.privileges)
  );
}
