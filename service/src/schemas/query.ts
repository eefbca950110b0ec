// Schemas for values that arrive as text in a URL and are documented as what they mean.

import { z } from 'zod';
import { PAGE_SIZE } from '../limits.js';

/** The query of a list. Unknown parameters are refused. */
export const listQuerySchema = z.strictObject({
  limit: digits()
    .refine((value) => value >= PAGE_SIZE.min && value <= PAGE_SIZE.max, {
      error: `must be a whole number from ${PAGE_SIZE.min} to ${PAGE_SIZE.max}`,
    })
    .optional()
    .meta({
      type: 'integer',
      minimum: PAGE_SIZE.min,
      maximum: PAGE_SIZE.max,
      // Zod leaves a default out where a value is transformed.
      description: `Most entries of one page; ${PAGE_SIZE.default} where it is not given.`,
    }),
  cursor: z
    .string()
    .max(500, { error: 'is not a cursor of this list' })
    .optional()
    .meta({ description: 'Where to go on; take it from the Link header of the page before.' }),
  completed: z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional()
    .meta({
      type: 'boolean',
      enum: [true, false],
      description: 'Only entries that are, or are not, completed.',
    }),
});

export type ListQuery = z.infer<typeof listQuerySchema>;

/** A path with the id of a task. */
export const taskPathSchema = z.strictObject({
  id: z.guid({ error: 'must be a UUID' }).meta({ format: 'uuid', description: 'Id of the task.' }),
});

/** A path with the id of a todo. */
export const todoPathSchema = z.strictObject({
  id: digits().meta({ type: 'integer', minimum: 1, description: 'Id of the todo.' }),
});

function digits() {
  return z
    .string()
    .refine((value) => /^\d+$/.test(value), { error: 'must be a whole number', abort: true })
    .transform(Number);
}
