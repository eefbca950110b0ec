// How an index of a partition, or a constraint kept by one, comes and goes: with the one of the
// partitioned table, with the partition, or by statements of its own.

import type { CatalogObject, ObjectId } from '../catalog-object.js';
import type { Sides } from '../kind.js';
import { objectId, qualifiedName } from '../object-id.js';
import { type Statement, statement } from '../statement.js';
import { lockAll, lockChanges } from '../tables/relation-locks.js';
import { isPartition } from '../tables/table-links.js';
import {
  aboveOf,
  type IndexDefinition,
  indexedRelation,
  indexName,
  isIndexed,
  partitionLink,
} from './index-definition.js';

type Indexed = CatalogObject<IndexDefinition>;

/**
 * - `built`: by a statement of its own, and attached after that;
 * - `comes`: PostgreSQL makes it, under the name `as`, with what it stands under;
 * - `renamed`: another one of the partition takes its name and its place.
 */
export type Arrival =
  | { readonly how: 'built' }
  | { readonly how: 'comes'; readonly as: string }
  | { readonly how: 'renamed'; readonly from: Indexed };

export function arrivalOf(object: Indexed, sides: Sides): Arrival {
  const { attached } = object.definition;
  if (attached === null) return { how: 'built' };
  const comes = { how: 'comes', as: attached.automaticName } as const;
  const root = rootOf(object, sides);
  if (sides.isCreated(root.id)) return buildsEach(root, sides) ? { how: 'built' } : comes;
  const from = predecessorOf(object, sides);
  if (from !== undefined) return { how: 'renamed', from };
  return comesByPartition(object, sides) ? comes : { how: 'built' };
}

/**
 * Whether the index of a partitioned table is created without those of its partitions: each of
 * them is built by itself and attached.
 */
export function buildsEach(object: Indexed, sides: Sides): boolean {
  if (object.definition.tree === null) return false;
  const root = rootOf(object, sides);
  if (!sides.isCreated(root.id)) return true;
  const { tree, isValid } = root.definition;
  if (!isValid || tree?.isNamed === true) return true;
  return root.kind === 'index' && tree?.children.length !== 0 && isOnline(root.parent, sides);
}

/** Whether a relation was there before, so that its readers and writers must not wait for long. */
export function isOnline(relation: ObjectId | null, sides: Sides): boolean {
  return !sides.plain && relation !== null && !sides.isCreated(relation);
}

/** The statement that makes an index of a partition belong to the one above it. */
export function attachStatements(object: Indexed): readonly Statement[] {
  const { attached } = object.definition;
  if (attached === null) return [];
  const [above, name] = [qualifiedName(indexName(attached.to)), qualifiedName(indexName(object))];
  return [
    statement(`ALTER INDEX ${above} ATTACH PARTITION ${name}`, {
      locks: [...lockChanges(above), ...lockAll(name)],
    }),
  ];
}

/**
 * What has to be said when an index that stays is attached or let go; `undefined` where only a
 * new one serves.
 */
export function changeAttachment(
  before: Indexed,
  after: Indexed,
  sides: Sides,
): readonly Statement[] | undefined {
  const [old, wanted] = [aboveOf(before), aboveOf(after)];
  if (old === wanted) return [];
  const isTableMoved = sides.isCreated(partitionLink(after));
  const staysBound = old !== undefined && !isDetached(before, sides);
  // PostgreSQL lets go of it only with its table: it goes with the one above.
  if (staysBound && (wanted === undefined || sides.isDropped(old) || !isTableMoved))
    return undefined;
  if (wanted === undefined) return [];
  const root = rootOf(after, sides);
  if (sides.isCreated(root.id)) return buildsEach(root, sides) ? attachStatements(after) : [];
  return isTableMoved ? [] : attachStatements(after);
}

/** Whether an index below it is to be below another one, for which both must go. */
export function losesChild({ definition: { tree } }: Indexed, sides: Sides): boolean {
  return (tree?.children ?? []).some(({ index }) => {
    const id = objectId('index', index);
    const [before, after] = [sides.before(id), sides.after(id)];
    if (!isIndexed(before) || !isIndexed(after) || isDetached(before, sides)) return false;
    if (sides.isCreated(partitionLink(after))) return false;
    return aboveOf(before) !== aboveOf(after);
  });
}

/** Whether it ends with something else, or lives on under another name. */
export function goesAlong(object: Indexed, sides: Sides): boolean {
  return object.definition.attached !== null && !isDetached(object, sides);
}

/** Objects that an index needs beside what pg_depend says: what makes its tables partitions. */
export function treeNeeds(object: Indexed): readonly ObjectId[] {
  const { attached, tree } = object.definition;
  const children = tree?.children ?? [];
  return [
    ...(attached === null ? [] : [partitionLink(object)]),
    ...children.map(({ table }) => objectId('partition', table)),
  ];
}

/**
 * Partitions that leave: an index that is built without theirs becomes valid with the last one
 * that is attached, and not when a table without one goes.
 */
export function leavingPartitions(
  { definition, parent }: Indexed,
  sides: Sides,
): readonly ObjectId[] {
  if (definition.tree === null || parent === null) return [];
  const table = indexedRelation({ parent });
  return (
    sides
      .dependentsBefore(parent)
      .filter((link) => isPartition(link) && qualifiedName(link.definition.of) === table)
      // Where its table goes, that takes the link along.
      .flatMap(({ id, parent: own }) => (own === null ? [id] : [id, own]))
  );
}

/** The names that an index takes, with those of the indexes that come with it. */
export function namesTaken(object: Indexed): readonly string[] {
  const children = object.definition.tree?.children ?? [];
  const all = [indexName(object), ...children.map(({ index }) => index)];
  return all.map((names) => `relation ${qualifiedName(names)}`);
}

/** Whether an index goes after `on`: it is bound to the one above until its table is detached. */
export function isBoundBy(_object: Indexed, on: ObjectId): boolean {
  return isPartitionLink(on);
}

export function isPartitionLink(id: ObjectId): boolean {
  return id.startsWith('partition:');
}

/** The index of the partitioned table at the top. */
function rootOf(object: Indexed, sides: Sides): Indexed {
  const above = aboveIn(object, sides);
  return above === undefined ? object : rootOf(above, sides);
}

function aboveIn(object: Indexed, sides: Sides): Indexed | undefined {
  const above = aboveOf(object);
  const next = above === undefined ? undefined : sides.after(above);
  return isIndexed(next) ? next : undefined;
}

/** Whether the partition, or one above it, is created or attached by this plan. */
function comesByPartition(object: Indexed, sides: Sides): boolean {
  const above = aboveIn(object, sides);
  if (above === undefined) return false;
  return sides.isCreated(partitionLink(object)) || comesByPartition(above, sides);
}

function predecessorOf(object: Indexed, sides: Sides): Indexed | undefined {
  const above = aboveOf(object);
  if (object.parent === null) return undefined;
  return sides
    .partsBefore(object.parent)
    .filter(isIndexed)
    .find((other) => aboveOf(other) === above && sides.after(other.id) === undefined);
}

/** Whether its table stops to be a partition of the table above. */
function isDetached(object: Indexed, sides: Sides): boolean {
  const link = partitionLink(object);
  const isGone = object.parent !== null && sides.isDropped(object.parent);
  if (isGone || !sides.isDropped(link)) return false;
  const above = aboveOf(object);
  return sides.after(link) === undefined || (above !== undefined && sides.isDropped(above));
}
