// A side of a diff as it was read.

import type { Catalog } from '../catalog/index.js';

export interface FoundSide {
  /** Whether a database holds it, with its owners, or a text says it. */
  readonly kind: 'database' | 'text';
  /** As the scratch prints it, where the database is of another major version. */
  readonly catalog: Catalog;
  /** `server_version_num` of the database; of the scratch for a text. */
  readonly serverVersion: number;
  /** The URL of the database without its password. */
  readonly description: string;
  /** What a person should know of how it was read. */
  readonly notes: readonly string[];
}

/** A text as the scratch has read it. */
export function textSide({ catalog, notes }: Pick<FoundSide, 'catalog' | 'notes'>): FoundSide {
  const { serverVersion } = catalog;
  return { kind: 'text', catalog, serverVersion, description: '', notes };
}
