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
  tenantId: { min: 1, max: 100 },
  /** After trimming. */
  tenantName: { min: 1, max: 255 },
  servicedeskUrl: { min: 1, max: 500 },
  ticketId: { min: 1, max: 100 },
  /** A secret that is stored encrypted. */
  secret: { min: 1, max: 4096 },
  llmOutput: { min: 0, max: 50_000 },
  errorMessage: { min: 0, max: 10_000 },
} as const satisfies Record<string, TextLimits>;

/**
 * Longest JSON of a value, in bytes. A page of a list holds up to 200 rows, so what a row may hold
 * bounds what one request may cost.
 */
export const JSON_BYTES = { context: 131_072, preferences: 32_768 } as const;

/** The largest value of an integer column. */
export const MAX_INTEGER = 2_147_483_647;

/**
 * What trimming takes away: ECMAScript's WhiteSpace and LineTerminator (String.prototype.trim), one
 * by one, because what PostgreSQL's own classes hold depends on the locale. For a bracket
 * expression of either language.
 */
export const WHITE_SPACE =
  '\\u0009\\u000A\\u000B\\u000C\\u000D\\u0020\\u00A0\\u1680' +
  '\\u2000\\u2001\\u2002\\u2003\\u2004\\u2005\\u2006\\u2007\\u2008\\u2009\\u200A' +
  '\\u2028\\u2029\\u202F\\u205F\\u3000\\uFEFF';

/** How many rows a page of a list has. */
export const PAGE_SIZE = { min: 1, max: 200, default: 50 } as const;
