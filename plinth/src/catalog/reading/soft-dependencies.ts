// Finds what the bodies of functions name. PostgreSQL keeps no dependency for them; Plinth uses
// these only to prefer an order, never to refuse one.

import { unquoteIdentifier } from '../../sql/index.js';
import type { CatalogObject, Dependency, ObjectId } from '../catalog-object.js';
import { KIND_BY_NAME } from '../kinds.js';

const WORD = /"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*/gu;

/** A dependency on every object of a schema whose name stands as a word in the text. */
export function findSoftDependencies(
  objects: readonly CatalogObject[],
  known: readonly Dependency[],
): readonly Dependency[] {
  const loose = objects.flatMap((object) => {
    const text = KIND_BY_NAME.get(object.kind)?.looseText?.(object);
    return text === undefined ? [] : [{ id: object.id, text }];
  });
  if (loose.length === 0) return [];
  const byName = groupByName(objects);
  const taken = new Set(known.map(({ dependent, on }) => `${dependent}\n${on}`));
  const found: Dependency[] = [];
  for (const { id, text } of loose) {
    for (const on of namedIn(text, byName)) {
      if (on === id || taken.has(`${id}\n${on}`)) continue;
      found.push({ dependent: id, on, strength: 'soft' });
    }
  }
  return found;
}

function groupByName(objects: readonly CatalogObject[]): ReadonlyMap<string, readonly ObjectId[]> {
  const byName = new Map<string, ObjectId[]>();
  for (const { id, names } of objects) {
    const [, name] = names;
    if (names.length !== 2 || name === undefined) continue;
    const same = byName.get(name);
    if (same === undefined) byName.set(name, [id]);
    else same.push(id);
  }
  return byName;
}

function namedIn(
  text: string,
  byName: ReadonlyMap<string, readonly ObjectId[]>,
): ReadonlySet<ObjectId> {
  const found = new Set<ObjectId>();
  for (const [word] of text.matchAll(WORD)) {
    const name = word.startsWith('"') ? unquoteIdentifier(word) : word.toLowerCase();
    for (const id of byName.get(name) ?? []) found.add(id);
  }
  return found;
}
