// The schema of a header field with entity tags.

import { z } from 'zod';
import { isEntityTags } from './etag.js';

/** If-Match or If-None-Match, where it is sent. */
export function entityTags(description: string) {
  return z
    .string()
    .refine(isEntityTags, { error: 'must be * or a list of entity tags, such as "abc"' })
    .optional()
    .meta({ description });
}
