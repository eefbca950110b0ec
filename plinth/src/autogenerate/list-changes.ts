// What a plan changes, a line each, for a person to read at a glance.

import type { Catalog, ObjectId } from '../catalog/index.js';
import type { Change, Plan } from '../diff/index.js';

/** More of them are counted. */
const MOST_LINES = 20;

/**
 * `create  table public.users`. The columns of a new table go without saying.
 *
 * @param catalogs Both ends of the plan.
 */
export function listChanges(
  { changes }: Pick<Plan, 'changes'>,
  catalogs: readonly Catalog[],
): readonly string[] {
  const parents = new Map<ObjectId, ObjectId>();
  for (const { objects } of catalogs) {
    for (const { id, parent } of objects) if (parent !== null) parents.set(id, parent);
  }
  const whole = new Set(changes.flatMap(({ verb, object }) => (isWhole(verb) ? [object] : [])));
  const told = changes.filter(({ verb, object }) => {
    const parent = parents.get(object);
    return verb === 'rename' || parent === undefined || !whole.has(parent);
  });
  const lines = told.length > MOST_LINES ? countChanges(told) : told.map(lineOf);
  return lines;
}

function isWhole(verb: Change['verb']): boolean {
  return verb === 'create' || verb === 'drop' || verb === 'rebuild';
}

function lineOf({ verb, object }: Change): string {
  const [kind, name] = parts(object);
  return `${verb.padEnd(7)} ${kind} ${name}`;
}

function countChanges(changes: readonly Change[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { verb, object } of changes) {
    const what = `${verb.padEnd(7)} ${parts(object)[0]}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, count]) => `${what} × ${count}`);
}

function parts(object: ObjectId): readonly [kind: string, name: string] {
  const colon = object.indexOf(':');
  return [object.slice(0, colon).replaceAll('-', ' '), object.slice(colon + 1)];
}
