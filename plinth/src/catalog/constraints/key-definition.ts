// What a primary key and a unique constraint are.

import { quoteIdentifier } from '../../sql/index.js';
import { USUAL_INDEX } from '../indexes/index-definition.js';
import type { IndexedConstraintDefinition } from './indexed-constraint.js';

export interface KeyDefinition extends IndexedConstraintDefinition {
  readonly columns: readonly string[];
  /** Columns that the index only carries. */
  readonly include: readonly string[];
  readonly nullsNotDistinct: boolean;
  /** Whether the last column is a range that must not overlap, instead of being different. */
  readonly withoutOverlaps: boolean;
}

/** As an index has it: `(a, b) INCLUDE (c) NULLS NOT DISTINCT`. */
export function keyColumns({ columns, include, nullsNotDistinct }: KeyDefinition): string {
  const clauses = [columnList(columns), ...includeClause(include)];
  return [...clauses, ...(nullsNotDistinct ? ['NULLS NOT DISTINCT'] : [])].join(' ');
}

/** What a key is where nobody has said more than its columns. */
export const USUAL_KEY = {
  ...USUAL_INDEX,
  include: [],
  nullsNotDistinct: false,
  withoutOverlaps: false,
  deferrable: false,
  deferred: false,
  indexComment: null,
} satisfies Partial<KeyDefinition>;

/** `(a, b)` */
export function columnList(columns: readonly string[]): string {
  return `(${columns.map(quoteIdentifier).join(', ')})`;
}

export function includeClause(columns: readonly string[]): readonly string[] {
  return columns.length === 0 ? [] : [`INCLUDE ${columnList(columns)}`];
}
