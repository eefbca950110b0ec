// From a search to its hits: the vector of the query, the nearest chunks, and what a hit shows.

import type { Database } from 'plinth';
import { searchChunks } from '../db/document-search.js';
import { TOP_K } from '../limits.js';
import type { DocumentHit, DocumentSearch } from '../schemas/document-search.js';
import type { DocumentTools } from './embed-document.js';
import { embedTexts } from './embed-texts.js';
import { hitsOf } from './hits-of.js';

/**
 * The hits with the highest scores, the highest first.
 *
 * @param db The scope of the tenant.
 * @throws ProblemError 502 and 503 where there is no vector of the query.
 */
export async function searchDocuments(
  db: Database,
  search: DocumentSearch,
  tools: Pick<DocumentTools, 'embedder' | 'exactUpTo'>,
  signal?: AbortSignal,
): Promise<DocumentHit[]> {
  const { top_k: topK = TOP_K.default, filter, minimum_score: minimum = -1 } = search;
  const query = 'query' in search ? search.query : undefined;
  const asked = { ...(await vectorOf(search, tools, signal)), topK, filter };
  const found = await searchChunks(db, asked, tools.exactUpTo);
  return await hitsOf(found, query, minimum);
}

/** Before anything of the database is held: an embedder may take its time. */
async function vectorOf(
  search: DocumentSearch,
  { embedder }: Pick<DocumentTools, 'embedder'>,
  signal: AbortSignal | undefined,
) {
  if ('vector' in search) {
    const { vector, embedding_model: embeddingModel = embedder.model } = search;
    return { vector, embeddingModel };
  }
  const [vector = []] = await embedTexts(embedder, [search.query], signal);
  return { vector, embeddingModel: embedder.model };
}
