// The rules for lengths, in Unicode code points, as PostgreSQL's char_length and JSON Schema's
// maxLength count. Requests and models read them here; the revisions repeat them as SQL, and a
// test holds the database against this file.

export interface TextLimits {
  readonly min: number;
  readonly max: number;
}

export const LIMITS = {
  /** After trimming. */
  taskTitle: { min: 1, max: 200 },
  taskDescription: { min: 0, max: 2000 },
  todoDescription: { min: 1, max: 500 },
} as const satisfies Record<string, TextLimits>;

/** How many rows a page of a list has. */
export const PAGE_SIZE = { min: 1, max: 200, default: 50 } as const;
