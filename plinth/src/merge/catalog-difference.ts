// In what two catalogs of the same scratch differ, as the diff sees it. Pure.

import { type Catalog, isEqualData, type ObjectId } from '../catalog/index.js';
import { diff, type Plan, renderPlan } from '../diff/index.js';
import { isPlinthError } from '../errors/index.js';

export interface CatalogDifference {
  /** What is otherwise; what is a part of such an object is left out. */
  readonly objects: readonly ObjectId[];
  /** What turns the first into the second, or why nothing does. */
  readonly sql: string;
}

/** `undefined` where both are the same schema: the order of columns does not count. */
export function catalogDifference(from: Catalog, to: Catalog): CatalogDifference | undefined {
  try {
    // In both directions: what one has too much, the other one lacks.
    const plans = [diff(from, to), diff(to, from)];
    if (plans.every(isEmpty)) return undefined;
    const ids = new Set(plans.flatMap(({ changes }) => changes.map(({ object }) => object)));
    const sql = plans
      .map((plan) => renderPlan(plan, { hazards: false }))
      .find((text) => text !== '');
    return { objects: wholes(ids, [from, to]), sql: sql?.trimEnd() ?? '' };
  } catch (error) {
    if (!isPlinthError(error, 'DIFF_REFUSED')) throw error;
    return { objects: wholes(changedObjects(from, to), [from, to]), sql: error.message };
  }
}

function isEmpty({ changes, statements }: Plan): boolean {
  return changes.length === 0 && statements.length === 0;
}

/** The objects that only one has, or that are not alike in both. */
export function changedObjects(from: Catalog, to: Catalog): ReadonlySet<ObjectId> {
  const before = new Map(from.objects.map((object) => [object.id, object]));
  const changed = new Set<ObjectId>();
  for (const object of to.objects) {
    if (!isEqualData(before.get(object.id), object)) changed.add(object.id);
    before.delete(object.id);
  }
  for (const id of before.keys()) changed.add(id);
  return changed;
}

/** Without the parts of objects that are in the set themselves. */
export function wholes(
  ids: ReadonlySet<ObjectId>,
  catalogs: readonly Catalog[],
): readonly ObjectId[] {
  const parts = new Set<ObjectId>();
  for (const { objects } of catalogs) {
    for (const { id, parent } of objects) if (parent !== null && ids.has(parent)) parts.add(id);
  }
  return [...ids].filter((id) => !parts.has(id)).sort();
}

/**
 * Tables whose columns stand in another order, in a sentence each: PostgreSQL shows it in
 * `SELECT *`, and to an INSERT or COPY that names no columns.
 */
export function columnOrderNotes(one: Catalog, other: Catalog): readonly string[] {
  const columns = columnsOf(other);
  return [...columnsOf(one)].flatMap(([table, names]) => {
    const others = columns.get(table) ?? [];
    if (names.join() === others.join()) return [];
    const name = table.slice(table.indexOf(':') + 1);
    return [
      `the columns of ${name} stand in the order in which they were added: ` +
        `${names.join(', ')} or ${others.join(', ')}`,
    ];
  });
}

function columnsOf({ objects }: Catalog): ReadonlyMap<ObjectId, readonly string[]> {
  const columns = new Map<ObjectId, string[]>();
  for (const { kind, parent, names } of objects) {
    if (kind !== 'column' || parent === null) continue;
    const known = columns.get(parent) ?? [];
    known.push(names.at(-1) ?? '');
    columns.set(parent, known);
  }
  return columns;
}
