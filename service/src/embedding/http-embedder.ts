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
  /** Longest time for one answer; a batch with all its attempts has twice as long. Default: 30,000. */
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
/** How many times the longest time for one answer a batch has, with all attempts and pauses. */
const TIMES_OF_A_BATCH = 2;
/** With less than this share of the time for one answer there is no point in another attempt. */
const LEAST_SHARE = 0.1;

/** Asks the endpoint at each call; it keeps nothing. */
export function httpEmbedder(options: HttpEmbedderOptions): Embedder {
  const { model, batchSize = 64 } = options;
  return {
    model,
    embed: async (texts, signal) => {
      const vectors: (readonly number[])[] = [];
      for (let start = 0; start < texts.length; start += batchSize) {
        const batch = texts.slice(start, start + batchSize);
        vectors.push(...(await embedBatch(batch, options, signal)));
      }
      return vectors;
    },
  };
}

async function embedBatch(
  texts: readonly string[],
  options: HttpEmbedderOptions,
  signal: AbortSignal | undefined,
): Promise<readonly (readonly number[])[]> {
  const { timeoutMs = 30_000, firstPauseMs = 250 } = options;
  const end = performance.now() + TIMES_OF_A_BATCH * timeoutMs;
  const timeFor = (pauseMs: number) => Math.min(timeoutMs, end - performance.now() - pauseMs);
  const isTooLate = (pauseMs: number) => timeFor(pauseMs) < LEAST_SHARE * timeoutMs;
  let failure: EmbeddingFailed | undefined;
  const request = async () => {
    // The pause before this attempt may have used the time up.
    if (failure !== undefined && isTooLate(0)) throw failure;
    const attempt = { ...options, timeoutMs: Math.ceil(timeFor(0)) };
    return await requestEmbeddings(texts, attempt, signal);
  };
  return await backOff(request, {
    numOfAttempts: ATTEMPTS,
    startingDelay: firstPauseMs,
    maxDelay: LONGEST_PAUSE_MS,
    jitter: 'full',
    retry: async (error: unknown, attempts: number) => {
      const pauseMs = pauseAfter(error);
      // It is asked after the last attempt, too.
      if (pauseMs === undefined || attempts >= ATTEMPTS || isTooLate(pauseMs)) return false;
      failure = error instanceof EmbeddingFailed ? error : undefined;
      await pause(pauseMs, signal);
      return !(signal?.aborted ?? false);
    },
  });
}

/** How long to leave the endpoint alone at least; `undefined` where it is not asked again. */
function pauseAfter(error: unknown): number | undefined {
  if (!(error instanceof EmbeddingFailed) || error.kind !== 'unavailable') return undefined;
  const { retryAfterSeconds = 0 } = error;
  return retryAfterSeconds > LONGEST_RETRY_AFTER_S ? undefined : retryAfterSeconds * 1000;
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
