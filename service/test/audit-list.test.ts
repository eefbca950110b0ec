import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { auditListSchema, auditRowSchema } from '../src/schemas/audit.js';
import { DATABASES, expectProblem } from './support/service.js';
import {
  ADMIN,
  type TestCaller,
  tenantCaller,
  useTenantService,
} from './support/tenant-service.js';

type Row = z.infer<typeof auditRowSchema>;

describe.each(DATABASES)('audit rows on the %s database', (kind) => {
  const service = useTenantService(kind);
  const as = (tenant: string, subject = 'ada'): TestCaller => ({
    ...tenantCaller(tenant),
    subject,
  });

  /** Begins an enhancement and ends it: two audit rows of the tenant. */
  async function work(caller: TestCaller, headers: Record<string, string> = {}) {
    const ticket = { ticket_id: 'T-1' };
    const made = await service.call(caller, 'POST', '/api/enhancements', ticket, headers);
    expect(made.status).toBe(201);
    const path = `/api/enhancements/${made.body.id}`;
    const ended = await service.call(caller, 'PATCH', path, { status: 'failed' }, headers);
    expect(ended.status).toBe(200);
    return {
      id: made.body.id,
      requests: [made, ended].map((one) => one.headers.get('x-request-id')),
    };
  }

  async function list(caller: TestCaller, query = ''): Promise<readonly Row[]> {
    const pages = await listPages(caller, query);
    return pages.flat();
  }

  async function listPages(caller: TestCaller, query = ''): Promise<readonly (readonly Row[])[]> {
    const pages: Row[][] = [];
    let next: string | undefined = `/api/audit${query}`;
    while (next !== undefined) {
      const answer = await service.call(caller, 'GET', next);
      expect(answer.status, answer.text).toBe(200);
      expect(answer.headers.get('cache-control')).toBe('private, no-cache');
      pages.push(auditListSchema.parse(answer.body));
      next = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    return pages;
  }

  it('tell what was done, newest first', async () => {
    const caller = as('told');
    const { id, requests } = await work(caller);
    const rows = await list(caller);
    expect(rows.map((row) => auditRowSchema.strict().parse(row))).toEqual(rows);
    expect(rows).toMatchObject([
      {
        tenant_id: 'told',
        seq: 2,
        actor: 'ada',
        request_id: requests[1],
        action: 'update',
        table: 'enhancement_history',
        key: { id },
        columns: expect.arrayContaining(['status', 'completed_at']),
        changes: null,
      },
      { seq: 1, actor: 'ada', request_id: requests[0], action: 'insert', key: { id } },
    ]);
    expect(new Set(rows.map(({ hash }) => hash)).size).toBe(2);
    const now = await service.call(caller, 'GET', '/api/audit');
    expect(now.text).toBe((await service.call(caller, 'GET', '/api/audit')).text);
  });

  it('of a tenant page by their numbers', async () => {
    const caller = as('paged');
    for (let n = 0; n < 3; n += 1) await work(caller);
    for (const [limit, sizes] of [
      [1, [1, 1, 1, 1, 1, 1]],
      [4, [4, 2]],
      [6, [6]],
      [50, [6]],
    ] as const) {
      const pages = await listPages(caller, `?limit=${limit}`);
      expect(pages.map(({ length }) => length)).toEqual(sizes);
      expect(pages.flat().map(({ seq }) => seq)).toEqual([6, 5, 4, 3, 2, 1]);
    }
  });

  it('are found by each filter, and by all together', async () => {
    const ada = as('filtered');
    const bob = as('filtered', 'bob');
    const first = await work(ada);
    const second = await work(bob);
    const [last] = await list(ada);
    const at = encodeURIComponent(last?.occurred_at ?? '');
    const seqs = async (query: string) => (await list(ada, query)).map(({ seq }) => seq);
    expect(await seqs('?actor=bob')).toEqual([4, 3]);
    expect(await seqs('?actor=nobody')).toEqual([]);
    expect(await seqs('?action=insert')).toEqual([3, 1]);
    expect(await seqs('?table=enhancement_history&limit=1')).toEqual([4, 3, 2, 1]);
    expect(await seqs('?table=tenant_configs')).toEqual([]);
    expect(await seqs(`?request_id=${first.requests[1]}`)).toEqual([2]);
    expect(await seqs(`?key=${second.id}`)).toEqual([4, 3]);
    expect(await seqs('?key=id')).toEqual([]);
    expect(await seqs(`?occurred_after=${at}`)).toEqual([4]);
    expect(await seqs(`?occurred_before=${at}`)).toEqual([3, 2, 1]);
    const all = new URLSearchParams({
      tenant_id: 'filtered',
      table: 'enhancement_history',
      action: 'update',
      actor: 'bob',
      request_id: second.requests[1] ?? '',
      key: second.id,
      occurred_after: '2026-01-01T00:00:00Z',
      occurred_before: '2099-01-01T00:00:00Z',
    });
    expect(await seqs(`?${all}`)).toEqual([4]);
    expect(await seqs(`?${all}&limit=1`)).toEqual([4]);
  });

  it('of one tenant are nobody else’s', async () => {
    await work(as('mine'));
    await work(as('theirs'));
    const rows = await list(as('mine'));
    expect(new Set(rows.map(({ tenant_id }) => tenant_id))).toEqual(new Set(['mine']));
    expect(await list(as('mine'), '?tenant_id=mine')).toEqual(rows);
    const answer = await service.call(as('mine'), 'GET', '/api/audit?tenant_id=theirs');
    expectProblem(answer, 403, 'Forbidden');
    expect(await list(as('without'))).toEqual([]);
    const theirs = await service.call(as('theirs'), 'GET', '/api/audit?limit=1');
    const cursor = /cursor=([^&>]+)/.exec(theirs.headers.get('link') ?? '')?.[1];
    const stolen = await service.call(as('mine'), 'GET', `/api/audit?cursor=${cursor}`);
    expect(expectProblem(stolen, 400, 'Validation failed')).toMatchObject([
      { pointer: '#/cursor' },
    ]);
  });

  it('of any tenant, and of all, are for admins', async () => {
    const names = [randomUUID(), randomUUID(), randomUUID()].map((id) => `walk-${id}`).sort();
    for (const name of names) await work(as(name));
    const [first = '', second = ''] = names;
    const one = await list(ADMIN, `?tenant_id=${second}`);
    expect(one.map(({ tenant_id, seq }) => [tenant_id, seq])).toEqual([
      [second, 2],
      [second, 1],
    ]);
    expect(await list(ADMIN, '?tenant_id=nobody')).toEqual([]);
    for (const limit of [1, 2, 3, 50]) {
      const pages = await listPages(ADMIN, `?limit=${limit}`);
      expect(Math.max(...pages.map(({ length }) => length))).toBeLessThanOrEqual(limit);
      const walked = pages.flat().map(({ tenant_id, seq }) => `${tenant_id} ${seq}`);
      expect(new Set(walked).size).toBe(walked.length);
      expect(walked.filter((row) => names.some((name) => row.startsWith(name)))).toEqual(
        names.flatMap((name) => [`${name} 2`, `${name} 1`]),
      );
    }
    const both: TestCaller = { tenant: first, scopes: ['tenant:read', 'admin'] };
    const tenantsOf = async (caller: TestCaller, query = '') =>
      new Set((await list(caller, query)).map(({ tenant_id }) => tenant_id));
    expect(await tenantsOf(both)).toEqual(new Set([first]));
    expect(await tenantsOf(both, `?tenant_id=${second}`)).toEqual(new Set([second]));
    const all = await tenantsOf({ tenant: first, scopes: ['admin'] });
    expect([...all]).toEqual(expect.arrayContaining(names));
  });

  it('of many tenants come in pages that may be empty', async () => {
    const prefix = `many-${randomUUID()}`;
    await service.owner.engine.query(
      `INSERT INTO tenants (id) SELECT $1 || '-' || lpad(n::text, 4, '0') FROM generate_series(1, 230) n`,
      [prefix],
    );
    const caller = as(`${prefix}-0230`);
    await work(caller);
    const pages = await listPages(ADMIN, '?key=nothing');
    expect(pages.length).toBeGreaterThan(2);
    expect(pages.flat()).toEqual([]);
    expect(await list(ADMIN)).toEqual(expect.arrayContaining([...(await list(caller))]));
  });

  it.each([
    ['no token', undefined, 401],
    ['another scope', { tenant: 'acme', scopes: ['tenant:write'] }, 403],
    ['no tenant', { scopes: ['tenant:read'] }, 403],
  ] as const)('are refused to %s', async (_name, caller, status) => {
    const answer = await service.call(caller, 'GET', '/api/audit');
    expectProblem(answer, status, status === 401 ? 'Unauthorized' : 'Forbidden');
  });

  it.each(['POST', 'PATCH', 'PUT', 'DELETE'])('%s is not allowed', async (method) => {
    const answer = await service.call(ADMIN, method, '/api/audit', undefined);
    expectProblem(answer, 405, 'Method Not Allowed');
  });

  it.each([
    ['limit=0', '#/limit'],
    ['action=drop', '#/action'],
    ['tenant_id=', '#/tenant_id'],
    ['tenant_id=a%20b', '#/tenant_id'],
    ['actor=', '#/actor'],
    ['key=%00', '#/key'],
    ['occurred_after=now', '#/occurred_after'],
    ['cursor=x', '#/cursor'],
    ['seq=1', '#/seq'],
  ])('refuses ?%s', async (query, pointer) => {
    const answer = await service.call(ADMIN, 'GET', `/api/audit?${query}`);
    const errors = expectProblem(answer, 400, 'Validation failed');
    expect(errors.map((error) => error.pointer)).toEqual([pointer]);
  });
});
