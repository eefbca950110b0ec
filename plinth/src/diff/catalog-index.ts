// A catalog made ready for questions: by id, by parent, by dependency in both directions.

import type { Catalog, CatalogObject, Dependency, ObjectId } from '../catalog/index.js';
import { append } from './append.js';
import { kindOf } from './kind-of.js';

export class CatalogIndex {
  readonly catalog: Catalog;
  readonly #positions = new Map<ObjectId, number>();
  // Made when they are first asked for: two catalogs that are the same need none.
  #parts: ReadonlyMap<ObjectId, readonly CatalogObject[]> | undefined;
  #dependents: ReadonlyMap<ObjectId, readonly Dependency[]> | undefined;
  #needs: ReadonlyMap<ObjectId, readonly Dependency[]> | undefined;
  #holders: ReadonlyMap<string, CatalogObject> | undefined;

  constructor(catalog: Catalog) {
    this.catalog = catalog;
    let position = 0;
    for (const { id } of catalog.objects) {
      this.#positions.set(id, position);
      position += 1;
    }
  }

  get(id: ObjectId): CatalogObject | undefined {
    const position = this.#positions.get(id);
    return position === undefined ? undefined : this.catalog.objects[position];
  }

  has(id: ObjectId): boolean {
    return this.#positions.has(id);
  }

  /** Its place in the catalog: by kind, and among columns as they stand in the table. */
  positionOf(id: ObjectId): number {
    return this.#positions.get(id) ?? this.catalog.objects.length;
  }

  /** Its objects that another catalog does not have. */
  missingIn(other: CatalogIndex): readonly CatalogObject[] {
    return this.catalog.objects.filter(({ id }) => !other.has(id));
  }

  /** The parts of an object, in the order of the catalog. */
  partsOf(id: ObjectId): readonly CatalogObject[] {
    this.#parts ??= groupBy(this.catalog.objects, ({ parent }) => parent);
    return this.#parts.get(id) ?? [];
  }

  /** What depends on the object. */
  dependentsOf(id: ObjectId): readonly Dependency[] {
    this.#dependents ??= groupBy(this.catalog.dependencies, ({ on }) => on);
    return this.#dependents.get(id) ?? [];
  }

  /** What the object depends on. */
  needsOf(id: ObjectId): readonly Dependency[] {
    this.#needs ??= groupBy(this.catalog.dependencies, ({ dependent }) => dependent);
    return this.#needs.get(id) ?? [];
  }

  dependsOn(dependent: ObjectId, on: ObjectId): boolean {
    return this.needsOf(dependent).some((need) => need.on === on);
  }

  /** The first of its objects that takes a name (`Kind.occupies`). */
  holderOf(name: string): CatalogObject | undefined {
    this.#holders ??= holdersIn(this.catalog);
    return this.#holders.get(name);
  }

  /** The whole it is a part of in the end: the table of a column's default, but no schema. */
  wholeOf(id: ObjectId): ObjectId {
    const parentId = this.get(id)?.parent ?? null;
    const parent = parentId === null ? undefined : this.get(parentId);
    // A name of one part belongs to what only holds others, such as a schema.
    return parent === undefined || parent.names.length === 1 ? id : this.wholeOf(parent.id);
  }
}

function holdersIn({ objects }: Catalog): ReadonlyMap<string, CatalogObject> {
  const holders = new Map<string, CatalogObject>();
  for (const object of objects) {
    for (const name of kindOf(object).occupies?.(object) ?? []) {
      if (!holders.has(name)) holders.set(name, object);
    }
  }
  return holders;
}

function groupBy<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => ObjectId | null,
): ReadonlyMap<ObjectId, readonly Item[]> {
  const groups = new Map<ObjectId, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key !== null) append(groups, key, item);
  }
  return groups;
}
