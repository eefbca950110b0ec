// What an index, or a constraint kept by one, does when something under it changes.

import type { CatalogObject } from '../catalog-object.js';
import { isEqualData } from '../equal-data.js';
import type { Disturbance, Reaction, Sides } from '../kind.js';
import { type IndexDefinition, isIndexed } from './index-definition.js';

type Indexed = CatalogObject<IndexDefinition>;

/**
 * PostgreSQL builds an index anew when a column takes another type, under the same definition,
 * and forgets only the statistics targets.
 */
export function reactOfIndex(
  object: Indexed,
  { before, manner }: Disturbance,
  sides: Sides,
): Reaction {
  if (isLink(before.kind)) return 'keep';
  if (manner !== 'retyped' || before.kind !== 'column') return 'rebuild';
  const after = sides.after(object.id);
  if (!isIndexed(after) || object.definition.targets.length > 0) return 'rebuild';
  return isSameIndex(object, after) ? 'keep' : 'rebuild';
}

/** How tables hang together changes, and an index outlasts that. */
function isLink(kind: string): boolean {
  return kind === 'partition' || kind === 'inheritance';
}

/** Whether two are the same, apart from what the partitions' indexes are called. */
export function isSameIndex(before: Indexed, after: Indexed): boolean {
  return isEqualData(compared(before, after), compared(after, after));
}

/**
 * An invalid index is one whose building failed. Nobody wants that, so where the wanted schema has
 * one, a valid one serves.
 */
function compared({ definition }: Indexed, wanted: Indexed): unknown {
  const { tree, attached, isValid, ...rest } = definition;
  const matters = tree !== null || wanted.definition.isValid;
  return {
    ...rest,
    attached: attached?.to,
    partitioned: tree !== null,
    isValid: matters && isValid,
  };
}
