// What an index is that keeps no constraint.

import type { CatalogObject } from '../catalog-object.js';
import type { IndexDefinition } from './index-definition.js';

export interface PlainIndexDefinition extends IndexDefinition {
  /** Schema and name of its relation. */
  readonly on: readonly string[];
  readonly unique: boolean;
  readonly method: string;
  /** As PostgreSQL prints them: `(a, lower(b) DESC) INCLUDE (c) NULLS NOT DISTINCT`. */
  readonly keys: string;
  /** As PostgreSQL prints it. */
  readonly where: string | null;
}

export function isPlainIndex(
  object: CatalogObject | undefined,
): object is CatalogObject<PlainIndexDefinition> {
  return object?.kind === 'index';
}
