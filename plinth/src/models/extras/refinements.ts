// Extras that say of a constraint or index of Drizzle what its builder cannot. They take the
// builder and stand in its place; PostgreSQL judges whether the two go together.

import type {
  AnyIndexBuilder,
  CheckBuilder,
  ForeignKeyBuilder,
  PgColumn,
  PrimaryKeyBuilder,
  UniqueConstraintBuilder,
} from 'drizzle-orm/pg-core';
import { invalidModel } from '../model-problem.js';
import { asExtra, type Extra, isExtra, type Refinement } from './extra.js';

type KeyBuilder = PrimaryKeyBuilder | UniqueConstraintBuilder;

/**
 * INCLUDE: columns that an index, or the index of a key, holds without searching by them.
 *
 * @example include(uniqueIndex('users_email').on(t.email), t.name)
 */
export function include(
  refined: AnyIndexBuilder | KeyBuilder | Extra,
  ...columns: readonly [PgColumn, ...PgColumn[]]
): Extra {
  return refine(refined, { include: columns.map(({ name }) => name) });
}

/**
 * DEFERRABLE: a key, foreign key or exclusion that may be checked at the end of a transaction.
 *
 * @param initially When it is checked where a transaction does not say. Default: IMMEDIATE, after
 *   each statement.
 */
export function deferrable(
  refined: ForeignKeyBuilder | KeyBuilder | Extra,
  initially: 'IMMEDIATE' | 'DEFERRED' = 'IMMEDIATE',
): Extra {
  return refine(refined, { deferrable: initially });
}

/** NOT VALID: a check or foreign key that holds for new rows and was not tried on old ones. */
export function notValid(refined: CheckBuilder | ForeignKeyBuilder | Extra): Extra {
  return refine(refined, { notValid: true });
}

/** NULLS NOT DISTINCT: a unique index in which NULL is equal to NULL. */
export function nullsNotDistinct(
  refined: AnyIndexBuilder | UniqueConstraintBuilder | Extra,
): Extra {
  return refine(refined, { nullsNotDistinct: true });
}

function refine(refined: object, refinement: Refinement): Extra {
  if (!isExtra(refined)) return asExtra({ kind: 'refined', builder: refined, refinement });
  if (refined.kind === 'refined' || refined.kind === 'exclusion') {
    return asExtra({ ...refined, refinement: { ...refined.refinement, ...refinement } });
  }
  throw invalidModel(
    `${Object.keys(refinement).join()} is said of what is neither a constraint nor an index`,
    'Give it a constraint or an index of Drizzle.',
  );
}
