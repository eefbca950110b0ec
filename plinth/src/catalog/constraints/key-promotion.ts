// When a unique index becomes a constraint: PostgreSQL takes the index as it is.

import type { CatalogObject } from '../catalog-object.js';
import { indexedRelation, indexName } from '../indexes/index-definition.js';
import { isPlainIndex, type PlainIndexDefinition } from '../indexes/plain-index.js';
import type { Sides } from '../kind.js';
import { objectId, ownName } from '../object-id.js';
import { type KeyDefinition, keyColumns } from './key-definition.js';

type Key = CatalogObject<KeyDefinition>;
type Index = CatalogObject<PlainIndexDefinition>;

/** The unique index of the constraint's name that goes, and that it can take over. */
export function promotedIndex(key: Key, sides: Sides): Index | undefined {
  const id = objectId('index', indexName(key));
  const index = sides.before(id);
  if (!isPlainIndex(index) || sides.after(id) !== undefined) return undefined;
  return sides.before(key.id) === undefined && fits(index, key, sides) ? index : undefined;
}

/** Whether a constraint takes over the index. */
export function becomesConstraint(index: Index, sides: Sides): boolean {
  const name = `${indexedRelation(index)}.${ownName(index)}`;
  return ([`primary-key:${name}`, `unique-constraint:${name}`] as const).some((id) => {
    const key = sides.after(id);
    return isKey(key) && promotedIndex(key, sides)?.id === index.id;
  });
}

function isKey(object: CatalogObject | undefined): object is Key {
  return object?.kind === 'primary-key' || object?.kind === 'unique-constraint';
}

function fits({ definition, parent }: Index, key: Key, sides: Sides): boolean {
  const { columns, include, tree, attached, withoutOverlaps } = key.definition;
  const isPlain = tree === null && attached === null && !withoutOverlaps;
  const isUsable =
    definition.unique &&
    definition.isValid &&
    definition.method === 'btree' &&
    definition.where === null &&
    definition.tree === null &&
    definition.attached === null;
  return (
    isPlain &&
    isUsable &&
    parent === key.parent &&
    definition.keys === keyColumns(key.definition) &&
    [...columns, ...include].every(
      (column) => !sides.isDropped(objectId('column', [...key.names.slice(0, 2), column])),
    )
  );
}
