import { fastify } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problemDetails } from 'plinth/fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zodValidatorCompiler } from '../http/zod-validator.js';
import { bearer, optionalBearer } from '../openapi.js';
import { noQuerySchema } from '../schemas/query.js';
import { registerAuthentication } from './authentication.js';
import type { Authenticator } from './authenticator.js';
import { type Caller, SCOPES } from './caller.js';
import { callerIfRequired, callerOf, requireAnyScope, requireScope, tenantOf } from './guards.js';

const ADA: Caller = { subject: 'ada', userId: 'u', tenant: undefined, scopes: new Set() };

/** Takes a token that says `<tenant or nothing>/<scope>`. */
const authenticator: Authenticator = {
  async authenticate(token) {
    if (token === 'bad') return { kind: 'refused', reason: 'said so' };
    if (token === 'away') return { kind: 'unavailable', cause: new Error('away') };
    const [tenant, scope] = token.split('/');
    const scopes = new Set(SCOPES.filter((known) => known.replace(':', '-') === scope));
    return { kind: 'accepted', caller: { ...ADA, tenant: tenant || undefined, scopes } };
  },
};

const routes: FastifyPluginAsyncZod = async (app) => {
  const schema = { querystring: noQuerySchema, security: bearer('tenant:read') };
  app.get('/read', { schema, onRequest: requireScope('tenant:read') }, async (request) =>
    tenantOf(request),
  );
  app.post('/write', { onRequest: requireScope('tenant:write') }, async (request) =>
    tenantOf(request),
  );
  app.get('/admin', { onRequest: requireScope('admin') }, async (request) => {
    return callerOf(request).subject;
  });
  app.get('/any', { onRequest: requireAnyScope('tenant:read', 'admin') }, async (request) => {
    const { tenant = 'none' } = callerOf(request);
    return tenant;
  });
  const open = { schema: { security: optionalBearer }, onRequest: callerIfRequired };
  app.get('/open', open, async ({ caller }) => caller?.subject ?? 'nobody');
  app.get('/forgotten', async (request) => callerOf(request));
};

function useApp(known: Authenticator | undefined, required: boolean) {
  const app = fastify({ routerOptions: { maxParamLength: 500 } });
  beforeAll(async () => {
    app.setValidatorCompiler(zodValidatorCompiler);
    await app.register(problemDetails);
    registerAuthentication(app, { authenticator: known, required });
    await app.register(routes);
  });
  afterAll(() => app.close());
  return async (path: string, token?: string, method: 'GET' | 'POST' = 'GET') => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await app.inject({ method, url: path, headers });
    const challenge = answer.headers['www-authenticate'];
    return { status: answer.statusCode, body: answer.body, challenge, headers: answer.headers };
  };
}

const REALM = 'Bearer realm="plinth"';
const INSUFFICIENT = `${REALM}, error="insufficient_scope"`;

describe('requireScope', () => {
  const call = useApp(authenticator, false);

  it.each([
    ['/read', 'acme/tenant-read', 'acme'],
    ['/admin', '/admin', 'ada'],
    ['/admin', 'acme/admin', 'ada'],
  ])('%s lets in %s', async (path, token, body) => {
    expect(await call(path, token)).toMatchObject({ status: 200, body });
  });

  it.each([
    ['/read', undefined, 401, REALM],
    ['/read', 'bad', 401, `${REALM}, error="invalid_token"`],
    ['/read', 'a b', 401, `${REALM}, error="invalid_token"`],
    ['/read', 'acme/tenant-write', 403, `${INSUFFICIENT}, scope="tenant:read"`],
    ['/read', 'acme/admin', 403, `${INSUFFICIENT}, scope="tenant:read"`],
    ['/read', '/tenant-read', 403, `${INSUFFICIENT}, scope="tenant:read"`],
    ['/admin', 'acme/tenant-write', 403, `${INSUFFICIENT}, scope="admin"`],
    ['/read', 'away', 503, undefined],
  ])('%s with %s is %i', async (path, token, status, challenge) => {
    const answer = await call(path, token);
    expect(answer).toMatchObject({ status, challenge });
    expect(JSON.parse(answer.body)).toMatchObject({ status, type: 'about:blank' });
    expect(answer.headers['retry-after'] !== undefined).toBe(status === 503);
  });

  it('tenant:write does not read, and tenant:read does not write', async () => {
    expect(await call('/write', 'acme/tenant-read', 'POST')).toMatchObject({ status: 403 });
    expect(await call('/write', 'acme/tenant-write', 'POST')).toMatchObject({ status: 200 });
  });

  it('a route without a guard has no caller', async () => {
    expect(await call('/forgotten', 'acme/tenant-read')).toMatchObject({ status: 500 });
  });
});

describe('requireAnyScope', () => {
  const call = useApp(authenticator, false);

  it.each([
    ['acme/tenant-read', 'acme'],
    ['/admin', 'none'],
    ['acme/admin', 'acme'],
  ])('lets in %s', async (token, body) => {
    expect(await call('/any', token)).toMatchObject({ status: 200, body });
  });

  it.each([
    [undefined, 401, REALM],
    ['bad', 401, `${REALM}, error="invalid_token"`],
    ['acme/tenant-write', 403, `${INSUFFICIENT}, scope="tenant:read"`],
    ['acme/none', 403, `${INSUFFICIENT}, scope="tenant:read"`],
    ['/tenant-read', 403, `${INSUFFICIENT}, scope="tenant:read"`],
    ['away', 503, undefined],
  ])('%s is %i', async (token, status, challenge) => {
    expect(await call('/any', token)).toMatchObject({ status, challenge });
  });
});

describe('callerIfRequired', () => {
  describe('where no token is required', () => {
    const call = useApp(authenticator, false);
    it.each([undefined, 'bad', 'acme/admin'])('does not look at %s', async (token) => {
      expect(await call('/open', token)).toMatchObject({ status: 200, body: 'nobody' });
    });
  });

  describe('where one is required', () => {
    const call = useApp(authenticator, true);
    it.each([
      [undefined, 401],
      ['bad', 401],
      ['away', 503],
      ['/none', 200],
    ])('%s is %i', async (token, status) => {
      expect(await call('/open', token)).toMatchObject({ status });
    });
  });
});

describe('without an authenticator', () => {
  const call = useApp(undefined, false);
  it.each([undefined, 'acme/tenant-read', 'bad'])('every guard answers 503: %s', async (token) => {
    const answer = await call('/read', token);
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.body).detail).toBe('This service is not set up to verify tokens.');
    expect(await call('/open', token)).toMatchObject({ status: 200, body: 'nobody' });
  });
});
