import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { text } from 'node:stream/consumers';
import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemDetails } from './problem-details.js';
import { serverOptions } from './server-options.js';

const logged: { readonly reqId?: string; readonly err?: { readonly message: string } }[] = [];
const app = fastify({
  ...serverOptions(),
  logger: { level: 'warn', stream: { write: (line: string) => logged.push(JSON.parse(line)) } },
});
let url = '';

beforeAll(async () => {
  await app.register(problemDetails);
  const respond500 = { 500: { type: 'object', properties: { only: { type: 'string' } } } };
  app.get('/boom', { schema: { response: respond500 } }, () => {
    throw new Error('kaboom of table secrets');
  });
  app.get('/things/:id', async () => ({}));
  app.post('/things', async () => ({}));
  url = await app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => app.close());

async function sendRaw(request: string): Promise<string> {
  const socket = connectSocket(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(request);
  return await text(socket);
}

describe('problemDetails', () => {
  it('answers an unexpected error without its words, whatever the response schema', async () => {
    const response = await fetch(`${url}/boom`);
    const body = await response.text();
    expect(response.status).toBe(500);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body).not.toContain('kaboom');
    const requestId = response.headers.get('x-request-id') ?? '';
    expect(JSON.parse(body)).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      detail: 'An unexpected error occurred; the log has it under this instance.',
      instance: `urn:uuid:${requestId}`,
    });
    const record = logged.find(({ reqId }) => reqId === requestId);
    expect(record?.err?.message).toBe('kaboom of table secrets');
  });

  it('never takes a request id from the client', async () => {
    const response = await fetch(`${url}/boom`, { headers: { 'x-request-id': 'mine' } });
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['PUT', '/things', 405, 'OPTIONS, POST'],
    ['PROPFIND', '/things/1', 405, 'GET, HEAD, OPTIONS'],
    ['DELETE', '/things/1?x=1', 405, 'GET, HEAD, OPTIONS'],
    ['PUT', '/th%69ngs', 405, 'OPTIONS, POST'],
    ['PUT', '/things/1%252', 405, 'GET, HEAD, OPTIONS'],
    ['PUT', '/th%2569ngs', 404, null],
    ['PUT', '/th%zzings', 400, null],
    ['OPTIONS', '/things/1', 204, 'GET, HEAD, OPTIONS'],
    ['OPTIONS', '/nothing', 404, null],
    ['POST', '/nothing', 404, null],
  ])('%s %s is %i before its body is looked at', async (method, path, status, allow) => {
    const body = method === 'OPTIONS' ? null : 'odd';
    const headers = { 'content-type': 'text/odd' };
    const response = await fetch(`${url}${path}`, { method, body, headers });
    expect(response.status).toBe(status);
    expect(response.headers.get('allow')).toBe(allow);
  });

  it('answers a path that is too long with 414', async () => {
    const response = await fetch(`${url}/things/${'x'.repeat(501)}`);
    expect(response.status).toBe(414);
  });

  it('answers the asterisk form of OPTIONS', async () => {
    const answer = await sendRaw('OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
  });

  it.each([
    ['no HTTP at all\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nHost: a\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('answers what is no request with a problem: %#', async (request, status) => {
    const [head = '', body = ''] = (await sendRaw(request)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(JSON.parse(body)).toMatchObject({
      status,
      instance: expect.stringMatching(/^urn:uuid:/),
    });
  });
});
