// The extra for exclusion constraints, and for generated columns that are not stored.

import type { SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { asExtra, type Extra } from './extra.js';

export interface ExclusionOptions {
  /** The method of its index. Default: gist. */
  readonly using?: string;
  /** What must not be so for two rows at once: a column or expression, and an operator. */
  readonly elements: readonly (readonly [PgColumn | SQL, string])[];
  /** For these rows only. */
  readonly where?: SQL;
}

/**
 * EXCLUDE: no two rows for which all of the operators give true.
 *
 * @example exclusion('one_booking_at_a_time', { elements: [[t.room, '='], [t.during, '&&']] })
 */
export function exclusion(name: string, options: ExclusionOptions): Extra {
  const { using = 'gist', elements, where } = options;
  return asExtra({ kind: 'exclusion', name, using, elements, where, refinement: {} });
}

/**
 * VIRTUAL: generated columns that are computed when they are read, from PostgreSQL 18 on.
 * Drizzle's `generatedAlwaysAs` says what they are; without this they are STORED.
 */
export function virtual(...columns: readonly [PgColumn, ...PgColumn[]]): Extra {
  return asExtra({ kind: 'virtual', columns: columns.map(({ name }) => name) });
}
