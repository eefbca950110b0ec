// A vector in requests: checked as a whole, because a report for each of its numbers would help nobody.

import { z } from 'zod';
import { toUnitVector } from '../embedding/unit-vector.js';
import { EMBEDDING_DIMENSIONS } from '../limits.js';

const numbers = z.array(z.number()).length(EMBEDDING_DIMENSIONS);

/** Becomes a unit vector: only its direction counts. */
export const vectorSchema = z
  .unknown()
  .transform((value, context): readonly number[] => {
    const vector = numbers.safeParse(value).data;
    const unit = vector === undefined ? undefined : toUnitVector(vector);
    if (unit !== undefined) return unit;
    context.addIssue(
      vector === undefined
        ? `must be a list of ${EMBEDDING_DIMENSIONS} numbers`
        : 'must hold something else than zeros: it has no direction',
    );
    return z.NEVER;
  })
  .meta({
    type: 'array',
    items: { type: 'number' },
    minItems: EMBEDDING_DIMENSIONS,
    maxItems: EMBEDDING_DIMENSIONS,
    description: 'Of any length but zero; it is kept with length 1.',
  });
