import { createSign, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { text } from 'node:stream/consumers';
import { fastify } from 'fastify';
import { exportJWK } from 'jose';
import { problemDetails, serverOptions } from 'plinth/fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { registerAuthentication } from '../src/auth/authentication.js';
import { createAuthenticator } from '../src/auth/create-authenticator.js';
import { callerOf, requireScope, tenantOf } from '../src/auth/guards.js';
import { type RemoteKeyOptions, remoteKeys } from '../src/auth/remote-keys.js';
import { HOSTILE_TOKENS } from './support/hostile-tokens.js';
import {
  type Answering,
  AUDIENCE,
  encodePart,
  IdentityProvider,
  KEY_ALGORITHMS,
  makeKey,
  sign,
  useIdentityProvider,
} from './support/identity-provider.js';
import { type Answer, callUrl, expectProblem, useService } from './support/service.js';

const REALM = 'Bearer realm="plinth"';

function authenticatorOf(provider: IdentityProvider, options: RemoteKeyOptions = {}) {
  // Asked only when a request comes: the provider is started after the tests are collected.
  let authenticator: ReturnType<typeof createAuthenticator> | undefined;
  return {
    authenticate: async (token: string, onOutage?: (cause: unknown) => void) => {
      authenticator ??= createAuthenticator({
        issuer: provider.issuer,
        audience: AUDIENCE,
        findKey: remoteKeys(provider.jwksUrl, options),
      });
      return await authenticator.authenticate(token, onOutage);
    },
  };
}

const logged: string[] = [];

/** An application with a guarded route for each kind of scope, on real HTTP. */
async function listen(provider: IdentityProvider, options: RemoteKeyOptions = {}) {
  const app = fastify({
    ...serverOptions(),
    logger: { level: 'trace', stream: { write: (line: string) => void logged.push(line) } },
  });
  await app.register(problemDetails);
  const authenticator = authenticatorOf(provider, options);
  registerAuthentication(app, { authenticator, required: false });
  app.get('/read', { onRequest: requireScope('tenant:read') }, async (request) => {
    const { subject, userId, scopes } = callerOf(request);
    return { subject, userId, tenant: tenantOf(request), scopes: [...scopes] };
  });
  app.get('/admin', { onRequest: requireScope('admin') }, async () => ({}));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const call = async (path: string, token?: string, scheme = 'Bearer ') => {
    const headers = token === undefined ? {} : { authorization: `${scheme}${token}` };
    return await callUrl(`${url}${path}`, 'GET', undefined, headers);
  };
  return { url, call, close: async () => await app.close() };
}

function useGuardedApp(provider: IdentityProvider) {
  let app: Awaited<ReturnType<typeof listen>> | undefined;
  beforeAll(async () => {
    app = await listen(provider);
  });
  afterAll(async () => await app?.close());
  return {
    get url() {
      return app?.url ?? '';
    },
    call: async (...args: Parameters<Awaited<ReturnType<typeof listen>>['call']>) => {
      if (app === undefined) throw new Error('it exists only inside tests');
      return await app.call(...args);
    },
  };
}

function expectRefused(answer: Answer, challenge: string): void {
  expectProblem(answer, 401, 'Unauthorized');
  expect(answer.headers.get('www-authenticate')).toBe(challenge);
  // What is sent says nothing about keys, claims or checks.
  expect(answer.text).toMatch(/"detail":"(The bearer token is not valid|Send a bearer token)/);
}

const INVALID = `${REALM}, error="invalid_token"`;
const provider = useIdentityProvider();

describe('a token that is accepted', () => {
  const app = useGuardedApp(provider);

  it.each(KEY_ALGORITHMS)('is signed with %s', async (algorithm) => {
    const answer = await app.call('/read', await provider.token({}, algorithm));
    expect(answer.body).toEqual({
      subject: 'ada',
      userId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/),
      tenant: 'acme',
      scopes: ['tenant:read'],
    });
  });

  it.each([
    [{ aud: ['https://other.test', AUDIENCE] }, {}],
    [{ nbf: Math.floor(Date.now() / 1000) + 20 }, {}],
    [{ exp: Math.floor(Date.now() / 1000) + 0.5 + 600 }, {}],
    [{ iat: undefined }, {}],
    [{ sub: 'Zo\u00EB \u{1F431}' }, { subject: 'Zo\u00EB \u{1F431}' }],
    [
      { sub: '3f0e2a30-0000-4000-8000-00000000000a' },
      { userId: '3f0e2a30-0000-4000-8000-00000000000a' },
    ],
    [{ tenant: undefined, tenant_id: 'globex' }, { tenant: 'globex' }],
    [{ tenant: 'acme', tenant_id: 'acme' }, { tenant: 'acme' }],
    [{ scope: 'openid  tenant:read email' }, { scopes: ['tenant:read'] }],
    [{ scope: ['tenant:read', 'admin'] }, { scopes: ['tenant:read', 'admin'] }],
    [
      { scope: 'tenant:write', scopes: ['tenant:read'] },
      { scopes: ['tenant:read', 'tenant:write'] },
    ],
    [{ __proto__: null, constructor: 'x', more: { nested: [1] } }, { tenant: 'acme' }],
  ])('has %j', async (changes, expected) => {
    const answer = await app.call('/read', await provider.token(changes));
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject(expected);
  });

  it.each(['jwt', 'at+jwt', 'application/at+jwt', 'AT+JWT'])('is of type %s', async (typ) => {
    const payload = JSON.stringify(provider.claims());
    const token = await sign(provider.keyOf('ES256'), payload, { typ });
    expect((await app.call('/read', token)).status).toBe(200);
  });

  it.each(['Bearer ', 'bearer ', 'BEARER   '])('comes behind "%s"', async (scheme) => {
    expect((await app.call('/read', await provider.token(), scheme)).status).toBe(200);
  });

  it('has the last of two values for one claim', async () => {
    const twice = JSON.stringify(provider.claims()).replace(/}$/, ',"tenant":"globex"}');
    const answer = await app.call('/read', await sign(provider.keyOf('ES256'), twice));
    expect(answer.body).toMatchObject({ tenant: 'globex' });
  });
});

describe('a token that is refused', () => {
  const app = useGuardedApp(provider);

  it.each(HOSTILE_TOKENS)('%s', async (_name, make) => {
    const token = await make(provider);
    expectRefused(await app.call('/read', token), INVALID);
    expectRefused(await app.call('/admin', token), INVALID);
    expect(logged.join('')).not.toContain(token.split('.')[1] || 'nothing');
  });

  it.each([
    ['nothing', undefined, 'Bearer ', REALM],
    ['Basic', 'YWRhOnB3', 'Basic ', REALM],
    ['a token without a scheme', 'abc.def.ghi', '', REALM],
    ['a scheme without a token', '', 'Bearer', INVALID],
    ['two tokens', 'a b', 'Bearer ', INVALID],
    ['two tokens with a comma', 'a,b', 'Bearer ', INVALID],
    ['a quoted token', '"a"', 'Bearer ', INVALID],
    ['a parameter', 'token="a"', 'Bearer ', INVALID],
    ['bytes of Latin-1', 'caf\u00E9', 'Bearer ', INVALID],
    ['a tab', 'a', 'Bearer\t', REALM],
  ])('%s in the header', async (_name, token, scheme, challenge) => {
    expectRefused(await app.call('/read', token, scheme), challenge);
  });

  async function sendRaw(lines: readonly string[]): Promise<string> {
    const socket = connectSocket(Number(new URL(app.url).port), '127.0.0.1');
    await once(socket, 'connect');
    const head = ['GET /read HTTP/1.1', 'Host: a', 'Connection: close', ...lines, '', ''];
    socket.write(head.join('\r\n'), 'latin1');
    return await text(socket);
  }

  it('two headers, though one of them or both are good', async () => {
    const good = `Authorization: Bearer ${await provider.token()}`;
    expect(await sendRaw([good])).toMatch(/^HTTP\/1\.1 200 /);
    for (const other of [good, 'authorization: Basic YTpi', 'AUTHORIZATION:']) {
      for (const lines of [
        [good, other],
        [other, good],
      ]) {
        const answer = await sendRaw(lines);
        expect(answer).toMatch(/^HTTP\/1\.1 401 /);
        expect(answer).toContain(`www-authenticate: ${INVALID}`);
      }
    }
  });

  it.each([
    ['U+0000', 'Authorization: Bearer a\u0000b', 400],
    ['a header over several lines', 'Authorization: Bearer a\r\n b', 400],
    ['100 kB', `Authorization: Bearer ${'a'.repeat(100_000)}`, 431],
    ['UTF-8', 'Authorization: Bearer \u00D0\u00B0', 401],
  ])('%s', async (_name, line, status) => {
    expect(await sendRaw([line])).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  it('says in the log why, and never what was sent', async () => {
    logged.length = 0;
    const token = await provider.token({ aud: 'https://other.test', sub: 'hush' });
    await app.call('/read', token);
    const log = logged.join('');
    expect(log).toContain('"reason":"ERR_JWT_CLAIM_VALIDATION_FAILED aud"');
    for (const part of [...token.split('.'), 'hush', 'other.test']) expect(log).not.toContain(part);
  });

  it('a scope or a tenant that is missing is 403', async () => {
    const forbidden = `${REALM}, error="insufficient_scope"`;
    for (const [path, changes, scope] of [
      ['/read', { scope: 'admin tenant:write' }, 'tenant:read'],
      ['/read', { scope: undefined }, 'tenant:read'],
      ['/read', { scope: 'TENANT:READ tenant:read\u00A0' }, 'tenant:read'],
      ['/read', { tenant: undefined }, 'tenant:read'],
      ['/admin', { scope: 'tenant:read tenant:write administrator' }, 'admin'],
    ] as const) {
      const answer = await app.call(path, await provider.token(changes));
      expectProblem(answer, 403, 'Forbidden');
      expect(answer.headers.get('www-authenticate')).toBe(`${forbidden}, scope="${scope}"`);
    }
    const admin = await provider.token({ scope: 'admin', tenant: undefined });
    expect((await app.call('/admin', admin)).status).toBe(200);
  });
});

describe('the keys of the provider', () => {
  const own = new IdentityProvider();
  const closing: (() => Promise<void>)[] = [];
  beforeAll(async () => await own.start());
  afterAll(async () => await own.stop());
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    own.answering = 'well';
    own.fetches = 0;
  });
  const start = async (options: RemoteKeyOptions) => {
    const app = await listen(own, options);
    closing.push(app.close);
    return app;
  };

  it('are fetched once, also for many requests at once and for keys that are not known', async () => {
    const app = await start({});
    const token = await own.token();
    const answers = await Promise.all(Array.from({ length: 20 }, () => app.call('/read', token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const stranger = await sign(await makeKey('ES256', 'mine'), JSON.stringify(own.claims()));
    for (let count = 0; count < 5; count += 1) {
      expectRefused(await app.call('/read', stranger), INVALID);
    }
    expect(own.fetches).toBe(1);
  });

  it('are fetched again for one that is new, and an old one that is gone is refused', async () => {
    const app = await start({ cooldown: 0 });
    const before = own.keys;
    const old = await own.token();
    expect((await app.call('/read', old)).status).toBe(200);
    own.keys = [await makeKey('ES256', 'ES256-2')];
    expect((await app.call('/read', await own.token())).status).toBe(200);
    expectRefused(await app.call('/read', old), INVALID);
    own.keys = before;
  });

  it.each<Answering>([
    'with an error',
    'with a page',
    'with other JSON',
    'with a redirect',
    'never',
  ])('answered %s are 503, until they are there', async (answering) => {
    const app = await start({ pause: 0, timeout: 200, maxAge: 0 });
    const token = await own.token();
    own.answering = answering;
    for (const sent of [token, await own.token({ exp: 1 })]) {
      const answer = await app.call('/read', sent);
      expectProblem(answer, 503, 'Service Unavailable');
      expect(answer.headers.get('retry-after')).toBe('5');
      expect(answer.headers.get('www-authenticate')).toBeNull();
    }
    own.answering = 'well';
    expect((await app.call('/read', token)).status).toBe(200);
  });

  it('of a provider that is gone hold for a while; others are 503', async () => {
    const gone = new IdentityProvider();
    await gone.start();
    const token = await gone.token();
    const app = await listen(gone, { pause: 0, cooldown: 0 });
    closing.push(app.close);
    expect((await app.call('/read', token)).status).toBe(200);
    await gone.stop();
    expect((await app.call('/read', token)).status).toBe(200);
    const unknown = await sign(await makeKey('ES256', 'new'), '{}');
    expectProblem(await app.call('/read', unknown), 503, 'Service Unavailable');
  });

  it('that are known count through an outage, which is logged once for each failed fetch', async () => {
    const app = await start({ maxAge: 0, cooldown: 0, pause: 600_000 });
    const token = await own.token();
    expect((await app.call('/read', token)).status).toBe(200);
    own.answering = 'with an error';
    logged.length = 0;
    const answers = await Promise.all(Array.from({ length: 5 }, () => app.call('/read', token)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expectRefused(await app.call('/read', await own.token({ exp: 1 })), INVALID);
    const warnings = logged.filter((line) => line.includes('keys cannot be fetched'));
    expect(warnings).toEqual([expect.stringMatching(/"level":40,.*status 500/)]);
    const unknown = await sign(await makeKey('ES256', 'new'), JSON.stringify(own.claims()));
    expectProblem(await app.call('/read', unknown), 503, 'Service Unavailable');
    expect(own.fetches).toBe(2);
  });

  it('that were fetched too long ago do not count in an outage', async () => {
    const app = await start({ maxAge: 0, pause: 0, keep: 0 });
    const token = await own.token();
    expect((await app.call('/read', token)).status).toBe(200);
    own.answering = 'with an error';
    expectProblem(await app.call('/read', token), 503, 'Service Unavailable');
  });

  it('that cannot be used refuse the tokens that name them, and do not harm others', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const weak = { ...publicKey.export({ format: 'jwk' }), kid: 'weak', alg: 'RS256', kty: 'RSA' };
    const broken = { kty: 'EC', crv: 'P-256', kid: 'broken', alg: 'ES256', x: 'AAAA', y: 'BBBB' };
    const secret = { ...(await exportJWK(own.keyOf('ES256').privateKey)), kid: 'secret' };
    const before = own.keys;
    const damaged = [weak, broken, secret].map((publicJwk) => ({
      ...own.keyOf('ES256'),
      publicJwk,
    }));
    own.keys = [...before, ...damaged];
    const app = await start({ maxAge: 0, pause: 600_000 });
    const header = encodePart({ alg: 'RS256', kid: 'weak', typ: 'JWT' });
    const signed = `${header}.${encodePart(own.claims())}`;
    const signature = createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url');
    expectRefused(await app.call('/read', `${signed}.${signature}`), INVALID);
    for (const kid of ['broken', 'secret']) {
      const named = encodePart({ alg: 'ES256', kid });
      const token = `${named}.${encodePart(own.claims())}.AAAA`;
      expectRefused(await app.call('/read', token), INVALID);
    }
    expect((await app.call('/read', await own.token())).status).toBe(200);
    own.keys = before;
  });

  it('that are damaged refuse their tokens, until they are mended', async () => {
    const app = await start({ pause: 600_000, maxAge: 0 });
    own.answering = 'with damaged keys';
    const token = await own.token();
    expectRefused(await app.call('/read', token), INVALID);
    own.answering = 'well';
    expect((await app.call('/read', token)).status).toBe(200);
  });

  it('that cannot be had are not asked for by each request', async () => {
    const app = await start({ pause: 600_000 });
    own.answering = 'with an error';
    const token = await own.token();
    for (let count = 0; count < 5; count += 1) {
      expect((await app.call('/read', token)).status).toBe(503);
    }
    expect(own.fetches).toBe(1);
  });

  it('weak or of another use verify nothing', async () => {
    const { publicJwk, ...key } = await makeKey('ES256', 'for encryption');
    const before = own.keys;
    own.keys = [...before, { ...key, publicJwk: { ...publicJwk, use: 'enc' } }];
    const app = await start({});
    const token = await sign({ ...key, publicJwk }, JSON.stringify(own.claims()));
    expectRefused(await app.call('/read', token), INVALID);
    own.keys = before;
  });
});

describe('tasks and todos where a token is required', () => {
  const service = useService(
    'embedded',
    {},
    { authenticator: authenticatorOf(provider), required: true },
  );
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  it.each(HOSTILE_TOKENS)('refuse a token %s', async (_name, make) => {
    const headers = bearer(await make(provider));
    expectRefused(await service.call('GET', '/api/tasks', undefined, headers), INVALID);
    expectRefused(await service.call('POST', '/api/todos', '{"oops', headers), INVALID);
  });

  it('refuse no token, before they look at a path, a query or a body', async () => {
    for (const path of ['/api/tasks', '/api/todos', '/api/tasks/none', '/api/todos/1?x=1']) {
      expectRefused(await service.call('GET', path), REALM);
    }
    expectRefused(await service.call('POST', '/api/tasks', 'a'.repeat(2_000_000)), REALM);
    expect((await service.call('HEAD', '/api/tasks')).status).toBe(401);
  });

  it('take any valid token, whatever its scopes and tenant', async () => {
    const headers = bearer(await provider.token({ scope: undefined, tenant: undefined }));
    const created = await service.call('POST', '/api/tasks', { title: 'mine' }, headers);
    expect(created.status).toBe(201);
    expect((await service.call('GET', '/api/tasks', undefined, headers)).status).toBe(200);
  });

  it.each(['/health', '/health/live', '/openapi.json', '/docs'])('%s stays open', async (path) => {
    expect((await service.call('GET', path)).status).toBe(200);
  });
});

describe('tasks and todos where none is', () => {
  const service = useService('embedded');
  it.each(['nonsense', 'Bearer nonsense', 'Basic YTpi'])('do not look at %s', async (value) => {
    const headers = { authorization: value };
    expect((await service.call('GET', '/api/tasks', undefined, headers)).status).toBe(200);
  });
});

describe('what a client can learn beforehand', () => {
  const service = useService('embedded', { allowedOrigins: ['https://app.test'] });

  it('which routes want a token, from OpenAPI', async () => {
    const { text } = await service.call('GET', '/openapi.json');
    const { components, paths } = JSON.parse(text);
    expect(components.securitySchemes).toEqual({
      bearer: expect.objectContaining({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }),
    });
    expect(paths['/api/tasks'].get.security).toEqual([{}, { bearer: [] }]);
    expect(paths['/api/tenants'].get.security).toEqual([{ bearer: ['admin'] }]);
    expect(paths['/api/enhancements'].post.security).toEqual([{ bearer: ['tenant:write'] }]);
    expect(paths['/health'].get.security).toBeUndefined();
  });

  it('why a token was refused, in a browser too', async () => {
    const headers = { origin: 'https://app.test' };
    const refused = await service.call('GET', '/api/tenants', undefined, headers);
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://app.test');
    const exposed = refused.headers.get('access-control-expose-headers')?.split(', ');
    expect(exposed).toEqual(
      expect.arrayContaining(['WWW-Authenticate', 'ETag', 'Idempotency-Replayed', 'Retry-After']),
    );
  });
});
