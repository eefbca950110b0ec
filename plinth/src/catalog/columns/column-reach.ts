// How far a statement on a column reaches: ALTER TABLE changes the columns of partitions and
// children along, unless it says ONLY. It answers; the statements are written elsewhere.

import type { CatalogObject, ObjectId } from '../catalog-object.js';
import { isEqualData } from '../equal-data.js';
import type { Sides } from '../kind.js';
import { objectId, qualifiedName } from '../object-id.js';
import {
  isInheritance,
  isPartition,
  stayingParents,
  type TableName,
} from '../tables/table-links.js';
import { type ColumnDefinition, isColumn } from './column-definition.js';

type Column = CatalogObject<ColumnDefinition>;

/** What a statement changes of a column, read from one side. */
export type Aspect = (column: Column, find: (id: ObjectId) => CatalogObject | undefined) => unknown;

/** Its default, as an aspect. */
export const defaultOf: Aspect = ({ names }, find) =>
  find(objectId('column-default', names))?.definition ?? null;

/**
 * - `alone`: no other column takes after it;
 * - `all`: every one that does shall be the same, so one statement does for all;
 * - `only`: one shall be different, so each column has a statement of its own.
 */
export type Reach = 'alone' | 'all' | 'only';

export function reachOf(column: Column, aspect: Aspect, sides: Sides): Reach {
  const after = followersOf(column, (id) => sides.dependentsAfter(id));
  const before = followersOf(column, (id) => sides.dependentsBefore(id));
  if (after.length + before.length === 0) return 'alone';
  const stays = new Set(after.map(({ id }) => id));
  const find = (id: ObjectId): CatalogObject | undefined => sides.after(id);
  const wanted = aspect(column, find);
  const agrees = after.every((other) => isEqualData(aspect(other, find), wanted));
  // A column leaves before the one above it changes, but not before its default does.
  const leaves = aspect === defaultOf && before.some(({ id }) => !stays.has(id));
  return agrees && !leaves ? 'all' : 'only';
}

/** The columns of partitions and children that come from a column, and from those, and so on. */
export function followersOf(
  column: Column,
  dependents: (id: ObjectId) => readonly CatalogObject[],
): readonly Column[] {
  const table = qualifiedName(column.names.slice(0, 2));
  const own = dependents(column.id)
    .filter(isColumn)
    .filter(({ definition: { inheritance } }) =>
      inheritance?.from.some((from) => qualifiedName(from) === table),
    );
  return own.flatMap((other) => [other, ...followersOf(other, dependents)]);
}

/** The columns that this one is a copy of before, meanwhile and after. */
export function leadersOf(column: Column, sides: Sides): readonly Column[] {
  const { inheritance } = column.definition;
  if (inheritance === null) return [];
  const lasting = new Set(lastingParents(column.names.slice(0, 2), sides).map(qualifiedName));
  return inheritance.from
    .filter((table) => lasting.has(qualifiedName(table)))
    .flatMap((table) => {
      const id = objectId('column', [...table, column.names.at(-1) ?? '']);
      const leader = sides.after(id) ?? sides.before(id);
      return leader !== undefined && isColumn(leader) ? [leader] : [];
    });
}

/** The tables that a table is a partition or a child of before, meanwhile and after. */
function lastingParents(names: TableName, sides: Sides): readonly TableName[] {
  const partition = objectId('partition', names);
  const [old, wanted] = [sides.before(partition), sides.after(partition)];
  if (old !== undefined && wanted !== undefined && isPartition(wanted)) {
    return sides.isCreated(partition) ? [] : [wanted.definition.of];
  }
  const inheritance = objectId('inheritance', names);
  const [before, after] = [sides.before(inheritance), sides.after(inheritance)];
  if (before === undefined || after === undefined || sides.isCreated(inheritance)) return [];
  return isInheritance(before) && isInheritance(after)
    ? stayingParents(before.definition, after.definition)
    : [];
}

/** Whether a statement on a column above this one changes it along. */
export function isReached(column: Column, aspect: Aspect, sides: Sides): boolean {
  return leadersOf(column, sides).some((leader) => {
    if (isReached(leader, aspect, sides)) return true;
    return hasChanged(leader, aspect, sides) && reachOf(leader, aspect, sides) === 'all';
  });
}

function hasChanged(column: Column, aspect: Aspect, sides: Sides): boolean {
  const before = sides.before(column.id);
  const after = sides.after(column.id);
  if (before === undefined || after === undefined || !isColumn(before) || !isColumn(after)) {
    return false;
  }
  return !isEqualData(
    aspect(before, (id) => sides.before(id)),
    aspect(after, (id) => sides.after(id)),
  );
}

/** What follows the name of the command: ` ONLY` where the statement must not reach further. */
export function onlyWord(reach: Reach): string {
  return reach === 'only' ? ' ONLY' : '';
}
