import { describe, expect, it } from 'vitest';
import { EmbeddingFailed } from '../src/embedding/embedder.js';
import { type HttpEmbedderOptions, httpEmbedder } from '../src/embedding/http-embedder.js';
import { EMBEDDING_DIMENSIONS } from '../src/limits.js';
import {
  good,
  type Responder,
  sendJson,
  useEmbeddingEndpoint,
  vectorOf,
} from './support/embedding-endpoint.js';

const KEY = 'sk-hush-hush';
const endpoint = useEmbeddingEndpoint();

const failed = (status: number, headers?: Record<string, string>) =>
  sendJson({ error: { message: `${KEY} did not work` } }, status, headers);
const never: Responder = () => undefined;
const cutOff: Responder = (_asked, response) => void response.destroy();

function embedderWith(options: Partial<HttpEmbedderOptions> = {}) {
  const { url } = endpoint;
  return httpEmbedder({ url, model: 'small', apiKey: KEY, firstPauseMs: 1, ...options });
}

async function failureOf(work: Promise<unknown>): Promise<EmbeddingFailed> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof EmbeddingFailed)) throw new Error('it did not fail', { cause: error });
  expect(error.message).not.toContain(KEY);
  expect(error.message).not.toContain('127.0.0.1');
  return error;
}

/** What a vector becomes: the same direction, of length 1. */
function unit(input: string): readonly number[] {
  return vectorOf(input).map((value) => value / 2);
}

describe('the HTTP embedder', () => {
  it('asks in OpenAI’s form, in batches, and puts the answers in order', async () => {
    const texts = ['a', 'bb', 'ccc', 'dddd', 'eeeee'];
    const vectors = await embedderWith({ batchSize: 2 }).embed(texts);
    expect(vectors).toEqual(texts.map(unit));
    expect(endpoint.asked.map(({ body }) => body)).toEqual(
      [['a', 'bb'], ['ccc', 'dddd'], ['eeeee']].map((input) => ({
        model: 'small',
        input,
        encoding_format: 'float',
      })),
    );
    for (const { url, headers } of endpoint.asked) {
      expect(url).toBe('/v1/embeddings');
      expect(headers.authorization).toBe(`Bearer ${KEY}`);
    }
  });

  it('sends dimensions where it is told to, and no key where there is none', async () => {
    await embedderWith({ apiKey: undefined, sendsDimensions: true }).embed(['a']);
    const [asked] = endpoint.asked;
    expect(asked?.body.dimensions).toBe(EMBEDDING_DIMENSIONS);
    expect(asked?.headers.authorization).toBeUndefined();
  });

  it('asks nobody about nothing', async () => {
    expect(await embedderWith().embed([])).toEqual([]);
    expect(endpoint.asked).toEqual([]);
  });

  it.each([
    ['408', failed(408)],
    ['429', failed(429)],
    ['429 that says when', failed(429, { 'retry-after': '0' })],
    ['500', failed(500)],
    ['503', failed(503, { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' })],
    ['a connection that is cut', cutOff],
    [
      'an answer that is cut',
      (_asked, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"data":', () => response.destroy());
      },
    ],
  ] satisfies readonly (readonly [string, Responder])[])(
    'asks again after %s',
    async (_what, bad) => {
      endpoint.respond(bad, bad, good);
      expect(await embedderWith().embed(['a'])).toEqual([unit('a')]);
      expect(endpoint.asked).toHaveLength(3);
    },
  );

  it('asks only for what is missing', async () => {
    endpoint.respond(good, failed(500), good);
    await embedderWith({ batchSize: 1 }).embed(['a', 'bb']);
    expect(endpoint.asked.map(({ body }) => body.input)).toEqual([['a'], ['bb'], ['bb']]);
  });

  it('gives up after a few attempts', async () => {
    endpoint.respond(failed(503));
    const error = await failureOf(embedderWith().embed(['a']));
    expect([error.kind, error.message]).toEqual(['unavailable', 'it answered with status 503']);
    expect(endpoint.asked).toHaveLength(4);
  });

  it('does not wait for long where it is told to', async () => {
    endpoint.respond(failed(429, { 'retry-after': '3600' }));
    const error = await failureOf(embedderWith().embed(['a']));
    expect([error.kind, error.retryAfterSeconds]).toEqual(['unavailable', 3600]);
    expect(endpoint.asked).toHaveLength(1);
  });

  it('does not wait without end for an answer', async () => {
    endpoint.respond(never);
    const error = await failureOf(embedderWith({ timeoutMs: 400 }).embed(['a']));
    expect([error.kind, error.message]).toEqual(['unavailable', 'it gave no answer in 0.4 s']);
    // All attempts together have twice the time of one.
    expect(endpoint.asked).toHaveLength(2);
  });

  it('does not ask again where the pause would take all the time', async () => {
    endpoint.respond(failed(429, { 'retry-after': '4' }));
    const error = await failureOf(embedderWith({ timeoutMs: 2000 }).embed(['a']));
    expect([error.kind, error.retryAfterSeconds]).toEqual(['unavailable', 4]);
    expect(endpoint.asked).toHaveLength(1);
  });

  it('does not pause after the last attempt', { timeout: 8000 }, async () => {
    const bad = failed(500);
    endpoint.respond(bad, bad, bad, failed(429, { 'retry-after': '10' }));
    const error = await failureOf(embedderWith().embed(['a']));
    expect([error.kind, error.retryAfterSeconds]).toEqual(['unavailable', 10]);
    expect(endpoint.asked).toHaveLength(4);
  });

  it('says that nobody is there', async () => {
    const url = new URL('http://127.0.0.1:1/v1');
    const error = await failureOf(embedderWith({ url }).embed(['a']));
    expect(error.kind).toBe('unavailable');
    expect(error.message).toMatch(/^it could not be reached/);
  });

  it('stops when nobody wants the vectors any more', async () => {
    const controller = new AbortController();
    endpoint.respond(() => controller.abort(new Error('gone')));
    const work = embedderWith().embed(['a'], controller.signal);
    await expect(work).rejects.toThrow('gone');
    expect(endpoint.asked).toHaveLength(1);
  });

  const list = (...vectors: readonly unknown[]) =>
    sendJson({ data: vectors.map((embedding, index) => ({ index, embedding })) });

  it.each([
    [
      '400',
      failed(400),
      'status 400; see EMBEDDING_MODEL, EMBEDDING_DIMENSIONS_PARAMETER and DOCUMENT_CHUNK_SIZE',
    ],
    ['413', failed(413), 'status 413; see EMBEDDING_BATCH_SIZE and DOCUMENT_CHUNK_SIZE'],
    ['401', failed(401), 'status 401; see EMBEDDING_API_KEY'],
    ['404', failed(404), 'status 404; see EMBEDDING_URL and EMBEDDING_MODEL'],
    [
      'a redirect',
      sendJson('', 307, { location: 'http://127.0.0.1:1/' }),
      'status 307, a redirect; set EMBEDDING_URL',
    ],
    ['no JSON', sendJson('<html>'), 'its answer is no JSON'],
    ['other JSON', sendJson({ vectors: [] }), 'its answer is no list of embeddings'],
    ['text in place of numbers', list(['1']), 'its answer is no list of embeddings'],
    ['no vector', list(), 'it gave 0 vectors for 1 texts'],
    ['two vectors', list(vectorOf('a'), vectorOf('b')), 'it gave 2 vectors for 1 texts'],
    [
      'a vector of another text',
      sendJson({ data: [{ index: 1, embedding: vectorOf('a') }] }),
      'its answer has no vector with index 0',
    ],
    ['too many dimensions', list(vectorOf('a', 1536)), '1536 dimensions, and the table has 384'],
    ['too many dimensions', list(vectorOf('a', 1536)), 'or set EMBEDDING_DIMENSIONS_PARAMETER'],
    ['zeros', list(vectorOf('a').map(() => 0)), 'the vector with index 0 is all zeros'],
    [
      'numbers without end',
      sendJson(`{"data":[{"index":0,"embedding":[1e999${',0'.repeat(383)}]}]}`),
      'its answer is no list of embeddings',
    ],
    ['more than it should', sendJson('x'.repeat(200_000)), 'its answer is longer than'],
  ])('takes no %s, and asks once', async (_what, responder, message) => {
    endpoint.respond(responder);
    const error = await failureOf(embedderWith().embed(['a']));
    expect(error.kind).toBe('unusable');
    expect(error.message).toContain(message);
    expect(endpoint.asked).toHaveLength(1);
  });

  it('takes no answer with an index twice', async () => {
    const one = { index: 0, embedding: vectorOf('a') };
    endpoint.respond(sendJson({ data: [one, one] }));
    const error = await failureOf(embedderWith().embed(['a', 'b']));
    expect([error.kind, error.message]).toEqual([
      'unusable',
      'its answer has more than one vector with index 0',
    ]);
  });

  it('does not advise what is done already', async () => {
    endpoint.respond(list(vectorOf('a', 1536)));
    const error = await failureOf(embedderWith({ sendsDimensions: true }).embed(['a']));
    expect(error.message).toBe(
      'its vectors have 1536 dimensions, and the table has 384, which it was asked for; ' +
        'choose an EMBEDDING_MODEL that can make such',
    );
  });
});
