import { describe, expect, it } from 'vitest';
import { type Answer, DATABASES, expectProblem } from './support/service.js';
import { tenantCaller, useTenantService } from './support/tenant-service.js';

const PATH = '/api/enhancements';
const NOBODY = '00000000-0000-4000-8000-000000000000';

describe.each(DATABASES)('enhancements on the %s database', (kind) => {
  const service = useTenantService(kind);
  const as =
    (tenant: string) =>
    (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
      service.call(tenantCaller(tenant), method, path, body, headers);

  async function begin(tenant: string, ticket: string): Promise<Answer> {
    const answer = await as(tenant)('POST', PATH, { ticket_id: ticket });
    expect(answer.status).toBe(201);
    return answer;
  }

  async function ticketsOf(tenant: string, query = ''): Promise<readonly string[]> {
    const answer = await as(tenant)('GET', `${PATH}${query}`);
    expect(answer.status).toBe(200);
    const rows: readonly { readonly ticket_id: string }[] = JSON.parse(answer.text);
    return rows.map(({ ticket_id }) => ticket_id);
  }

  it('begins pending, and ends once', async () => {
    const acme = as('acme');
    const context = { docs: [{ id: 1, text: 'näh' }], none: null };
    const created = await acme('POST', PATH, { ticket_id: ' T-1 ', context_gathered: context });
    expect(created.status).toBe(201);
    const path = created.headers.get('location') ?? '';
    expect(path).toBe(`${PATH}/${created.body.id}`);
    expect(created.body).toEqual({
      id: expect.any(String),
      tenant_id: 'acme',
      ticket_id: 'T-1',
      status: 'pending',
      context_gathered: context,
      llm_output: null,
      error_message: null,
      processing_time_ms: null,
      created_at: expect.any(String),
      completed_at: null,
    });
    expect((await acme('GET', path)).text).toBe(created.text);
    const noted = await acme('PATCH', path, { llm_output: 'half' });
    expect(noted.body).toMatchObject({ status: 'pending', llm_output: 'half', completed_at: null });
    expect((await acme('PATCH', path, {})).text).toBe(noted.text);
    const end = { status: 'completed', llm_output: 'whole', processing_time_ms: 0 };
    const ended = await acme('PATCH', path, end);
    expect(ended.status).toBe(200);
    expect(ended.body).toMatchObject({
      ...end,
      completed_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      context_gathered: context,
    });
    for (const late of [{ status: 'failed' }, { status: 'completed' }, { llm_output: 'other' }]) {
      expectProblem(await acme('PATCH', path, late), 409, 'Conflict');
    }
    expect((await acme('GET', path)).text).toBe(ended.text);
  });

  it.each([
    ['no ticket', {}, '#/ticket_id'],
    ['a blank ticket', { ticket_id: ' ' }, '#/ticket_id'],
    ['a ticket that is too long', { ticket_id: 'a'.repeat(101) }, '#/ticket_id'],
    ['a tenant', { ticket_id: 'a', tenant_id: 'globex' }, '#/tenant_id'],
    ['a status', { ticket_id: 'a', status: 'completed' }, '#/status'],
    ['a context that is text', { ticket_id: 'a', context_gathered: 'x' }, '#/context_gathered'],
    [
      'a number that no double holds',
      '{"ticket_id":"a","context_gathered":{"a":12345678901234567890}}',
      '#/context_gathered',
    ],
    ['a number without end', '{"ticket_id":"a","context_gathered":[1e999]}', '#/context_gathered'],
    [
      'half of a surrogate pair',
      '{"ticket_id":"a","context_gathered":{"\\ud800":1}}',
      '#/context_gathered',
    ],
    [
      'a context that is nested too deep',
      `{"ticket_id":"a","context_gathered":${'['.repeat(33)}${']'.repeat(33)}}`,
      '#/context_gathered',
    ],
  ])('refuses to begin with %s', async (_name, body, pointer) => {
    const errors = expectProblem(await as('acme')('POST', PATH, body), 400, 'Validation failed');
    expect(errors.map((error) => error.pointer)).toEqual([pointer]);
  });

  it.each([
    ['pending', { status: 'pending' }],
    ['another status', { status: 'done' }],
    ['a time below zero', { processing_time_ms: -1 }],
    ['a time that is no whole number', { processing_time_ms: 1.5 }],
    ['a time that is too long', { processing_time_ms: 2_147_483_648 }],
    ['the end of it', { completed_at: '2026-01-01T00:00:00Z' }],
    ['another ticket', { ticket_id: 'b' }],
  ])('refuses a change to %s', async (_name, changes) => {
    const { headers } = await begin('acme', 'T-change');
    const answer = await as('acme')('PATCH', headers.get('location') ?? '', changes);
    expect(expectProblem(answer, 400, 'Validation failed')).toHaveLength(1);
  });

  it('lists those of its tenant by ticket, status and time, newest first', async () => {
    const moments: string[] = [];
    for (const ticket of ['L-1', 'L-2', 'L-3', 'L-2']) {
      const { body, headers } = await begin('lister', ticket);
      moments.push(body.created_at);
      if (ticket === 'L-3') {
        await as('lister')('PATCH', headers.get('location') ?? '', { status: 'failed' });
      }
    }
    await begin('other', 'L-2');
    expect(await ticketsOf('lister')).toEqual(['L-2', 'L-3', 'L-2', 'L-1']);
    expect(await ticketsOf('lister', '?ticket_id=L-2')).toEqual(['L-2', 'L-2']);
    expect(await ticketsOf('lister', '?status=failed')).toEqual(['L-3']);
    expect(await ticketsOf('lister', '?status=pending&ticket_id=L-3')).toEqual([]);
    const [, second = '', third = ''] = moments.map(encodeURIComponent);
    expect(await ticketsOf('lister', `?created_after=${second}`)).toEqual(['L-2', 'L-3', 'L-2']);
    expect(await ticketsOf('lister', `?created_before=${third}`)).toEqual(['L-2', 'L-1']);
    expect(await ticketsOf('lister', `?created_after=${second}&created_before=${third}`)).toEqual([
      'L-2',
    ]);
    const seen: string[] = [];
    let next: string | undefined = `${PATH}?limit=1&status=pending`;
    while (next !== undefined) {
      const page = await as('lister')('GET', next);
      const rows: readonly { readonly ticket_id: string }[] = JSON.parse(page.text);
      seen.push(...rows.map(({ ticket_id }) => ticket_id));
      next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
    }
    expect(seen).toEqual(['L-2', 'L-2', 'L-1']);
  });

  it.each([
    '?status=done',
    '?ticket_id=',
    '?created_after=yesterday',
    '?created_after=2026-01-01T00:00:00',
    '?created_before=0000-01-01T00:00:00Z',
    `?created_after=2026-01-01T00:00:00.${'0'.repeat(300)}Z`,
    '?created_before=2026-01-01T00:00:00%2B23:00',
    '?cursor=abc',
    '?tenant_id=globex',
    '?limit=0',
  ])('refuses the filter %s', async (query) => {
    const answer = await as('acme')('GET', `${PATH}${query}`);
    expect(expectProblem(answer, 400, 'Validation failed')).toHaveLength(1);
  });

  it('does not let a tenant find, change or repeat what is another’s', async () => {
    const { body, headers } = await begin('acme', 'T-secret');
    const path = headers.get('location') ?? '';
    const globex = as('globex');
    expectProblem(await globex('GET', path), 404, 'Not Found');
    expectProblem(await globex('PATCH', path, { status: 'failed' }), 404, 'Not Found');
    expectProblem(await globex('PATCH', path, {}, { 'if-match': '*' }), 404, 'Not Found');
    expect(await ticketsOf('globex', '?ticket_id=T-secret')).toEqual([]);
    const key = { 'idempotency-key': 'shared' };
    const mine = await as('acme')('POST', PATH, { ticket_id: 'T-key' }, key);
    const theirs = await globex('POST', PATH, { ticket_id: 'T-key' }, key);
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    expect(theirs.body.id).not.toBe(mine.body.id);
    expect((await as('acme')('GET', path)).body).toMatchObject({ id: body.id, status: 'pending' });
    expectProblem(await globex('GET', `${PATH}/${NOBODY}`), 404, 'Not Found');
  });

  it('begins once for each key, and changes only what was seen', async () => {
    const acme = as('acme');
    const key = { 'idempotency-key': 'begin-once' };
    const first = await acme('POST', PATH, { ticket_id: 'T-once' }, key);
    const again = await acme('POST', PATH, { ticket_id: 'T-once' }, key);
    expect(again.text).toBe(first.text);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expectProblem(await acme('POST', PATH, { ticket_id: 'T-2' }, key), 422, 'Unprocessable Entity');
    const path = first.headers.get('location') ?? '';
    const match = { 'if-match': first.headers.get('etag') ?? '' };
    const ends = await Promise.all(
      ['completed', 'failed', 'completed'].map((status) => acme('PATCH', path, { status }, match)),
    );
    expect(ends.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
  });

  it('asks for the scope that fits', async () => {
    const reader = { tenant: 'acme', scopes: ['tenant:read'] } as const;
    const writer = { tenant: 'acme', scopes: ['tenant:write'] } as const;
    const homeless = { scopes: ['tenant:read', 'tenant:write'] } as const;
    expect((await service.call(reader, 'GET', PATH)).status).toBe(200);
    expectProblem(await service.call(reader, 'POST', PATH, { ticket_id: 'a' }), 403, 'Forbidden');
    expectProblem(await service.call(writer, 'GET', PATH), 403, 'Forbidden');
    expectProblem(await service.call(homeless, 'GET', PATH), 403, 'Forbidden');
    expectProblem(await service.call({ scopes: ['admin'] }, 'GET', PATH), 403, 'Forbidden');
    expectProblem(await service.call(undefined, 'GET', PATH), 401, 'Unauthorized');
  });
});
