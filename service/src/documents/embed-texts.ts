// Asks an embedder, and words its failure for a client. What the embedder said goes to the log.

import { ProblemError, type ProblemFacts } from 'plinth/fastify';
import { type Embedder, EmbeddingFailed } from '../embedding/embedder.js';

const RETRY_AFTER_S = 5;

/**
 * @throws ProblemError 503 where it may go well a little later, 502 where somebody has to change a
 *   setting first.
 */
export async function embedTexts(
  embedder: Embedder,
  texts: readonly string[],
  signal?: AbortSignal,
): Promise<readonly (readonly number[])[]> {
  try {
    return await embedder.embed(texts, signal);
  } catch (error) {
    // Nobody reads the answer to a request that was given up.
    const isGivenUp = signal?.aborted === true;
    if (!isGivenUp && !(error instanceof EmbeddingFailed)) throw error;
    // The log writes the cause behind its message.
    const message = `the embedder ${embedder.model} failed`;
    throw new ProblemError(problemOf(embedder, error), { message, cause: error });
  }
}

function problemOf({ model }: Embedder, error: unknown): ProblemFacts {
  if (error instanceof EmbeddingFailed && error.kind === 'unusable') {
    const detail = `The embedder ${model} gives no vectors that can be used; the log says why.`;
    return { status: 502, detail };
  }
  const seconds = error instanceof EmbeddingFailed ? error.retryAfterSeconds : undefined;
  return {
    status: 503,
    detail: `The embedder ${model} gives no vectors at the moment; try again shortly.`,
    headers: { 'retry-after': String(Math.max(seconds ?? 0, RETRY_AFTER_S)) },
  };
}
