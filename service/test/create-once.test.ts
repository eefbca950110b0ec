import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { type FastifyInstance, fastify } from 'fastify';
import { ProblemError, plinthFastify, problemDetails, serverOptions } from 'plinth/fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../src/auth/caller.js';
import { tenantConfigs } from '../src/db/schema.js';
import { hasSqlState, UNIQUE_VIOLATION } from '../src/db/sql-state.js';
import { createOnce } from '../src/http/create-once.js';
import { DATABASES, useService } from './support/service.js';

const ROW = { id: tenantConfigs.id, name: tenantConfigs.name };

/** A caller by its subject and tenant, as two words in a header. */
function callerOf(words: string): Caller {
  const [subject = '', tenant] = words.split(' ');
  return { subject, tenant, userId: randomUUID(), scopes: new Set() };
}

describe.each(DATABASES)('createOnce in the scope of a tenant on the %s database', (kind) => {
  const service = useService(kind);
  let app: FastifyInstance;

  beforeAll(async () => {
    app = fastify(serverOptions());
    await app.register(problemDetails);
    await app.register(plinthFastify, { db: service.db });
    app.decorateRequest('caller', undefined);
    app.addHook('onRequest', async (request) => {
      request.caller = callerOf(String(request.headers.authorization));
    });
    app.post<{ Params: { tenant: string } }>('/tenants/:tenant', async (request, reply) => {
      const tenantId = request.params.tenant;
      const db = request.db.tenant(tenantId);
      const row = await createOnce(request, reply, {
        db,
        insert: async (tx) => {
          const rows = await tx
            .insert(tenantConfigs)
            .values({ tenantId, name: 'a name' })
            .returning(ROW)
            .catch(explain);
          return first(rows);
        },
        idOf: ({ id }) => id,
        find: async (id) =>
          (await db.select(ROW).from(tenantConfigs).where(eq(tenantConfigs.id, id)))[0],
      });
      reply.code(201);
      return row;
    });
    await app.ready();
  });
  afterAll(() => app.close());

  const post = (path: string, key?: string, caller = 'somebody') =>
    app.inject({
      method: 'POST',
      url: path,
      payload: {},
      headers: { authorization: caller, ...(key === undefined ? {} : { 'idempotency-key': key }) },
    });

  it('of ten at once with a name that must be unique all say the same', async () => {
    const key = randomUUID();
    const path = `/tenants/${randomUUID()}`;
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(path, key)));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(10).fill(201));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(answers.filter(({ headers }) => 'idempotency-replayed' in headers)).toHaveLength(9);
  });

  it('a malformed key is refused, though no schema does', async () => {
    expect((await post(`/tenants/${randomUUID()}`, 'a, b')).statusCode).toBe(400);
  });

  it('another key, or none, finds the name taken', async () => {
    const path = `/tenants/${randomUUID()}`;
    expect((await post(path, randomUUID())).statusCode).toBe(201);
    expect((await post(path, randomUUID())).statusCode).toBe(409);
    expect((await post(path)).statusCode).toBe(409);
  });

  it('a key is its caller’s own: subject and tenant', async () => {
    const key = randomUUID();
    const path = `/tenants/${randomUUID()}`;
    expect((await post(path, key, 'ann acme')).statusCode).toBe(201);
    expect((await post(path, key, 'ann acme')).statusCode).toBe(201);
    for (const other of ['ben acme', 'ann', 'ann globex', '["ann","acme"]']) {
      expect((await post(path, key, other)).statusCode, other).toBe(409);
    }
  });

  it('a key is one path’s own', async () => {
    const key = randomUUID();
    const ids = [];
    for (const path of [`/tenants/${randomUUID()}`, `/tenants/${randomUUID()}`]) {
      ids.push((await post(path, key)).json().id, (await post(`${path}?a=b`, key)).json().id);
    }
    expect(ids[1]).toBe(ids[0]);
    expect(ids[3]).toBe(ids[2]);
    expect(ids[2]).not.toBe(ids[0]);
  });
});

/** As a route may say it in words of its own. */
function explain(error: unknown): never {
  if (!hasSqlState(error, UNIQUE_VIOLATION)) throw error;
  throw new ProblemError({ status: 409, detail: 'There is such a tenant already.' });
}

function first<Row>([row]: readonly Row[]): Row {
  if (row === undefined) throw new Error('no row');
  return row;
}
