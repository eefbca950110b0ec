// What a search shows of the chunks it found. A hundred long chunks take a while to be read for their
// snippets, and other requests have their turn meanwhile.

import { setImmediate } from 'node:timers/promises';
import type { FoundChunk } from '../db/document-search.js';
import type { DocumentHit } from '../schemas/document-search.js';
import { snippetOf } from './snippet.js';

/** Digits of a score behind the point: float4 has no more that mean anything. */
const SCORE_DIGITS = 6;

/**
 * The hits with a score of at least `minimum`, in the order of the chunks.
 *
 * @param query What the snippets are to show; none for a search by vector.
 */
export async function hitsOf(
  found: readonly FoundChunk[],
  query: string | undefined,
  minimum: number,
): Promise<DocumentHit[]> {
  const hits: DocumentHit[] = [];
  for (const { document_id, title, chunk_number, text, metadata, distance } of found) {
    const score = Number((1 - distance).toFixed(SCORE_DIGITS));
    if (score < minimum) continue;
    if (hits.length > 0) await setImmediate();
    const snippet = snippetOf(text, query);
    hits.push({ document_id, title, chunk_number, score, snippet, text, metadata });
  }
  return hits;
}
