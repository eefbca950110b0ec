// `plinth keys`: a new key, how keys stand, rotation from the command line, and a rotation that was
// killed.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, type Database, openEngine } from 'plinth';
import { keyEncryptionFromEnv, openKeyring } from 'plinth/secrets';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import { CliProject } from './support/cli-project.js';
import {
  accounts,
  addTenant,
  createSecretTables,
  createSecretTablesAt,
  dataKeys,
  dropSecretsRole,
  keyOf,
  SECRETS_ROLE,
  TENANTS_QUERY,
} from './support/secret-tables.js';
import { asUser } from './support/tenant-table.js';

const PROGRAM = fileURLToPath(new URL('../bin/plinth.js', import.meta.url));
const INSTALLED = fileURLToPath(new URL('../../node_modules', import.meta.url));
const server = useDatabase();

const MODELS = `
import { pgTable, text, uuid, varchar } from 'drizzle-orm/pg-core';
import { blindIndex, dataKeyTable, encrypted, isolated } from 'plinth/models';

export const dataKeys = dataKeyTable({ role: '${SECRETS_ROLE}' });
export const accounts = pgTable('accounts', {
  id: uuid('id').primaryKey(),
  tenantId: varchar('tenant_id', { length: 100 }).notNull(),
  apiKey: encrypted('api_key').notNull(),
  email: encrypted('email'),
  emailIndex: blindIndex('email_index', { of: 'email', normalize: (text) => text.toLowerCase() }),
  note: text('note'),
}, (table) => [isolated(table, { role: '${SECRETS_ROLE}' })]);
`;

let db: Database;
let project: CliProject;
let child: ChildProcess | undefined;
const written = new Map<string, { readonly tenant: string; readonly plaintext: string }>();

const url = () => asUser(server.url, SECRETS_ROLE);
const config = () => ({
  url: url(),
  schema: ['./models.mjs'],
  secrets: { tenants: TENANTS_QUERY },
});

beforeAll(async () => {
  await createSecretTablesAt(server.url);
  db = await connect({ url: url(), poolSize: 2 });
  for (const tenant of ['acme', 'globex']) await addTenant(db, tenant);
});

afterAll(async () => {
  await db.close();
  await dropSecretsRole(server.url);
});

beforeEach(async () => {
  written.clear();
  for (const tenant of ['acme', 'globex']) {
    await db.tenant(tenant).delete(accounts);
    await db.tenant(tenant).delete(dataKeys);
  }
  const keyring = ring('k1');
  for (let index = 0; index < 12; index++) {
    const tenant = index % 2 === 0 ? 'acme' : 'globex';
    const id = randomUUID();
    const plaintext = `secret ${index}`;
    const apiKey = await keyring.seal(accounts.apiKey, { tenant, row: id }, plaintext);
    await db.tenant(tenant).insert(accounts).values({ id, tenantId: tenant, apiKey });
    written.set(id, { tenant, plaintext });
  }
  project = await CliProject.create(config());
  await symlink(INSTALLED, join(project.folder, 'node_modules'), 'junction');
  await project.write('models.mjs', MODELS);
  project.env.KEY_ENCRYPTION_KEYS = keyOf('k1');
});

afterEach(async () => {
  child?.kill('SIGKILL');
  await project[Symbol.asyncDispose]();
});

function ring(...ids: readonly string[]) {
  const keyEncryption = keyEncryptionFromEnv({ KEY_ENCRYPTION_KEYS: ids.map(keyOf).join(',') });
  return openKeyring(db, { keyEncryption, table: dataKeys });
}

/** Puts the key of the other tenant in the place of a tenant's own. */
async function damageKey(tenant: 'acme' | 'globex'): Promise<string> {
  const [other] = await db
    .tenant(tenant === 'acme' ? 'globex' : 'acme')
    .select()
    .from(dataKeys);
  if (other === undefined) throw new Error('there is no data key');
  const { wrappedKey } = other;
  const [own] = await db.tenant(tenant).update(dataKeys).set({ wrappedKey }).returning();
  if (own === undefined) throw new Error('there is no data key');
  return own.id;
}

async function expectAll(...ids: readonly string[]): Promise<void> {
  const keyring = ring(...ids);
  for (const tenant of ['acme', 'globex']) {
    for (const { id, apiKey } of await db.tenant(tenant).select().from(accounts)) {
      const place = { tenant, row: id };
      expect(await keyring.open(accounts.apiKey, place, apiKey)).toBe(written.get(id)?.plaintext);
    }
  }
}

describe('plinth keys generate', () => {
  it('prints a key that can be used, and nothing else', async () => {
    const { status, out, error } = await project.plinth(['keys', 'generate']);
    expect({ status, lines: out.split('\n').length }).toEqual({ status: 0, lines: 1 });
    expect(error).toContain('KEY_ENCRYPTION_KEYS');
    const port = keyEncryptionFromEnv({ KEY_ENCRYPTION_KEYS: out });
    expect(port.knownKeyIds).toEqual([out.slice(0, out.indexOf(':'))]);
    const other = await project.plinth(['keys', 'generate']);
    expect(other.out).not.toBe(out);
  });

  it('calls it as it is told, and refuses a name that could not be read back', async () => {
    const { out } = await project.plinth(['keys', 'generate', '--id', 'blue', '--json']);
    expect(JSON.parse(out)).toMatchObject({ id: 'blue', key: expect.stringMatching(/^blue:/) });
    const refused = await project.plinth(['keys', 'generate', '--id', 'a:b']);
    expect(refused).toMatchObject({ status: 1, error: expect.stringContaining('SECRET_KEYS_') });
  });
});

describe('plinth keys status', () => {
  it('tells which keys are in use, and where', async () => {
    const { status, out, error } = await project.plinth(['keys', 'status']);
    expect({ status, error }).toEqual({ status: 0, error: '' });
    expect(out.split('\n')).toEqual([
      '2 tenants, key-encryption keys:',
      '  k1  2 data keys, 12 values (current)',
      'encrypted columns:',
      '  accounts.api_key      12 values',
      '  accounts.email        0 values',
      '  accounts.email_index  0 values',
    ]);
    const { out: json } = await project.plinth(['keys', 'status', '--json']);
    expect(JSON.parse(json)).toMatchObject({ status: 'passed', tenants: 2 });
  });

  it.each([
    ['another key alone', () => keyOf('k2'), '(missing)'],
    ['another key of that name', () => keyOf('k9').replace('k9', 'k1'), '(wrong)'],
  ])('exits with 1 where it is given %s', async (_, keys, shown) => {
    project.env.KEY_ENCRYPTION_KEYS = keys();
    const { status, out, error } = await project.plinth(['keys', 'status']);
    expect(status).toBe(1);
    expect(out).toContain(shown);
    expect(error).toContain('hint: ');
    for (const key of [keyOf('k1'), keys()]) {
      expect(out + error).not.toContain(key.slice(key.indexOf(':') + 1));
    }
  });

  it('exits with 1 where a data key does not open, and names it', async () => {
    const id = await damageKey('globex');
    const { status, out, error } = await project.plinth(['keys', 'status']);
    expect({ status, lines: error.split('\n').length }).toEqual({ status: 1, lines: 4 });
    expect(out).toContain('  k1  2 data keys, 12 values (current)');
    expect(out).toContain('12 values, 6 unreadable');
    expect(error).toContain(`data key ${id}, tenant globex: `);
    const { out: json } = await project.plinth(['keys', 'status', '--json']);
    expect(JSON.parse(json)).toMatchObject({
      status: 'failed',
      damagedDataKeys: [{ tenant: 'globex', dataKeyId: id, keyEncryptionKeyId: 'k1' }],
    });
  });

  it('exits with 1 where the query leaves tenants out, as a role that sees them', async () => {
    const secrets = { tenants: `${TENANTS_QUERY} WHERE id <> 'globex'` };
    await project.configure({ ...config(), url: server.url, secrets });
    const { status, out, error } = await project.plinth(['keys', 'status']);
    expect({ status, first: out.split('\n')[0] }).toEqual({
      status: 1,
      first: '2 tenants, key-encryption keys:',
    });
    expect(error).toContain('the query for tenants does not list globex\nhint: ');
    project.env.KEY_ENCRYPTION_KEYS = `${keyOf('k2')}, ${keyOf('k1')}`;
    const rotated = await project.plinth(['keys', 'rotate']);
    expect(rotated).toMatchObject({ status: 1, out: '2 data keys wrapped anew, 2 tenants' });
    expect(rotated.error).toContain('does not list globex\nhint: ');
  });

  it('exits with 1 where no key is set, and where one is cut', async () => {
    delete project.env.KEY_ENCRYPTION_KEYS;
    const unset = await project.plinth(['keys', 'status']);
    expect(unset).toMatchObject({ status: 1, error: expect.stringContaining('is not set') });
    const cut = keyOf('k1').slice(0, -4);
    project.env.KEY_ENCRYPTION_KEYS = cut;
    const broken = await project.plinth(['keys', 'status']);
    expect(broken).toMatchObject({ status: 1, error: expect.stringContaining('SECRET_KEYS_') });
    expect(broken.error).not.toContain(cut.slice(5, 20));
  });

  it('exits with 1 where policies hide the tenants, and never tells of none', async () => {
    await project.configure({ ...config(), secrets: {} });
    const { status, out, error } = await project.plinth(['keys', 'status']);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(error).toContain('TENANCY_TENANTS_UNKNOWN');
  });

  it('sees all tenants without a query as a role that may', async () => {
    await project.configure({ ...config(), url: server.url, secrets: {} });
    const { status, out } = await project.plinth(['keys', 'status']);
    expect(status).toBe(0);
    expect(out).toContain('12 values (current)');
  });

  it('takes keys from the configuration', async () => {
    const text = `import { keyEncryptionFromEnv } from 'plinth/secrets';
      export default {
        url: ${JSON.stringify(url())},
        schema: ['./models.mjs'],
        secrets: {
          tenants: ${JSON.stringify(TENANTS_QUERY)},
          keyEncryption: async () => keyEncryptionFromEnv({ KEYS: ${JSON.stringify(keyOf('k1'))} }, 'KEYS'),
        },
      };`;
    await project.write('own.config.mjs', text);
    delete project.env.KEY_ENCRYPTION_KEYS;
    const { status, error } = await project.plinth(['keys', 'status', '-c', 'own.config.mjs']);
    expect({ status, error }).toEqual({ status: 0, error: '' });
  });
});

describe('plinth keys rotate', () => {
  it('leads to a new key-encryption key, and the old one can go', async () => {
    project.env.KEY_ENCRYPTION_KEYS = `${keyOf('k2')}, ${keyOf('k1')}`;
    const { status, out } = await project.plinth(['keys', 'rotate']);
    expect({ status, out }).toEqual({ status: 0, out: '2 data keys wrapped anew, 2 tenants' });
    project.env.KEY_ENCRYPTION_KEYS = keyOf('k2');
    expect((await project.plinth(['keys', 'status'])).status).toBe(0);
    await expectAll('k2');
  });

  it('encrypts everything again with --data-keys', async () => {
    const args = ['keys', 'rotate', '--data-keys', '--batch', '5'];
    const { status, out } = await project.plinth(args);
    expect(status).toBe(0);
    expect(out).toContain('2 new data keys, 12 values encrypted again');
    await expectAll('k1');
  });

  it('works on the embedded database, lowered to the role of tenants', async () => {
    const embedded = `pglite://${join(project.folder, 'data')}`;
    const id = randomUUID();
    await using local = await connect({ url: embedded, tenantRole: SECRETS_ROLE });
    await createSecretTables(local.engine);
    const keyEncryption = keyEncryptionFromEnv(project.env);
    const keyring = openKeyring(local, { keyEncryption, table: dataKeys });
    const apiKey = await keyring.seal(accounts.apiKey, { tenant: 'acme', row: id }, 'hunter2');
    await local.tenant('acme').insert(accounts).values({ id, tenantId: 'acme', apiKey });
    await local.close();
    await project.configure({ ...config(), url: embedded, secrets: {} });
    project.env.DB_TENANT_ROLE = SECRETS_ROLE;
    const { status, out } = await project.plinth(['keys', 'rotate', '--data-keys']);
    expect({ status, out }).toEqual({
      status: 0,
      out: '0 data keys wrapped anew, 1 tenant\n1 new data key, 1 value encrypted again',
    });
  });

  it.each([[['keys', 'rotate']], [['keys', 'rotate', '--data-keys']]])(
    'passes by a data key that does not open, and exits with 1: %j',
    async (args) => {
      const id = await damageKey('acme');
      project.env.KEY_ENCRYPTION_KEYS = `${keyOf('k2')}, ${keyOf('k1')}`;
      const { status, out, error } = await project.plinth(args);
      expect(status).toBe(1);
      expect(out).toContain('1 data key wrapped anew, 2 tenants');
      expect(error).toContain(`data key ${id}, tenant acme: `);
      expect(error).toContain('6 values cannot be read by anybody');
      const json = await project.plinth([...args, '--json']);
      expect(json.status).toBe(1);
      expect(JSON.parse(json.out)).toMatchObject({
        status: 'failed',
        keys: { damagedDataKeys: [{ tenant: 'acme', dataKeyId: id }] },
      });
    },
  );

  it('says what nobody can read, and exits with 1', async () => {
    const [id = ''] = written.keys();
    await db.tenant('acme').execute(`UPDATE accounts SET api_key = 'by hand' WHERE id = '${id}'`);
    const { status, error } = await project.plinth(['keys', 'rotate', '--data-keys']);
    expect(status).toBe(1);
    expect(error).toContain(`accounts.api_key, tenant acme, row ${id}: it is not encrypted`);
    expect(error).not.toContain('by hand');
    expect((await project.plinth(['keys', 'status'])).status).toBe(1);
  });

  it.each([
    [['keys', 'rotate', '--batch', '0'], 2],
    [['keys', 'destroy'], 2],
    [['keys', 'status', '--data-keys'], 1],
  ])('refuses %j', async (args, expected) => {
    const { status, error } = await project.plinth(args);
    expect(status).toBe(expected);
    expect(error).toContain('CLI_USAGE');
  });

  it('goes on after kill -9', { timeout: 60_000 }, async () => {
    // Somebody holds the last row of a tenant, so the rotation cannot come to its end.
    const held = [...written.entries()]
      .filter(([, { tenant }]) => tenant === 'globex')
      .map(([id]) => id)
      .sort()
      .at(-1);
    const barrier = new EventEmitter();
    const released = once(barrier, 'release');
    const isHeld = once(barrier, 'held');
    const holder = db.tenant('globex').transaction(async (tx) => {
      await tx.execute(`SELECT 1 FROM accounts WHERE id = '${held}' FOR UPDATE`);
      barrier.emit('held');
      await released;
    });
    await isHeld;
    await project.write('plinth.config.mjs', `export default ${JSON.stringify(config())};`);
    const ended = run('keys', 'rotate', '--data-keys', '--batch', '1');
    await using watcher = await openEngine({ url: server.url, poolSize: 1 });
    await vi.waitUntil(async () => (await waiting(watcher)) > 0, { timeout: 30_000 });
    child?.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    barrier.emit('release');
    await holder;
    await expectAll('k1');
    const { status, out } = await project.plinth(['keys', 'rotate', '--data-keys']);
    expect(status).toBe(0);
    expect(out).toContain('went on with a rotation');
    expect(out).toContain('0 new data keys, 7 values encrypted again');
    await expectAll('k1');
  });

  function run(...args: readonly string[]): Promise<NodeJS.Signals | null> {
    const started = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: project.folder,
      env: project.env,
      stdio: 'ignore',
    });
    child = started;
    return new Promise((resolve) => {
      started.once('close', (_, signal) => resolve(signal));
    });
  }

  async function waiting(engine: Awaited<ReturnType<typeof openEngine>>): Promise<number> {
    const { rows } = await engine.query(
      `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = $1`,
      [server.name],
    );
    return rows.length;
  }
});
