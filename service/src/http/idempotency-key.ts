// The header field Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07): a string of a
// structured field, in quotes. The bare form that most clients send means the same.

import { z } from 'zod';

const MAX_LENGTH = 255;
/** A string of a structured field (RFC 9651, section 3.3.3). */
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
/** Visible characters, without those that end a value in a structured field. */
const BARE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/;

/** The key of a field; `undefined` where it has neither form. */
export function parseIdempotencyKey(field: string): string | undefined {
  const quoted = QUOTED.exec(field)?.[1]?.replace(/\\(["\\])/g, '$1');
  const key = quoted ?? (BARE.test(field) ? field : '');
  return key.length >= 1 && key.length <= MAX_LENGTH ? key : undefined;
}

/** The header fields of a route that makes something. */
export const idempotencyKeySchema = z.object({
  'idempotency-key': z
    .string()
    .refine((field) => parseIdempotencyKey(field) !== undefined, {
      error: `must be 1 to ${MAX_LENGTH} printable ASCII characters, in quotes or without spaces`,
    })
    .optional()
    .meta({
      description:
        'Chosen by the client, such as a UUID: for 24 hours the same request with the same key is ' +
        'answered with what the first one made.',
    }),
});
