// One request for embeddings in OpenAI's form, from the texts to checked unit vectors. It tries once.

import { z } from 'zod';
import { EMBEDDING_DIMENSIONS } from '../limits.js';
import { EmbeddingFailed } from './embedder.js';
import type { HttpEmbedderOptions } from './http-embedder.js';
import { readBounded } from './read-bounded.js';
import { toUnitVector } from './unit-vector.js';

/** More than any vector of this length needs, however it is written. */
const BYTES_OF_A_VECTOR = 64 * EMBEDDING_DIMENSIONS;
const BYTES_BESIDE = 65_536;

const answerSchema = z.object({
  data: z.array(z.object({ index: z.int().min(0), embedding: z.array(z.number()) })),
});

/** @throws EmbeddingFailed; the signal's reason when it aborts. */
export async function requestEmbeddings(
  texts: readonly string[],
  options: HttpEmbedderOptions,
  signal: AbortSignal | undefined,
): Promise<readonly (readonly number[])[]> {
  const { timeoutMs = 30_000 } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(endpointOf(options), {
      ...requestOf(texts, options),
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    await expectOk(response);
    const atMost = BYTES_BESIDE + texts.length * BYTES_OF_A_VECTOR;
    return readVectors(await readBounded(response, atMost), texts.length, options);
  } catch (error) {
    if (error instanceof EmbeddingFailed) throw error;
    if (signal?.aborted === true) throw signal.reason;
    if (timeout.aborted) {
      throw new EmbeddingFailed(
        'unavailable',
        `it gave no answer in ${Math.ceil(timeoutMs / 100) / 10} s`,
      );
    }
    throw new EmbeddingFailed('unavailable', `it could not be reached${reasonOf(error)}`);
  }
}

function endpointOf({ url }: HttpEmbedderOptions): URL {
  const endpoint = new URL(url);
  endpoint.pathname = `${url.pathname.replace(/\/+$/, '')}/embeddings`;
  return endpoint;
}

function requestOf(
  texts: readonly string[],
  { model, apiKey, sendsDimensions = false }: HttpEmbedderOptions,
): RequestInit {
  const dimensions = sendsDimensions ? { dimensions: EMBEDDING_DIMENSIONS } : {};
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    body: JSON.stringify({ model, input: texts, encoding_format: 'float', ...dimensions }),
    // Nobody else gets the texts, or the key.
    redirect: 'manual',
  };
}

async function expectOk(response: Response): Promise<void> {
  const { status } = response;
  if (status === 200) return;
  // What it says may repeat a text or the key, so it is not even read.
  await response.body?.cancel();
  const isPassing = status === 408 || status === 429 || status >= 500;
  const kind = isPassing ? 'unavailable' : 'unusable';
  const retryAfterSeconds = readRetryAfter(response.headers.get('retry-after'));
  throw new EmbeddingFailed(kind, `it answered with status ${status}${meaningOf(status)}`, {
    retryAfterSeconds,
  });
}

function meaningOf(status: number): string {
  if (status === 400 || status === 422) {
    return '; see EMBEDDING_MODEL, EMBEDDING_DIMENSIONS_PARAMETER and DOCUMENT_CHUNK_SIZE';
  }
  if (status === 413) return '; see EMBEDDING_BATCH_SIZE and DOCUMENT_CHUNK_SIZE';
  if (status === 401 || status === 403) return '; see EMBEDDING_API_KEY';
  if (status === 404) return '; see EMBEDDING_URL and EMBEDDING_MODEL';
  if (status >= 300 && status < 400) return ', a redirect; set EMBEDDING_URL to where it leads';
  return '';
}

/** Seconds, or a moment (RFC 9110, section 10.2.3). */
function readRetryAfter(field: string | null): number | undefined {
  if (field === null) return undefined;
  if (/^\d{1,9}$/.test(field)) return Number(field);
  const moment = Date.parse(field);
  return Number.isNaN(moment) ? undefined : Math.max(0, Math.ceil((moment - Date.now()) / 1000));
}

function readVectors(
  text: string,
  count: number,
  options: HttpEmbedderOptions,
): readonly (readonly number[])[] {
  const answer = answerSchema.safeParse(parseJson(text));
  if (!answer.success) throw unusable('its answer is no list of embeddings in OpenAI’s form');
  const { data } = answer.data;
  if (data.length !== count) throw unusable(`it gave ${data.length} vectors for ${count} texts`);
  const byIndex = new Map<number, readonly number[]>();
  for (const { index, embedding } of data) {
    if (byIndex.has(index))
      throw unusable(`its answer has more than one vector with index ${index}`);
    byIndex.set(index, embedding);
  }
  return Array.from({ length: count }, (_, index) =>
    checkVector(byIndex.get(index), index, options),
  );
}

function checkVector(
  vector: readonly number[] | undefined,
  index: number,
  { sendsDimensions = false }: HttpEmbedderOptions,
): readonly number[] {
  if (vector === undefined) throw unusable(`its answer has no vector with index ${index}`);
  if (vector.length !== EMBEDDING_DIMENSIONS) {
    const advice = sendsDimensions
      ? ', which it was asked for; choose an EMBEDDING_MODEL that can make such'
      : '; choose an EMBEDDING_MODEL that has as many, or set EMBEDDING_DIMENSIONS_PARAMETER';
    throw unusable(
      `its vectors have ${vector.length} dimensions, and the table has ${EMBEDDING_DIMENSIONS}${advice}`,
    );
  }
  const unit = toUnitVector(vector);
  if (unit === undefined) throw unusable(`the vector with index ${index} is all zeros`);
  return unit;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw unusable('its answer is no JSON');
    throw error;
  }
}

function unusable(message: string): EmbeddingFailed {
  return new EmbeddingFailed('unusable', message);
}

/** The system's word for it, such as ECONNREFUSED; a message would name the address. */
function reasonOf(error: unknown): string {
  for (let link = error; link instanceof Error; link = link.cause) {
    if ('code' in link && typeof link.code === 'string') return ` (${link.code})`;
  }
  return '';
}
