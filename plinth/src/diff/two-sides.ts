// What a kind may ask while it writes statements, answered from both catalogs and the fates.

import type { CatalogObject, ObjectId, Sides } from '../catalog/index.js';
import type { CatalogIndex } from './catalog-index.js';
import type { Fates } from './fate.js';

export interface TwoSidesParts {
  readonly from: CatalogIndex;
  readonly to: CatalogIndex;
  readonly fates: Fates;
  readonly plain: boolean;
  readonly serverVersion: number;
  readonly role: string;
}

/** The answers follow the fates: they change while fates are still being decided. */
export class TwoSides implements Sides {
  readonly plain: boolean;
  readonly serverVersion: number;
  readonly role: string;
  readonly #parts: TwoSidesParts;

  constructor(parts: TwoSidesParts) {
    this.#parts = parts;
    this.plain = parts.plain;
    this.serverVersion = parts.serverVersion;
    this.role = parts.role;
  }

  before(id: ObjectId): CatalogObject | undefined {
    return this.#parts.from.get(id);
  }

  after(id: ObjectId): CatalogObject | undefined {
    return this.#parts.to.get(id);
  }

  partsBefore(id: ObjectId): readonly CatalogObject[] {
    return this.#parts.from.partsOf(id);
  }

  partsAfter(id: ObjectId): readonly CatalogObject[] {
    return this.#parts.to.partsOf(id);
  }

  dependentsBefore(id: ObjectId): readonly CatalogObject[] {
    return dependentsIn(this.#parts.from, id);
  }

  dependentsAfter(id: ObjectId): readonly CatalogObject[] {
    return dependentsIn(this.#parts.to, id);
  }

  isCreated(id: ObjectId): boolean {
    const how = this.#parts.fates.get(id)?.how;
    return how === 'create' || how === 'rebuild' || how === 'swap';
  }

  isDropped(id: ObjectId): boolean {
    const how = this.#parts.fates.get(id)?.how;
    return how === 'drop' || how === 'retire' || how === 'rebuild' || how === 'swap';
  }
}

function dependentsIn(side: CatalogIndex, id: ObjectId): readonly CatalogObject[] {
  const objects: CatalogObject[] = [];
  for (const { dependent } of side.dependentsOf(id)) {
    const object = side.get(dependent);
    if (object !== undefined) objects.push(object);
  }
  return objects;
}
