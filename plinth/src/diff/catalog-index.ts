// A catalog made ready for questions: by id, by parent, by dependency in both directions.

import type { Catalog, CatalogObject, Dependency, ObjectId } from '../catalog/index.js';
import { append } from './append.js';

export class CatalogIndex {
  readonly catalog: Catalog;
  readonly #byId = new Map<ObjectId, CatalogObject>();
  readonly #positions = new Map<ObjectId, number>();
  readonly #parts = new Map<ObjectId, CatalogObject[]>();
  // Made when they are first asked for: two catalogs that are the same need none.
  #dependents: ReadonlyMap<ObjectId, readonly Dependency[]> | undefined;
  #needs: ReadonlyMap<ObjectId, readonly Dependency[]> | undefined;

  constructor(catalog: Catalog) {
    this.catalog = catalog;
    for (const [position, object] of catalog.objects.entries()) {
      this.#byId.set(object.id, object);
      this.#positions.set(object.id, position);
      if (object.parent !== null) append(this.#parts, object.parent, object);
    }
  }

  get(id: ObjectId): CatalogObject | undefined {
    return this.#byId.get(id);
  }

  has(id: ObjectId): boolean {
    return this.#byId.has(id);
  }

  /** Its place in the catalog: by kind, and among columns as they stand in the table. */
  positionOf(id: ObjectId): number {
    return this.#positions.get(id) ?? this.catalog.objects.length;
  }

  /** The parts of an object, in the order of the catalog. */
  partsOf(id: ObjectId): readonly CatalogObject[] {
    return this.#parts.get(id) ?? [];
  }

  /** What depends on the object. */
  dependentsOf(id: ObjectId): readonly Dependency[] {
    this.#dependents ??= groupBy(this.catalog.dependencies, 'on');
    return this.#dependents.get(id) ?? [];
  }

  /** What the object depends on. */
  needsOf(id: ObjectId): readonly Dependency[] {
    this.#needs ??= groupBy(this.catalog.dependencies, 'dependent');
    return this.#needs.get(id) ?? [];
  }

  dependsOn(dependent: ObjectId, on: ObjectId): boolean {
    return this.needsOf(dependent).some((need) => need.on === on);
  }

  /** The whole it is a part of in the end: the table of a column's default, but no schema. */
  wholeOf(id: ObjectId): ObjectId {
    const parentId = this.#byId.get(id)?.parent ?? null;
    const parent = parentId === null ? undefined : this.#byId.get(parentId);
    // A name of one part belongs to what only holds others, such as a schema.
    return parent === undefined || parent.names.length === 1 ? id : this.wholeOf(parent.id);
  }
}

function groupBy(
  dependencies: readonly Dependency[],
  end: 'dependent' | 'on',
): ReadonlyMap<ObjectId, readonly Dependency[]> {
  const groups = new Map<ObjectId, Dependency[]>();
  for (const dependency of dependencies) append(groups, dependency[end], dependency);
  return groups;
}
