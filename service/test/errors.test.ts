import { BODY_LIMIT } from 'plinth/fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATABASES, expectProblem, useService } from './support/service.js';

describe.each(DATABASES)('errors on the %s database', (kind) => {
  const service = useService(kind);

  it.each([
    ['not JSON', '{"title":'],
    ['an empty body', ''],
    ['a poisoned prototype', '{"title":"a","__proto__":{"admin":true}}'],
    ['a poisoned constructor', '{"title":"a","constructor":{"prototype":{"admin":true}}}'],
  ])('%s is 400', async (_name, body) => {
    const answer = await service.call('POST', '/api/tasks', body, {
      'content-type': 'application/json',
    });
    expectProblem(answer, 400, 'Bad Request');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'nonsense'])(
    '%s is 415',
    async (type) => {
      for (const [method, path] of [
        ['POST', '/api/tasks'],
        ['PATCH', '/api/todos/1'],
      ] as const) {
        const answer = await service.call(method, path, '{"title":"a"}', { 'content-type': type });
        expectProblem(answer, 415, 'Unsupported Media Type');
      }
    },
  );

  it('takes application/json with parameters', async () => {
    const type = { 'content-type': 'application/json; charset=utf-8' };
    expect((await service.call('POST', '/api/tasks', '{"title":"a"}', type)).status).toBe(201);
  });

  it.each([
    ['another charset', { 'content-type': 'application/json; charset=iso-8859-1' }, 415],
    ['a content encoding', { 'content-encoding': 'gzip' }, 415],
  ])('%s is refused rather than misread', async (_name, headers, status) => {
    const type = { 'content-type': 'application/json', ...headers };
    const answer = await service.call('POST', '/api/todos', '{"description":"a"}', type);
    expect(answer.status).toBe(status);
  });

  it('bytes that are not UTF-8 are refused, and nothing like them is stored', async () => {
    const response = await fetch(`${service.url}/api/todos`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from([...Buffer.from('{"description":"'), 0xff, 0xfe, ...Buffer.from('"}')]),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ detail: 'The body is not valid UTF-8.' });
  });

  it('a DELETE may name the content type of a body it does not have', async () => {
    const type = { 'content-type': 'application/json' };
    const created = await service.call('POST', '/api/todos', '{"description":"a"}', type);
    const path = created.headers.get('location') ?? '';
    expect((await service.call('DELETE', path, '', type)).status).toBe(204);
  });

  it('a body over 1 MiB is 413, one of 1 MiB is read', async () => {
    const fill = (size: number) => `{"title":"${'a'.repeat(size - '{"title":""}'.length)}"}`;
    const large = await service.call('POST', '/api/tasks', fill(BODY_LIMIT + 1));
    expectProblem(large, 413, 'Payload Too Large');
    const fits = await service.call('POST', '/api/tasks', fill(BODY_LIMIT));
    expectProblem(fits, 400, 'Validation failed');
  });

  it.each(['/', '/api', '/api/tasks/a/b', '/API/tasks', '/health/', '/.env'])(
    '%s is 404',
    async (path) => {
      expectProblem(await service.call('GET', path), 404, 'Not Found');
    },
  );

  it.each([
    ['PUT', '/api/tasks', 'GET, HEAD, OPTIONS, POST'],
    ['DELETE', '/api/todos', 'GET, HEAD, OPTIONS, POST'],
    ['POST', '/api/tasks/1', 'DELETE, GET, HEAD, OPTIONS, PATCH'],
    ['PUT', '/api/todos/1', 'DELETE, GET, HEAD, OPTIONS, PATCH'],
    ['POST', '/health', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/health/ready', 'GET, HEAD, OPTIONS'],
    ['POST', '/openapi.json', 'GET, HEAD, OPTIONS'],
    ['PROPFIND', '/api/tasks', 'GET, HEAD, OPTIONS, POST'],
    ['PUT', '/api/t%61sks', 'GET, HEAD, OPTIONS, POST'],
    ['PUT', '/api/t%61sks/1%2F2', 'DELETE, GET, HEAD, OPTIONS, PATCH'],
  ])('%s %s is 405', async (method, path, allow) => {
    const answer = await service.call(method, path, 'odd', { 'content-type': 'text/odd' });
    expectProblem(answer, 405, 'Method Not Allowed');
    expect(answer.headers.get('allow')).toBe(allow);
  });

  it('OPTIONS says what a path takes', async () => {
    const answer = await service.call('OPTIONS', '/api/tasks');
    expect([answer.status, answer.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS, POST']);
  });

  it('allows no origin unless told', async () => {
    const origin = 'https://app.example.com';
    const { headers } = await service.call('GET', '/api/tasks', undefined, { origin });
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('HEAD is GET without its body', async () => {
    const [get, head] = await Promise.all(
      ['GET', 'HEAD'].map((method) => service.call(method, '/api/todos')),
    );
    expect(head?.status).toBe(200);
    expect(head?.text).toBe('');
    expect(head?.headers.get('content-length')).toBe(get?.headers.get('content-length'));
  });

  it.each(['/api/tasks/%zz', '/%', '/api/%c3%28'])('%s is 400', async (path) => {
    expectProblem(await service.call('GET', path), 400, 'Bad Request');
    // A method that no route takes: the router does not look at its path.
    expectProblem(await service.call('PUT', path), 400, 'Bad Request');
  });

  it.each([
    ['POST', '/api/tasks', { title: 'a' }],
    ['GET', '/api/tasks/00000000-0000-4000-8000-000000000000', undefined],
    ['PATCH', '/api/tasks/00000000-0000-4000-8000-000000000000', {}],
    ['DELETE', '/api/tasks/00000000-0000-4000-8000-000000000000', undefined],
    ['POST', '/api/todos', { description: 'a' }],
    ['GET', '/api/todos/1', undefined],
    ['PATCH', '/api/todos/1', {}],
    ['DELETE', '/api/todos/1', undefined],
  ])('%s %s refuses a query', async (method, path, body) => {
    const answer = await service.call(method, `${path}?verbose=1`, body);
    expect(expectProblem(answer, 400, 'Validation failed')).toEqual([
      { pointer: '#/verbose', detail: 'Query parameter "verbose" is not known.' },
    ]);
  });

  describe('when the database fails', () => {
    beforeAll(() => service.db.engine.query('ALTER TABLE todos RENAME TO elsewhere'));
    afterAll(() => service.db.engine.query('ALTER TABLE elsewhere RENAME TO todos'));

    it('tells the client nothing but where to look', async () => {
      for (const path of ['/api/todos', '/api/todos/1']) {
        const answer = await service.call('GET', path);
        expectProblem(answer, 500, 'Internal Server Error');
        expect(answer.text).not.toContain('todos" does not exist');
      }
    });
  });
});

describe('CORS', () => {
  const origin = 'https://app.example.com';
  const service = useService('embedded', { allowedOrigins: [origin] });
  const ask = (method: string, path: string, from: string, headers = {}) =>
    service.call(method, path, undefined, { origin: from, ...headers });

  it('lets an allowed origin read every answer', async () => {
    for (const [method, path] of [
      ['GET', '/api/tasks'],
      ['GET', '/api/tasks/7'],
      ['PUT', '/api/tasks'],
      ['GET', '/nothing'],
    ] as const) {
      const { headers } = await ask(method, path, origin);
      expect(headers.get('access-control-allow-origin')).toBe(origin);
      expect(headers.get('access-control-expose-headers')).toContain('Link');
    }
  });

  it('answers a preflight', async () => {
    const asked = { 'access-control-request-method': 'PATCH' };
    const { status, headers } = await ask('OPTIONS', '/api/tasks/7', origin, asked);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-methods')).toContain('PATCH');
  });

  it('lets no other origin', async () => {
    const { headers } = await ask('GET', '/api/tasks', 'https://evil.example.com');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});
