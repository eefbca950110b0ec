// The embedder that the settings ask for, and what a start says of it.

import type { Embedder } from './embedder.js';
import type { DocumentSettings } from './embedding-settings.js';
import { hashingEmbedder } from './hashing-embedder.js';
import { httpEmbedder } from './http-embedder.js';

export function chooseEmbedder({ endpoint }: Pick<DocumentSettings, 'endpoint'>): Embedder {
  return endpoint === undefined ? hashingEmbedder : httpEmbedder(endpoint);
}

/** One line for the banner; never a URL or a key. */
export function describeEmbedder(embedder: Embedder): string {
  return embedder === hashingEmbedder
    ? `embedded by ${embedder.model}, which finds words and no meaning; set EMBEDDING_URL for a model`
    : `embedded by ${embedder.model}`;
}
