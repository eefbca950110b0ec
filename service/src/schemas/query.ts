// Schemas for values that arrive as text in a URL and are documented as what they mean.

import { z } from 'zod';
import { MAX_INTEGER, PAGE_SIZE } from '../limits.js';

/** How many entries a page of a list has. */
export const limit = digits()
  .transform(Number)
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
  });

/** Where a list goes on. */
export const cursor = z
  .string()
  .max(500, { error: 'is not a cursor of this list' })
  .optional()
  .meta({ description: 'Where to go on; take it from the Link header of the page before.' });

/** A moment to filter by. */
export function moment(description: string) {
  return z.iso
    .datetime({ offset: true, error: 'must be a moment as RFC 3339 has it, with an offset' })
    .refine(isReadable, { error: 'must be a moment as RFC 3339 has it, with an offset' })
    .optional()
    .meta({ format: 'date-time', description });
}

/** When the entries of a list were made. */
export const createdWindow = {
  created_after: moment('Only those made at this moment or later.'),
  created_before: moment('Only those made before this moment.'),
};

/** The query of a list. Unknown parameters are refused. */
export const listQuerySchema = z.strictObject({
  limit,
  cursor,
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

/** The query of a route that takes none. */
export const noQuerySchema = z.strictObject({});

/** A path with the id of a task. */
export const taskPathSchema = z.strictObject({
  id: z.guid({ error: 'must be a UUID' }).meta({ format: 'uuid', description: 'Id of the task.' }),
});

/** A path with the id of a todo: its digits as they were sent, of whatever length. */
export const todoPathSchema = z.strictObject({
  id: digits().meta({ type: 'integer', minimum: 1, description: 'Id of the todo.' }),
});

/** What a cursor holds of a list by time: a moment and an id that PostgreSQL can read. */
export const timePositionSchema = z.tuple([
  z.iso.datetime({ offset: true, precision: 6 }).refine(isReadable),
  z.guid(),
]);

/** What a cursor of the todos holds. */
export const todoPositionSchema = z.tuple([
  digits()
    .transform(Number)
    .refine((value) => value <= MAX_INTEGER),
]);

// PostgreSQL has no year 0, no offset of 16 hours, and no more digits than it was made for.
function isReadable(moment: string): boolean {
  return !/^0000|\.\d{10}|[+-](?:1[6-9]|2\d):\d\d$/.test(moment);
}

function digits() {
  return z
    .string()
    .refine((value) => /^\d+$/.test(value), { error: 'must be a whole number', abort: true });
}
