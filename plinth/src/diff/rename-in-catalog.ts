// A catalog as it reads after objects have taken other names.

import { type CatalogObject, type Dependency, type ObjectId, objectId } from '../catalog/index.js';
import { quoteIdentifier } from '../sql/index.js';
import { CatalogIndex } from './catalog-index.js';
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
export function renameInCatalog(index: CatalogIndex, renamings: readonly Renaming[]): CatalogIndex {
  const renamed = new Map<ObjectId, CatalogObject>();
  for (const renaming of renamings) {
    const parts = withParts(index, renaming.object.id);
    for (const id of new Set([...parts, ...parts.flatMap((part) => usersOf(index, part))])) {
      const object = renamed.get(id) ?? index.get(id);
      if (object !== undefined) renamed.set(id, rename(object, renaming, parts.includes(id)));
    }
  }
  const find = (id: ObjectId): ObjectId => renamed.get(id)?.id ?? id;
  const { catalog } = index;
  return new CatalogIndex({
    ...catalog,
    objects: catalog.objects.map((object) => rehome(renamed.get(object.id) ?? object, find)),
    dependencies: catalog.dependencies.map((dependency) => redirect(dependency, find)),
  });
}

/** The object and everything that is a part of it. */
function withParts(index: CatalogIndex, whole: ObjectId): readonly ObjectId[] {
  return [whole, ...index.partsOf(whole).flatMap(({ id }) => withParts(index, id))];
}

function usersOf(index: CatalogIndex, id: ObjectId): readonly ObjectId[] {
  const hard = index.dependentsOf(id).filter(({ strength }) => strength !== 'soft');
  return hard.map(({ dependent }) => dependent);
}

function rename(object: CatalogObject, renaming: Renaming, isPart: boolean): CatalogObject {
  const rewrite = (text: string): string => replaceWord(text, renaming);
  const names = isPart ? newNames(object, renaming) : object.names;
  const signature = object.signature === null ? null : rewrite(object.signature);
  const id = objectId(object.kind, names, signature);
  return { ...object, id, names, signature, definition: mapDefinition(object, rewrite) };
}

type Find = (id: ObjectId) => ObjectId;

function rehome(object: CatalogObject, find: Find): CatalogObject {
  const parent = object.parent === null ? null : find(object.parent);
  return parent === object.parent ? object : { ...object, parent };
}

function redirect(dependency: Dependency, find: Find): Dependency {
  const [dependent, on] = [find(dependency.dependent), find(dependency.on)];
  if (dependent === dependency.dependent && on === dependency.on) return dependency;
  return { dependent, on, strength: dependency.strength };
}

function newNames({ names }: CatalogObject, { object, name }: Renaming): readonly string[] {
  const isInside = object.names.every((part, index) => names[index] === part);
  return isInside ? names.with(object.names.length - 1, name) : names;
}

function replaceWord(text: string, { object, name }: Renaming): string {
  const old = object.names.at(-1) ?? '';
  const written = quoteIdentifier(old);
  if (!text.includes(old) && !text.includes(written)) return text;
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
