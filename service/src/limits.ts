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
  /** After trimming. */
  documentTitle: { min: 1, max: 255 },
  /** A whole text; what a request may hold of it is bounded by its bytes, too. */
  documentContent: { min: 1, max: 200_000 },
  embeddingModel: { min: 1, max: 200 },
  /** One that the caller made; those made here have DOCUMENT_CHUNK_SIZE. */
  chunkText: { min: 1, max: 8000 },
  /** What documents are looked for with. */
  documentQuery: { min: 1, max: 2000 },
  /** Words to look for. */
  search: { min: 1, max: 200 },
  /** What a column of audit rows is compared with. */
  auditFilter: { min: 1, max: 255 },
} as const satisfies Record<string, TextLimits>;

/**
 * Longest JSON of a value, in bytes. A page of a list holds up to 200 rows, so what a row may hold
 * bounds what one request may cost.
 */
export const JSON_BYTES = {
  context: 131_072,
  preferences: 32_768,
  documentMetadata: 8192,
} as const;

/** How many dimensions the vectors of chunks have. */
export const EMBEDDING_DIMENSIONS = 384;

/** How many chunks a document has: those that a caller made, and those of a text. */
export const CHUNKS = { maxGiven: 200, max: 1000 } as const;

/** Largest body with a document, in bytes: 200 chunks with their vectors, or a text with escapes. */
export const DOCUMENT_BODY_LIMIT = 4_194_304;

/** How many hits a search gives. */
export const TOP_K = { min: 1, max: 100, default: 10 } as const;

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
