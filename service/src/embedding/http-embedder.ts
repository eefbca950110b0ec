// An embedder behind an OpenAI-compatible endpoint: texts go out in batches, and what fails for a
// moment is asked for again. The key goes into one header field, and nowhere else.

import { setTimeout as delay } from 'node:timers/promises';
import { backOff } from 'exponential-backoff';
import { type Embedder, EmbeddingFailed } from './embedder.js';
import { requestEmbeddings } from './request-embeddings.js';

export interface HttpEmbedderOptions {
  /** The base of the API, such as `https://api.openai.com/v1`; `/embeddings` is added to it. */
  readonly url: URL;
  /** As the endpoint names it. */
  readonly model: string;
  /** A secret. */
  readonly apiKey: string | undefined;
  /** Longest time for one answer. Default: 30,000. */
  readonly timeoutMs?: number;
  /** Most texts of one request. Default: 64. */
  readonly batchSize?: number;
  /** Whether the endpoint is asked for vectors of this length; not all know how. Default: false. */
  readonly sendsDimensions?: boolean;
  /** Before the second attempt; it doubles with each one. Default: 250. */
  readonly firstPauseMs?: number;
}

/** How often one batch is asked for. */
const ATTEMPTS = 4;
const LONGEST_PAUSE_MS = 4_000;
/** An endpoint that wants to be left alone for longer is not waited for. */
const LONGEST_RETRY_AFTER_S = 10;

/** Asks the endpoint at each call; it keeps nothing. */
export function httpEmbedder(options: HttpEmbedderOptions): Embedder {
  const { model, batchSize = 64, firstPauseMs = 250 } = options;
  return {
    model,
    embed: async (texts, signal) => {
      const vectors: (readonly number[])[] = [];
      for (let start = 0; start < texts.length; start += batchSize) {
        const batch = texts.slice(start, start + batchSize);
        const request = async () => await requestEmbeddings(batch, options, signal);
        vectors.push(...(await tryAgain(request, firstPauseMs, signal)));
      }
      return vectors;
    },
  };
}

async function tryAgain<Result>(
  request: () => Promise<Result>,
  startingDelay: number,
  signal: AbortSignal | undefined,
): Promise<Result> {
  return await backOff(request, {
    numOfAttempts: ATTEMPTS,
    startingDelay,
    maxDelay: LONGEST_PAUSE_MS,
    jitter: 'full',
    retry: async (error: unknown) => {
      if (!(error instanceof EmbeddingFailed) || error.kind !== 'unavailable') return false;
      const { retryAfterSeconds = 0 } = error;
      if (retryAfterSeconds > LONGEST_RETRY_AFTER_S) return false;
      await pause(retryAfterSeconds * 1000, signal);
      return !(signal?.aborted ?? false);
    },
  });
}

/** Ends early when nobody waits for the answer any more. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (ms === 0) return;
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}
