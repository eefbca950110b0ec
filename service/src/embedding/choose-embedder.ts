// The embedder that the settings ask for, and what a start says of it.

import type { Embedder } from './embedder.js';
import type { DocumentSettings } from './embedding-settings.js';
import { hashingEmbedder } from './hashing-embedder.js';
import { httpEmbedder } from './http-embedder.js';

export function chooseEmbedder({ endpoint }: Pick<DocumentSettings, 'endpoint'>): Embedder {
  return endpoint === undefined ? hashingEmbedder : httpEmbedder(endpoint);
}

/** For the banner; never a URL or a key. */
export function describeEmbedder({ endpoint }: Pick<DocumentSettings, 'endpoint'>): string {
  return endpoint === undefined
    ? `found by their words (${hashingEmbedder.model}); EMBEDDING_URL names a model that finds meaning`
    : `found by the model ${endpoint.model}`;
}
