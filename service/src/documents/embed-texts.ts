// Asks an embedder, and words its failure for a client. What the embedder said goes to the log.

import { ProblemError } from 'plinth/fastify';
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
    const problem = problemOf(embedder, error);
    // The log writes the cause behind it.
    problem.message = `the embedder ${embedder.model} failed`;
    problem.cause = error;
    throw problem;
  }
}

function problemOf({ model }: Embedder, error: unknown): ProblemError {
  if (error instanceof EmbeddingFailed && error.kind === 'unusable') {
    const detail = `The embedder ${model} gives no vectors that can be used; the log says why.`;
    return new ProblemError({ status: 502, detail });
  }
  const seconds = error instanceof EmbeddingFailed ? error.retryAfterSeconds : undefined;
  return new ProblemError({
    status: 503,
    detail: `The embedder ${model} gives no vectors at the moment; try again shortly.`,
    headers: { 'retry-after': String(Math.max(seconds ?? 0, RETRY_AFTER_S)) },
  });
}
