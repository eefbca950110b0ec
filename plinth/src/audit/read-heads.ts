// Heads as a text of JSON: what `plinth audit verify --json` prints. It opens no file.

import { z } from 'zod';
import { PlinthError } from '../errors/index.js';
import type { AuditHead } from './audit-finding.js';

const schema = z.object({
  heads: z.array(
    z.object({
      tenant: z.string().min(1),
      firstSeq: z.int().min(1),
      firstOccurredAt: z.iso.datetime().nullable(),
      seq: z.int().min(1),
      occurredAt: z.iso.datetime(),
      hash: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});

/**
 * The heads of an earlier verification.
 *
 * @param source What messages call the text, such as the path of a file.
 * @throws PlinthError AUDIT_HEADS_INVALID for a text that holds none.
 */
export function readHeads(text: string, source: string): readonly AuditHead[] {
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data.heads;
  throw new PlinthError('AUDIT_HEADS_INVALID', `${source} holds no heads of audit chains`, {
    hint: 'Give it what plinth audit verify --json has printed.',
    details: { source },
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON is told of as what has no heads.
    return undefined;
  }
}
