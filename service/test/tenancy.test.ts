import { randomBytes, randomUUID } from 'node:crypto';
import { openEngine } from 'plinth';
import { generateKeyEncryptionKey } from 'plinth/secrets';
import { describe, expect, it, vi } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import { readSettings } from '../src/settings.js';
import { type RunningService, startService } from '../src/start.js';
import { openTenancy, tenantTables } from '../src/tenancy.js';
import { callUrl, DATABASES, expectProblem } from './support/service.js';
import { ADMIN, useTenantService } from './support/tenant-service.js';

const database = useDatabase();
/** Those that a database has without vectors, too. */
const TABLES = tenantTables({ kind: 'missing', reason: '', fix: '' });

async function withService<Result>(
  environment: Record<string, string>,
  use: (service: RunningService) => Promise<Result>,
): Promise<Result> {
  const service = await startService(
    readSettings({ LOG_LEVEL: 'silent', PORT: '0', ...environment }),
  );
  try {
    return await use(service);
  } finally {
    await service.stop();
  }
}

/** A role of its own, and its URL; gone after the test. */
async function withRole<Result>(
  attributes: string,
  use: (url: string, role: string) => Promise<Result>,
): Promise<Result> {
  await using engine = await openEngine({ url: database.url, poolSize: 1 });
  const role = `role_${randomUUID().replaceAll('-', '')}`;
  await engine.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret' ${attributes}`);
  const url = new URL(database.url);
  url.username = role;
  url.password = 'secret';
  try {
    return await use(url.href, role);
  } finally {
    await engine.query(
      `REASSIGN OWNED BY ${role} TO CURRENT_USER; DROP OWNED BY ${role}; DROP ROLE ${role}`,
    );
  }
}

describe('the start of the service on a server', () => {
  it('refuses tenants to a superuser, and serves the rest', async () => {
    await withService({ DATABASE_URL: database.url }, async ({ report }) => {
      expect(report.tenants).toMatch(/^refused: .* is a superuser/);
      for (const path of ['/api/tenants', '/api/enhancements']) {
        const answer = await callUrl(`${report.url}${path}`, 'GET');
        expectProblem(answer, 503, 'Service Unavailable');
      }
      const task = await callUrl(`${report.url}/api/tasks`, 'POST', { title: 'still served' });
      expect(task.status).toBe(201);
    });
  });

  it('says in the log which statement mends it', async () => {
    await withRole('BYPASSRLS IN ROLE app_user', async (url, role) => {
      const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
      const lines = () => write.mock.calls.map(([line]) => String(line)).join('');
      try {
        await withService(
          { DATABASE_URL: url, MIGRATION_DATABASE_URL: database.url, LOG_LEVEL: 'error' },
          async ({ report }) => expect(report.tenants).toContain('has BYPASSRLS'),
        );
        expect(lines()).toContain(`ALTER ROLE ${role} NOBYPASSRLS;`);
      } finally {
        write.mockRestore();
      }
    });
  });

  it('says that nobody’s tokens are accepted', async () => {
    await withRole('IN ROLE app_user', async (url) => {
      const environment = { DATABASE_URL: url, MIGRATION_DATABASE_URL: database.url };
      await withService(environment, async ({ report }) => {
        expect(report.tenants).toMatch(/^refused: nobody’s tokens are accepted/);
        const answer = await callUrl(`${report.url}/api/tenants`, 'GET');
        expectProblem(answer, 503, 'Service Unavailable');
      });
    });
  });

  it('serves tenants as a login that is a member of app_user, and is ready', async () => {
    await withRole('IN ROLE app_user', async (url) => {
      const environment = {
        DATABASE_URL: url,
        MIGRATION_DATABASE_URL: database.url,
        AUTH_ISSUER: 'https://issuer.test/',
        AUTH_AUDIENCE: 'plinth',
        AUTH_JWKS_URL: 'https://issuer.test/jwks',
      };
      await withService(environment, async ({ report }) => {
        expect(report.tenants).toBe('served as app_user, held apart by row-level security');
        const ready = await callUrl(`${report.url}/health/ready`, 'GET');
        expect(JSON.parse(ready.text)).toMatchObject({ status: 'ready', migrations: 'current' });
        const answer = await callUrl(`${report.url}/api/tenants`, 'GET');
        expectProblem(answer, 401, 'Unauthorized');
        const task = await callUrl(`${report.url}/api/tasks`, 'POST', { title: 'mine' });
        expect(task.status).toBe(201);
        const todo = await callUrl(`${report.url}/api/todos`, 'POST', { description: 'mine' });
        expect(todo.status).toBe(201);
      });
    });
  });

  it('refuses tenants to the owner of the tables', async () => {
    await withRole('IN ROLE app_user', async (url, role) => {
      await using engine = await openEngine({ url: database.url, poolSize: 1 });
      await engine.query(`ALTER TABLE tenant_configs OWNER TO ${role}`);
      const environment = { DATABASE_URL: url, MIGRATION_DATABASE_URL: database.url };
      await withService(environment, async ({ report }) => {
        expect(report.tenants).toBe(
          `refused: ${role} owns tenant_configs, and may take row-level security off`,
        );
      });
    });
  });

  it('refuses tenants where somebody took the policies away', async () => {
    await using engine = await openEngine({ url: database.url, poolSize: 1 });
    await engine.query('ALTER TABLE enhancement_history DISABLE ROW LEVEL SECURITY');
    try {
      await withRole('IN ROLE app_user', async (url) => {
        const environment = { DATABASE_URL: url, MIGRATION_DATABASE_URL: database.url };
        await withService(environment, async ({ report }) => {
          expect(report.tenants).toBe('refused: row-level security is off on enhancement_history');
        });
      });
    } finally {
      await engine.query('ALTER TABLE enhancement_history ENABLE ROW LEVEL SECURITY');
    }
  });

  it('refuses tenants where their tables are not there yet', async () => {
    await using engine = await openEngine({ url: database.url, poolSize: 1 });
    const empty = `empty_${randomUUID().replaceAll('-', '')}`;
    await engine.query(`CREATE DATABASE ${empty}`);
    const url = new URL(database.url);
    url.pathname = `/${empty}`;
    try {
      await withRole('IN ROLE app_user', async (login) => {
        const its = new URL(login);
        its.pathname = url.pathname;
        const environment = { DATABASE_URL: its.href, MIGRATE_ON_START: 'false' };
        await withService(environment, async ({ report }) => {
          expect(report.tenants).toMatch(/^refused: there is no table tenant_configs,/);
        });
      });
    } finally {
      await engine.query(`DROP DATABASE ${empty}`);
    }
  });
});

describe.each(DATABASES)('the keys of secrets at the start, on the %s database', (kind) => {
  const service = useTenantService(kind);

  it('are not asked for where there are no secrets', async () => {
    const { keyring, refusals } = await openTenancy(service.db, TABLES, undefined);
    expect([keyring, refusals]).toEqual([undefined, []]);
  });

  it('are asked for where there are', async () => {
    const body = { tenant_id: 'acme', name: 'Acme', servicedesk_api_key: 'hush' };
    expect((await service.call(ADMIN, 'POST', '/api/tenants', body)).status).toBe(201);
    await expect(openTenancy(service.db, TABLES, undefined)).rejects.toThrow(
      'KEY_ENCRYPTION_KEYS is not set, and the database holds secrets, such as those of tenant acme',
    );
    const id = service.keyEncryptionKeys.split(':')[0] ?? '';
    await expect(openTenancy(service.db, TABLES, generateKeyEncryptionKey())).rejects.toMatchObject(
      {
        code: 'SECRET_KEY_UNKNOWN',
        message: expect.stringContaining(id),
      },
    );
    const wrong = `${id}:${randomBytes(32).toString('base64')}`;
    await expect(openTenancy(service.db, TABLES, wrong)).rejects.toMatchObject({
      code: 'SECRET_KEY_WRONG',
    });
    await expect(openTenancy(service.db, TABLES, 'rubbish')).rejects.toMatchObject({
      message: expect.not.stringContaining('rubbish'),
    });
    expect(
      (await openTenancy(service.db, TABLES, service.keyEncryptionKeys)).keyring,
    ).toBeDefined();
  });
});
