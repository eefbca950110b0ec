import { eq } from 'drizzle-orm';
import { keyEncryptionFromEnv, openKeyring } from 'plinth/secrets';
import { describe, expect, it } from 'vitest';
import { dataKeys, tenantConfigs } from '../src/db/schema.js';
import { DATABASES, expectProblem } from './support/service.js';
import { ADMIN, tenantCaller, useTenantService } from './support/tenant-service.js';

const PATH = '/api/tenants';

describe.each(DATABASES)('tenants on the %s database', (kind) => {
  const service = useTenantService(kind);
  const asAdmin = (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => service.call(ADMIN, method, path, body, headers);

  /** The row as it lies there, seen by the owner. */
  async function storedRow(tenant: string) {
    const [row] = await service.owner
      .select()
      .from(tenantConfigs)
      .where(eq(tenantConfigs.tenantId, tenant));
    if (row === undefined) throw new Error(`no tenant ${tenant}`);
    return row;
  }

  async function openSecret(tenant: string, column: 'servicedeskApiKey' | 'webhookSigningSecret') {
    const keyEncryption = keyEncryptionFromEnv({ KEY_ENCRYPTION_KEYS: service.keyEncryptionKeys });
    const keyring = openKeyring(service.db, { keyEncryption, table: dataKeys });
    const row = await storedRow(tenant);
    const value = row[column];
    if (value === null) return null;
    return await keyring.open(tenantConfigs[column], { tenant, row: row.id }, value);
  }

  it('creates, reads, changes and deletes one', async () => {
    const created = await asAdmin('POST', PATH, {
      tenant_id: 'acme',
      name: '  Acme Corp ',
      servicedesk_url: 'https://desk.acme.test/api',
      enhancement_preferences: { language: 'de', tone: null, depth: 3 },
    });
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(`${PATH}/acme`);
    expect(created.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      tenant_id: 'acme',
      name: 'Acme Corp',
      servicedesk_url: 'https://desk.acme.test/api',
      has_servicedesk_api_key: false,
      has_webhook_signing_secret: false,
      enhancement_preferences: { language: 'de', tone: null, depth: 3 },
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    const read = await asAdmin('GET', `${PATH}/acme`);
    expect(read.text).toBe(created.text);
    const changed = await asAdmin('PATCH', `${PATH}/acme`, { name: 'Acme', servicedesk_url: null });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ name: 'Acme', servicedesk_url: null });
    expect(changed.body.updated_at > created.body.updated_at).toBe(true);
    expect((await asAdmin('PATCH', `${PATH}/acme`, {})).status).toBe(200);
    expect((await asAdmin('DELETE', `${PATH}/acme`)).status).toBe(204);
    expectProblem(await asAdmin('GET', `${PATH}/acme`), 404, 'Not Found');
    expectProblem(await asAdmin('PATCH', `${PATH}/acme`, { name: 'b' }), 404, 'Not Found');
    expectProblem(await asAdmin('DELETE', `${PATH}/acme`), 404, 'Not Found');
  });

  it('stores secrets encrypted, and never sends them back', async () => {
    const secrets = { servicedesk_api_key: 'key-äöü-🔑', webhook_signing_secret: 'hush hush' };
    const created = await asAdmin('POST', PATH, { tenant_id: 'vault', name: 'V', ...secrets });
    expect(created.status).toBe(201);
    const answers = [
      created,
      await asAdmin('GET', `${PATH}/vault`),
      await asAdmin('GET', PATH),
      await asAdmin('PATCH', `${PATH}/vault`, { servicedesk_api_key: 'key-2' }),
    ];
    for (const { text } of answers) expect(text).not.toMatch(/key-äöü|hush|key-2|encrypted/);
    expect(answers[1]?.body).toMatchObject({
      has_servicedesk_api_key: true,
      has_webhook_signing_secret: true,
    });
    const row = await storedRow('vault');
    expect(JSON.stringify(row)).not.toMatch(/key-|hush/);
    expect(await openSecret('vault', 'servicedeskApiKey')).toBe('key-2');
    expect(await openSecret('vault', 'webhookSigningSecret')).toBe('hush hush');
    const without = await asAdmin('PATCH', `${PATH}/vault`, { webhook_signing_secret: null });
    expect(without.body).toMatchObject({
      has_servicedesk_api_key: true,
      has_webhook_signing_secret: false,
    });
    expect(await openSecret('vault', 'webhookSigningSecret')).toBeNull();
  });

  it('gives a tenant that comes back secrets that can be read', async () => {
    const body = { tenant_id: 'phoenix', name: 'P', servicedesk_api_key: 'first' };
    expect((await asAdmin('POST', PATH, body)).status).toBe(201);
    expect((await asAdmin('DELETE', `${PATH}/phoenix`)).status).toBe(204);
    const again = { ...body, servicedesk_api_key: 'second' };
    expect((await asAdmin('POST', PATH, again)).status).toBe(201);
    expect(await openSecret('phoenix', 'servicedeskApiKey')).toBe('second');
  });

  it('keeps nothing of a tenant that could not be created', async () => {
    const body = { tenant_id: 'twice', name: 'T', servicedesk_api_key: 'one' };
    expect((await asAdmin('POST', PATH, body)).status).toBe(201);
    const second = await asAdmin('POST', PATH, { ...body, name: 'U', servicedesk_api_key: 'two' });
    expectProblem(second, 409, 'Conflict');
    expect(await openSecret('twice', 'servicedeskApiKey')).toBe('one');
    expect((await asAdmin('GET', `${PATH}/twice`)).body).toMatchObject({ name: 'T' });
  });

  it('creates one of ten that ask at once, with a key or without', async () => {
    const ask = (tenant: string, headers: Record<string, string>) =>
      Promise.all(
        Array.from({ length: 10 }, () =>
          asAdmin(
            'POST',
            PATH,
            { tenant_id: tenant, name: 'R', servicedesk_api_key: 's' },
            headers,
          ),
        ),
      );
    const racing = (await ask('racing', {})).map(({ status }) => status).sort();
    expect(racing).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
    expect(await openSecret('racing', 'servicedeskApiKey')).toBe('s');
    const same = await ask('same', { 'idempotency-key': 'one-and-the-same' });
    expect(same.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201));
    expect(new Set(same.map(({ body }) => body.id)).size).toBe(1);
  });

  it('does not take a tenant that came back for the one that a key made', async () => {
    const key = { 'idempotency-key': 'made-once' };
    const body = { tenant_id: 'again', name: 'A' };
    expect((await asAdmin('POST', PATH, body, key)).status).toBe(201);
    expect((await asAdmin('DELETE', `${PATH}/again`)).status).toBe(204);
    expect((await asAdmin('POST', PATH, body)).status).toBe(201);
    expectProblem(await asAdmin('POST', PATH, body, key), 410, 'Gone');
  });

  it('lets nobody write the registry, or delete a key', async () => {
    await asAdmin('POST', PATH, { tenant_id: 'held', name: 'H', servicedesk_api_key: 's' });
    for (const sql of [
      `UPDATE tenants SET id = 'ghost' WHERE id = 'held'`,
      `DELETE FROM tenants WHERE id = 'held'`,
      `INSERT INTO tenants (id) VALUES ('made-up')`,
      `DELETE FROM data_keys`,
      `SELECT register_tenants()`,
    ]) {
      await expect(service.db.tenant('held').execute(sql)).rejects.toMatchObject({ code: '42501' });
    }
  });

  it.each(['https://a.test/\n', 'https://a.test/ b', 'https://a.test/\u202e'])(
    'refuses the URL %j',
    async (servicedesk_url) => {
      const body = { tenant_id: 'x', name: 'a', servicedesk_url };
      const errors = expectProblem(await asAdmin('POST', PATH, body), 400, 'Validation failed');
      expect(errors).toHaveLength(1);
    },
  );

  it('lists all of them by their ids, a page at a time', async () => {
    const ids = ['page-a', 'page-b', 'page-c', 'page-d', 'page-e'];
    for (const tenant_id of ids) await asAdmin('POST', PATH, { tenant_id, name: tenant_id });
    await asAdmin('DELETE', `${PATH}/page-c`);
    const seen: string[] = [];
    let next: string | undefined = `${PATH}?limit=2`;
    while (next !== undefined) {
      const page = await asAdmin('GET', next);
      expect(page.status).toBe(200);
      const rows: readonly { readonly tenant_id: string }[] = JSON.parse(page.text);
      seen.push(...rows.map(({ tenant_id }) => tenant_id));
      next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
    }
    expect(seen.filter((id) => id.startsWith('page-'))).toEqual(
      ids.filter((id) => id !== 'page-c'),
    );
    expect(seen).toEqual([...seen].sort());
    const wrong = await asAdmin('GET', `${PATH}?cursor=abc`);
    expect(expectProblem(wrong, 400, 'Validation failed')).toHaveLength(1);
  });

  it('takes a change only of what was seen', async () => {
    await asAdmin('POST', PATH, { tenant_id: 'tagged', name: 'one', servicedesk_api_key: 'a' });
    const etag = (await asAdmin('GET', `${PATH}/tagged`)).headers.get('etag') ?? '';
    const match = { 'if-match': etag };
    // A secret that is replaced changes nothing that can be seen but the time.
    const first = await asAdmin('PATCH', `${PATH}/tagged`, { servicedesk_api_key: 'b' }, match);
    expect(first.status).toBe(200);
    const late = await asAdmin('PATCH', `${PATH}/tagged`, { servicedesk_api_key: 'c' }, match);
    expectProblem(late, 412, 'Precondition Failed');
    expectProblem(
      await asAdmin('DELETE', `${PATH}/tagged`, undefined, match),
      412,
      'Precondition Failed',
    );
    expect(await openSecret('tagged', 'servicedeskApiKey')).toBe('b');
    const now = { 'if-match': first.headers.get('etag') ?? '' };
    expect((await asAdmin('DELETE', `${PATH}/tagged`, undefined, now)).status).toBe(204);
  });

  it.each([
    ['no id', { name: 'a' }, ['#/tenant_id']],
    ['an id with a space', { tenant_id: 'a b', name: 'a' }, ['#/tenant_id']],
    ['an id that looks like another', { tenant_id: 'аcme', name: 'a' }, ['#/tenant_id']],
    ['an id that is too long', { tenant_id: 'a'.repeat(101), name: 'a' }, ['#/tenant_id']],
    ['no name', { tenant_id: 'x' }, ['#/name']],
    ['a blank name', { tenant_id: 'x', name: '  ' }, ['#/name']],
    ['a name that is too long', { tenant_id: 'x', name: 'a'.repeat(256) }, ['#/name']],
    [
      'a URL of another kind',
      { tenant_id: 'x', name: 'a', servicedesk_url: 'file:///etc/passwd' },
      ['#/servicedesk_url'],
    ],
    [
      'a URL with a password',
      { tenant_id: 'x', name: 'a', servicedesk_url: 'https://a:b@c.test' },
      ['#/servicedesk_url'],
    ],
    [
      'an empty secret',
      { tenant_id: 'x', name: 'a', servicedesk_api_key: '' },
      ['#/servicedesk_api_key'],
    ],
    [
      'preferences that are a list',
      { tenant_id: 'x', name: 'a', enhancement_preferences: [] },
      ['#/enhancement_preferences'],
    ],
    [
      'preferences with U+0000',
      { tenant_id: 'x', name: 'a', enhancement_preferences: { a: '\0' } },
      ['#/enhancement_preferences'],
    ],
    [
      'a column of the table',
      { tenant_id: 'x', name: 'a', servicedesk_api_key_encrypted: 'x' },
      ['#/servicedesk_api_key_encrypted'],
    ],
  ])('refuses %s', async (_name, body, pointers) => {
    const errors = expectProblem(await asAdmin('POST', PATH, body), 400, 'Validation failed');
    expect(errors.map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it('is for admins alone', async () => {
    const paths = [
      ['GET', PATH],
      ['POST', PATH],
      ['GET', `${PATH}/acme`],
      ['PATCH', `${PATH}/acme`],
      ['DELETE', `${PATH}/acme`],
    ] as const;
    for (const [method, path] of paths) {
      expectProblem(await service.call(undefined, method, path), 401, 'Unauthorized');
      const answer = await service.call(tenantCaller('acme'), method, path);
      expectProblem(answer, 403, 'Forbidden');
    }
  });
});
