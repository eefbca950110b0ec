// A catalog as it reads after an object has taken another name.

import { type Catalog, type CatalogObject, type ObjectId, objectId } from '../catalog/index.js';
import { quoteIdentifier } from '../sql/index.js';
import { kindOf } from './kind-of.js';

export interface Renaming {
  readonly object: CatalogObject;
  /** The last part of its new name. */
  readonly name: string;
}

export function renamedId({ object, name }: Renaming): ObjectId {
  return objectId(object.kind, [...object.names.slice(0, -1), name], object.signature);
}

/**
 * Names, ids and dependencies are exact. Texts that use the object are rewritten word by word, as
 * PostgreSQL would print them; where that is not quite what it prints, the diff writes a statement
 * more than needed, and no wrong one.
 */
export function renameInCatalog(catalog: Catalog, renaming: Renaming): Catalog {
  const parts = partsOf(catalog, renaming.object.id);
  const users = new Set(
    catalog.dependencies
      .filter(({ on, strength }) => strength !== 'soft' && parts.has(on))
      .map(({ dependent }) => dependent),
  );
  const ids = new Map<ObjectId, ObjectId>();
  const moved = catalog.objects.map((object): CatalogObject => {
    const isPart = parts.has(object.id);
    if (!isPart && !users.has(object.id)) return object;
    const names = isPart ? newNames(object, renaming) : object.names;
    const rewrite = (text: string): string => replaceWord(text, renaming);
    const signature = object.signature === null ? null : rewrite(object.signature);
    const id = objectId(object.kind, names, signature);
    ids.set(object.id, id);
    return { ...object, id, names, signature, definition: mapDefinition(object, rewrite) };
  });
  const find = (id: ObjectId): ObjectId => ids.get(id) ?? id;
  return {
    ...catalog,
    objects: moved.map((object) =>
      object.parent === null ? object : { ...object, parent: find(object.parent) },
    ),
    dependencies: catalog.dependencies.map(({ dependent, on, strength }) => ({
      dependent: find(dependent),
      on: find(on),
      strength,
    })),
  };
}

/** The object and everything that is a part of it. Parts stand after their whole. */
function partsOf({ objects }: Catalog, whole: ObjectId): ReadonlySet<ObjectId> {
  const parts = new Set([whole]);
  for (let size = 0; size !== parts.size; ) {
    size = parts.size;
    for (const { id, parent } of objects) if (parent !== null && parts.has(parent)) parts.add(id);
  }
  return parts;
}

function newNames({ names }: CatalogObject, { object, name }: Renaming): readonly string[] {
  const isInside = object.names.every((part, index) => names[index] === part);
  return isInside ? names.with(object.names.length - 1, name) : names;
}

function replaceWord(text: string, { object, name }: Renaming): string {
  const old = object.names.at(-1) ?? '';
  const written = quoteIdentifier(old);
  return text.replaceAll(/"(?:[^"]|"")*"|'(?:[^']|'')*'|[\p{L}_][\p{L}\p{N}_$]*/gu, (word) =>
    word === written || word === old ? quoteIfNeeded(word, old, name) : word,
  );
}

/** A text may be a bare name in the data, or a name as SQL writes it. */
function quoteIfNeeded(word: string, old: string, name: string): string {
  return word === old && quoteIdentifier(old) !== old ? name : quoteIdentifier(name);
}

/** But for the fields whose words are the object's own. */
function mapDefinition(object: CatalogObject, change: (text: string) => string): unknown {
  const { definition } = object;
  const own = new Set(kindOf(object).ownWords);
  if (own.size === 0 || typeof definition !== 'object' || definition === null) {
    return mapTexts(definition, change);
  }
  const fields = Object.entries(definition);
  return Object.fromEntries(
    fields.map(([key, value]) => [key, own.has(key) ? value : mapTexts(value, change)]),
  );
}

/** Plain data with each of its texts changed. */
export function mapTexts(data: unknown, change: (text: string) => string): unknown {
  if (typeof data === 'string') return change(data);
  if (Array.isArray(data)) return data.map((item) => mapTexts(item, change));
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, mapTexts(value, change)]),
  );
}
