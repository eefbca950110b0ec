import { describe, expect, it } from 'vitest';
import { readSettings } from '../src/settings.js';
import { good, sendJson, useEmbeddingEndpoint } from './support/embedding-endpoint.js';
import { expectProblem } from './support/service.js';
import { tenantCaller, useTenantService, VECTOR_DATABASE } from './support/tenant-service.js';

const PATH = '/api/documents';
const acme = tenantCaller('acme');
const BODY = { title: 'A', text: 'One sentence.' };

describe('documents with an endpoint that makes vectors', () => {
  const endpoint = useEmbeddingEndpoint();
  const { documents } = readSettings({});
  const service = useTenantService(VECTOR_DATABASE, {
    documents: {
      ...documents,
      get endpoint() {
        return { url: endpoint.url, model: 'small', apiKey: 'hush', firstPauseMs: 1 };
      },
    },
  });

  it('keeps and finds by its vectors', async () => {
    const made = await service.call(acme, 'POST', PATH, BODY);
    expect(made.status, made.text).toBe(201);
    expect(JSON.parse(made.text)).toMatchObject({ embedding_model: 'small', chunk_count: 1 });
    const found = await service.call(acme, 'POST', `${PATH}/search`, { query: 'x'.repeat(13) });
    expect(JSON.parse(found.text)).toMatchObject([{ title: 'A', score: 1 }]);
  });

  it.each([
    ['is away', sendJson('hush', 503), 503, /small gives no vectors at the moment/],
    ['wants to be left alone', sendJson('', 429, { 'retry-after': '99' }), 503, /at the moment/],
    ['is set wrong', sendJson('hush', 401), 502, /small gives no vectors that can be used/],
  ])('says so where it %s, and keeps nothing', async (_what, responder, status, detail) => {
    endpoint.respond(responder);
    const title = status === 503 ? 'Service Unavailable' : 'Bad Gateway';
    for (const [path, body] of [
      [PATH, BODY],
      [`${PATH}/search`, { query: 'a' }],
    ] as const) {
      const answer = await service.call(acme, 'POST', path, body, { 'idempotency-key': 'again' });
      expectProblem(answer, status, title);
      expect(answer.text).toMatch(detail);
      expect(answer.text).not.toMatch(/hush|127\.0\.0\.1/);
      const retryAfter = Number(answer.headers.get('retry-after'));
      expect(retryAfter).toBeGreaterThanOrEqual(status === 503 ? 5 : 0);
    }
    expect((await service.call(acme, 'GET', `${PATH}?limit=2`)).text).toMatch(/^\[\{[^[]*\}\]$/);
  });

  it('is not asked again for a request that was answered', async () => {
    const key = { 'idempotency-key': 'once' };
    const first = await service.call(acme, 'POST', PATH, BODY, key);
    const asked = endpoint.asked.length;
    endpoint.respond(sendJson('', 500), good);
    const again = await service.call(acme, 'POST', PATH, BODY, key);
    expect(again.text).toBe(first.text);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(endpoint.asked).toHaveLength(asked);
  });

  it.each([{}, { 'idempotency-key': 'unheld' }])(
    'is asked while no connection is held, %j',
    async (key) => {
      // The embedded database has one connection: were it held, this read would wait for its end.
      let read: Promise<unknown> | undefined;
      endpoint.respond((asked, response) => {
        read = service.call(acme, 'GET', PATH);
        read.then(
          () => good(asked, response),
          () => response.destroy(),
        );
      });
      expect((await service.call(acme, 'POST', PATH, BODY, key)).status).toBe(201);
      expect(await read).toMatchObject({ status: 200 });
    },
  );
});
