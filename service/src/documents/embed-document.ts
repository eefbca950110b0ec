// From a request to a document that can be kept: its text in chunks, each with its vector.

import { ProblemError } from 'plinth/fastify';
import type { EmbeddedDocument } from '../db/documents.js';
import type { Embedder } from '../embedding/embedder.js';
import { CHUNKS } from '../limits.js';
import type { NewDocument } from '../schemas/document.js';
import { type ChunkSizes, chunkText } from './chunk-text.js';
import { embedTexts } from './embed-texts.js';

export interface DocumentTools {
  readonly embedder: Embedder;
  readonly chunks: ChunkSizes;
  /** A tenant with more chunks is searched by the index. */
  readonly exactUpTo: number;
}

/**
 * @throws ProblemError 413 for a text of too many chunks, 502 and 503 where there are no vectors.
 */
export async function embedDocument(
  body: NewDocument,
  { embedder, chunks: sizes }: Pick<DocumentTools, 'embedder' | 'chunks'>,
  signal?: AbortSignal,
): Promise<EmbeddedDocument> {
  const { title, metadata = {} } = body;
  if ('chunks' in body) {
    const { chunks, embedding_model: embeddingModel } = body;
    return { title, text: null, metadata, embeddingModel, chunks };
  }
  const texts = chunkText(body.text, sizes);
  if (texts.length > CHUNKS.max) throw tooManyChunks(texts.length);
  const vectors = await embedTexts(embedder, texts, signal);
  const chunks = texts.map((text, at) => ({ text, embedding: vectors[at] ?? [] }));
  return { title, text: body.text, metadata, embeddingModel: embedder.model, chunks };
}

function tooManyChunks(count: number): ProblemError {
  const detail = `The text makes ${count} chunks, and a document has at most ${CHUNKS.max}; send it in parts.`;
  return new ProblemError({ status: 413, detail });
}
