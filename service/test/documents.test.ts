import { describe, expect, it } from 'vitest';
import { EMBEDDING_DIMENSIONS } from '../src/limits.js';
import type { DocumentHit } from '../src/schemas/document-search.js';
import { readVectorSupport } from '../src/vector-support.js';
import { type Answer, expectProblem } from './support/service.js';
import { tenantCaller, useTenantService, VECTOR_DATABASE } from './support/tenant-service.js';

const PATH = '/api/documents';
const SEARCH = `${PATH}/search`;
const NOBODY = '00000000-0000-4000-8000-000000000000';

const HANDBOOK =
  'The printer is on the second floor. It takes paper of two sizes.\n\n' +
  'Holidays are agreed with the team. Whoever is ill calls before nine.';

/** A vector with one number that is not zero. */
function axis(at: number, value = 1): readonly number[] {
  return Array.from({ length: EMBEDDING_DIMENSIONS }, (_, place) => (place === at ? value : 0));
}

describe('documents', () => {
  const service = useTenantService(VECTOR_DATABASE);
  const as =
    (tenant: string) =>
    (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
      service.call(tenantCaller(tenant), method, path, body, headers);

  async function keep(tenant: string, body: object): Promise<Answer> {
    const answer = await as(tenant)('POST', PATH, body);
    expect(answer.status, answer.text).toBe(201);
    return answer;
  }

  async function search(tenant: string, body: object): Promise<readonly DocumentHit[]> {
    const answer = await as(tenant)('POST', SEARCH, body);
    expect(answer.status, answer.text).toBe(200);
    return JSON.parse(answer.text);
  }

  async function chunksOf(tenant: string): Promise<number> {
    const { rows } = await service.db
      .tenant(tenant)
      .execute<{ count: number }>('SELECT count(*)::int AS count FROM document_embeddings');
    return rows[0]?.count ?? Number.NaN;
  }

  it('keeps a text, gives it back, and takes it away with its chunks', async () => {
    const acme = as('keeper');
    const metadata = { kind: 'handbook', year: 2026 };
    const made = await keep('keeper', { title: ' Handbook ', text: HANDBOOK, metadata });
    const path = made.headers.get('location') ?? '';
    expect(path).toBe(`${PATH}/${made.body.id}`);
    expect(made.body).toEqual({
      id: expect.any(String),
      tenant_id: 'keeper',
      title: 'Handbook',
      metadata,
      embedding_model: 'feature-hashing-384',
      chunk_count: 1,
      created_at: expect.any(String),
      text: HANDBOOK,
    });
    const read = await acme('GET', path);
    expect(read.text).toBe(made.text);
    const etag = read.headers.get('etag') ?? '';
    expect(etag).toBe(made.headers.get('etag'));
    expect((await acme('GET', path, undefined, { 'if-none-match': etag })).status).toBe(304);
    expect(await chunksOf('keeper')).toBe(1);
    const stale = await acme('DELETE', path, undefined, { 'if-match': '"stale"' });
    expectProblem(stale, 412, 'Precondition Failed');
    expect((await acme('DELETE', path, undefined, { 'if-match': etag })).status).toBe(204);
    expectProblem(await acme('GET', path), 404, 'Not Found');
    expectProblem(await acme('DELETE', path), 404, 'Not Found');
    expect(await chunksOf('keeper')).toBe(0);
  });

  it('cuts a long text into chunks that overlap, and finds the one that is meant', async () => {
    const sentences = Array.from({ length: 60 }, (_, at) =>
      at === 41
        ? 'The extinguisher hangs beside the printer.'
        : `Sentence number ${at} tells of nothing in particular.`,
    );
    const made = await keep('cutter', { title: 'Long', text: sentences.join(' ') });
    const { chunk_count: count } = JSON.parse(made.text);
    expect(count).toBeGreaterThan(2);
    expect(await chunksOf('cutter')).toBe(count);
    const [hit] = await search('cutter', { query: 'Where is the EXTINGUISHER?', top_k: 1 });
    expect(hit?.text).toContain('extinguisher');
    expect(hit?.snippet).toMatch(/^…?.*extinguisher hangs beside.*…?$/);
    expect(hit?.snippet.length).toBeLessThan(260);
  });

  it('finds the nearest first, at most so many, above a score, by metadata', async () => {
    for (const [title, year] of [
      ['Printers', 2025],
      ['Holidays', 2026],
      ['Printing presses', 2026],
    ] as const) {
      await keep('finder', { title, text: `${title} and more.`, metadata: { year, in: ['a'] } });
    }
    const titles = async (body: object) =>
      (await search('finder', { query: 'printing presses', ...body })).map(({ title }) => title);
    expect(await titles({})).toEqual(['Printing presses', 'Printers', 'Holidays']);
    expect(await titles({ top_k: 2 })).toEqual(['Printing presses', 'Printers']);
    expect(await titles({ filter: { year: 2025 } })).toEqual(['Printers']);
    expect(await titles({ filter: { year: 2026, in: ['a'] } })).toHaveLength(2);
    expect(await titles({ filter: { year: 2024 } })).toEqual([]);
    expect(await titles({ minimum_score: 1 })).toEqual([]);
    const [best, second] = await search('finder', { query: 'printing presses' });
    expect(best?.score).toBeGreaterThan(second?.score ?? 1);
    expect(await titles({ minimum_score: best?.score })).toEqual(['Printing presses']);
    expect(best).toEqual({
      document_id: expect.any(String),
      title: 'Printing presses',
      chunk_number: 0,
      score: expect.any(Number),
      snippet: 'Printing presses and more.',
      text: 'Printing presses and more.',
      metadata: { year: 2026, in: ['a'] },
    });
  });

  it('keeps vectors of the caller, whatever their length, and compares those of one model', async () => {
    const made = await keep('vectors', {
      title: 'Given',
      chunks: [
        { text: 'first', embedding: axis(0, 1e-300) },
        { text: 'second', embedding: axis(1, 3.4e38) },
        { text: 'third', embedding: axis(0, -7).with(1, 7) },
      ],
      embedding_model: 'mine',
    });
    expect(JSON.parse(made.text)).toMatchObject({ text: null, embedding_model: 'mine' });
    await keep('vectors', {
      title: 'Other',
      chunks: [{ text: 'other', embedding: axis(0) }],
      embedding_model: 'other',
    });
    const near = async (vector: readonly number[], model = 'mine') =>
      (await search('vectors', { vector, embedding_model: model })).map(({ text, score }) => [
        text,
        score,
      ]);
    const half = Number(Math.SQRT1_2.toFixed(6));
    expect(await near(axis(0, 1e300))).toEqual([
      ['first', 1],
      ['second', 0],
      ['third', -half],
    ]);
    expect(await near(axis(1))).toEqual([
      ['second', 1],
      ['third', half],
      ['first', 0],
    ]);
    expect(await near(axis(0), 'other')).toEqual([['other', 1]]);
    expect(await search('vectors', { vector: axis(0) })).toEqual([]);
    expect(await search('vectors', { query: 'first' })).toEqual([]);
  });

  it.each([
    ['nothing', {}, ['#/title', '#/text']],
    ['no text', { title: 'a' }, ['#/text']],
    ['a blank text', { title: 'a', text: ' \n ' }, ['#/text']],
    ['text and chunks', { title: 'a', text: 'a', chunks: [] }, ['#/chunks']],
    [
      'a vector that is too short',
      { title: 'a', chunks: [{ text: 'a', embedding: [1] }], embedding_model: 'm' },
      ['#/chunks/0/embedding'],
    ],
    [
      'a vector of zeros',
      { title: 'a', chunks: [{ text: 'a', embedding: axis(0, 0) }], embedding_model: 'm' },
      ['#/chunks/0/embedding'],
    ],
    [
      'a vector without end',
      `{"title":"a","embedding_model":"m","chunks":[{"text":"a","embedding":[1e999${',1'.repeat(383)}]}]}`,
      ['#/chunks/0/embedding'],
    ],
    [
      'no model',
      { title: 'a', chunks: [{ text: 'a', embedding: axis(0) }] },
      ['#/embedding_model'],
    ],
    ['no chunk', { title: 'a', chunks: [], embedding_model: 'm' }, ['#/chunks']],
    [
      'metadata that are too large',
      { title: 'a', text: 'a', metadata: { a: 'a'.repeat(8200) } },
      ['#/metadata'],
    ],
    ['a list', [], ['#']],
  ])('refuses to keep %s', async (_name, body, pointers) => {
    const errors = expectProblem(await as('acme')('POST', PATH, body), 400, 'Validation failed');
    expect(errors.map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it.each([
    ['nothing', {}, ['#/query']],
    ['a blank query', { query: ' ' }, ['#/query']],
    ['a query and a vector', { query: 'a', vector: axis(0) }, ['#/vector']],
    ['a vector of zeros', { vector: axis(0, 0) }, ['#/vector']],
    ['a model for a query', { query: 'a', embedding_model: 'm' }, ['#/embedding_model']],
    ['no hits', { query: 'a', top_k: 0 }, ['#/top_k']],
    ['too many hits', { query: 'a', top_k: 101 }, ['#/top_k']],
    ['a score beyond all', { query: 'a', minimum_score: 1.01 }, ['#/minimum_score']],
    ['a filter that is no object', { query: 'a', filter: [] }, ['#/filter']],
  ])('refuses to search for %s', async (_name, body, pointers) => {
    const errors = expectProblem(await as('acme')('POST', SEARCH, body), 400, 'Validation failed');
    expect(errors.map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it.each([
    [PATH, { title: 'a', text: 'a', metadata: [1] }, ['"metadata" must be a JSON object.']],
    [
      PATH,
      { title: 'a', text: 'a', chunks: [], embedding_model: 'm' },
      ['"chunks" must not be empty.', '"text" cannot stand beside "chunks" and "embedding_model".'],
    ],
    [PATH, { title: 'a', text: 'a', other: 1 }, ['"other" is not known.']],
    [
      PATH,
      { title: 'a', text: 'a', chunks: [], other: 1 },
      ['"chunks" cannot stand beside "text".', '"other" is not known.'],
    ],
    [SEARCH, { query: 'a', filter: 'x' }, ['"filter" must be a JSON object.']],
    [SEARCH, { query: 'a', top_k: 1.5 }, ['"top_k" must be a whole number.']],
    [SEARCH, { query: 'a', top_k: '1' }, ['"top_k" must be a number.']],
    [
      PATH,
      { title: 'a', chunks: [] },
      ['"chunks" must not be empty.', '"embedding_model" is required.'],
    ],
    [SEARCH, { query: 'a', vector: axis(0) }, ['"vector" cannot stand beside "query".']],
    [
      SEARCH,
      { query: 'a', embedding_model: 'm' },
      ['"embedding_model" cannot stand beside "query".'],
    ],
  ])('says at %s what is wrong with %j', async (path, body, details) => {
    const errors = expectProblem(await as('acme')('POST', path, body), 400, 'Validation failed');
    expect(errors.map(({ detail }) => detail)).toEqual(details);
  });

  it('takes as many chunks with vectors as it says, and no text of too many', async () => {
    const vector = Array.from({ length: EMBEDDING_DIMENSIONS }, (_, at) => Math.sin(at + 0.1));
    const chunks = Array.from({ length: 200 }, (_, at) => ({ text: `${at}`, embedding: vector }));
    await keep('many', { title: 'Many', chunks, embedding_model: 'm' });
    expect(await chunksOf('many')).toBe(200);
    const body = { title: 'a', chunks: [...chunks, chunks[0]], embedding_model: 'm' };
    const errors = expectProblem(await as('many')('POST', PATH, body), 400, 'Validation failed');
    expect(errors.map(({ pointer }) => pointer)).toEqual(['#/chunks']);
    const large = 'A'.repeat(5_000_000);
    expectProblem(await as('many')('POST', PATH, large), 413, 'Payload Too Large');
  });

  it('lists newest first, without texts', async () => {
    const titles = ['one', 'two', 'three'];
    for (const title of titles) await keep('lister', { title, text: title });
    const seen: string[] = [];
    let next: string | undefined = `${PATH}?limit=2`;
    while (next !== undefined) {
      const page = await as('lister')('GET', next);
      const rows: readonly { readonly title: string }[] = JSON.parse(page.text);
      expect(Object.keys(rows[0] ?? {})).not.toContain('text');
      seen.push(...rows.map(({ title }) => title));
      next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
    }
    expect(seen).toEqual(titles.toReversed());
    const future = await as('lister')('GET', `${PATH}?created_after=2999-01-01T00:00:00Z`);
    expect(future.text).toBe('[]');
    const past = await as('lister')('GET', `${PATH}?created_before=2999-01-01T00:00:00Z`);
    expect(JSON.parse(past.text)).toHaveLength(3);
  });

  it('is one tenant’s', async () => {
    const made = await keep('acme', { title: 'Secret plans', text: 'Secret plans of acme.' });
    const path = made.headers.get('location') ?? '';
    const globex = as('globex');
    expectProblem(await globex('GET', path), 404, 'Not Found');
    expectProblem(await globex('DELETE', path), 404, 'Not Found');
    expect(await search('globex', { query: 'secret plans' })).toEqual([]);
    expect((await globex('GET', PATH)).text).toBe('[]');
    expectProblem(await globex('GET', `${PATH}/${NOBODY}`), 404, 'Not Found');
    expect((await as('acme')('GET', path)).status).toBe(200);
  });

  it('keeps it once for each key', async () => {
    const key = { 'idempotency-key': 'keep-once' };
    const body = { title: 'Once', text: 'Once upon a time.' };
    const answers = await Promise.all([1, 2, 3].map(() => as('once')('POST', PATH, body, key)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    const other = await as('once')('POST', PATH, { title: 'Twice', text: 'Twice.' }, key);
    expectProblem(other, 422, 'Unprocessable Entity');
    expect(await chunksOf('once')).toBe(1);
  });

  it('asks for the scope that fits', async () => {
    const reader = { tenant: 'acme', scopes: ['tenant:read'] } as const;
    const writer = { tenant: 'acme', scopes: ['tenant:write'] } as const;
    const body = { title: 'a', text: 'a' };
    expectProblem(await service.call(reader, 'POST', PATH, body), 403, 'Forbidden');
    expect((await service.call(reader, 'POST', SEARCH, { query: 'a' })).status).toBe(200);
    expectProblem(await service.call(writer, 'GET', PATH), 403, 'Forbidden');
    expectProblem(await service.call(writer, 'POST', SEARCH, { query: 'a' }), 403, 'Forbidden');
    expectProblem(
      await service.call(undefined, 'POST', SEARCH, { query: 'a' }),
      401,
      'Unauthorized',
    );
  });
});

describe('documents on a server', () => {
  const service = useTenantService('server');

  it('are refused without pgvector, with the name of its package; the rest is served', async () => {
    const caller = tenantCaller('acme');
    const support = await readVectorSupport(service.db.engine);
    for (const [method, path, body] of [
      ['GET', PATH, undefined],
      ['POST', PATH, { title: 'a', text: 'a' }],
      ['POST', SEARCH, { query: 'a' }],
      ['DELETE', `${PATH}/${NOBODY}`, undefined],
    ] as const) {
      const answer = await service.call(caller, method, path, body);
      // The server of the tests has none; another one may.
      expect(answer.status === 503, answer.text).toBe(support.kind === 'missing');
      if (answer.status === 503) {
        expectProblem(answer, 503, 'Service Unavailable');
        expect(answer.text).toMatch(/postgresql-\d+-pgvector/);
      }
    }
    expect((await service.call(caller, 'GET', '/api/enhancements')).status).toBe(200);
  });
});
