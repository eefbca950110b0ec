// Schemas for text that PostgreSQL can hold, with lengths counted as PostgreSQL counts them.

import { z } from 'zod';
import type { TextLimits } from '../limits.js';

// For those who read the document; requests are checked below, with words of their own.
const STORABLE = '^[^\\u0000]*$';
const STORABLE_NOT_BLANK = '^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$';

/** Text of the given length in code points. */
export function text(limits: TextLimits) {
  return withLimits(z.string(), limits).meta({ pattern: STORABLE });
}

/** Text without white space around it; the length is counted after trimming. */
export function trimmedText(limits: TextLimits) {
  const pattern = limits.min === 0 ? STORABLE : STORABLE_NOT_BLANK;
  return withLimits(z.string().trim(), limits).meta({ pattern });
}

function withLimits(schema: z.ZodString, { min, max }: TextLimits) {
  return schema
    .refine(isStorable, 'must not hold U+0000 or half of a surrogate pair')
    .refine((value) => codePoints(value) >= min, {
      error: min === 1 ? 'must not be empty' : `must be at least ${min} characters long`,
    })
    .refine((value) => codePoints(value) <= max, {
      error: `must be at most ${max} characters long`,
    })
    .meta({ ...(min === 0 ? {} : { minLength: min }), maxLength: max });
}

// U+0000 has no place in PostgreSQL's text, and half of a pair none in UTF-8.
function isStorable(value: string): boolean {
  return !/\0|\p{Surrogate}/u.test(value);
}

function codePoints(value: string): number {
  let count = 0;
  for (const _ of value) count += 1;
  return count;
}
