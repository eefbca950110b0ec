// `plinth verify`, run as a person runs it, on projects that are well and on projects that are not.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEngine } from 'plinth';
import { upgrade } from 'plinth/migrate';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import { runCli } from '../src/cli/run-cli.js';
import type { Diagnosis, Finding } from '../src/doctor/index.js';
import { asUser, uniqueRole } from './support/tenant-table.js';

const PROGRAM = fileURLToPath(new URL('../bin/plinth.js', import.meta.url));
const FIRST = revisionText('first', '(base)', 'CREATE TABLE notes (id int);');
const DATABASE_CHECKS = [
  'server',
  'query',
  'tls',
  'pool',
  'connections',
  'pooler',
  'extensions',
  'revisions',
  'row-level security',
];

const server = useDatabase();
const role = uniqueRole();
let folder: string;

beforeAll(async () => {
  await asOwner(`CREATE ROLE ${role} LOGIN NOSUPERUSER NOBYPASSRLS`);
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plinth-verify-'));
  await asOwner('DROP SCHEMA IF EXISTS plinth CASCADE; DROP TABLE IF EXISTS notes');
  await write('revisions/first.sql', FIRST);
  return () => rm(folder, { recursive: true, force: true });
});

afterAll(async () => {
  await asOwner(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
});

async function asOwner(statements: string): Promise<void> {
  await using owner = await openEngine({ url: server.url, poolSize: 1 });
  await owner.query(statements);
}

async function write(name: string, text: string): Promise<void> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
}

function revisionText(id: string, revises: string, statements: string): string {
  return [
    `-- plinth:revision ${id}`,
    `-- plinth:revises ${revises}`,
    `-- plinth:message ${id}`,
    `-- plinth:upgrade\n${statements}`,
    '-- plinth:downgrade\n',
  ].join('\n');
}

/** Runs the revisions, and lets the role see that they were. */
async function migrate(): Promise<void> {
  await using owner = await openEngine({ url: server.url, poolSize: 1 });
  await upgrade(owner, 'head', { revisions: join(folder, 'revisions') });
  await owner.query(
    `GRANT USAGE ON SCHEMA plinth TO ${role}; GRANT SELECT ON plinth.ledger TO ${role}`,
  );
}

interface Project {
  readonly url?: string;
  readonly extensions?: readonly string[];
}

async function configure(project: Project = {}): Promise<void> {
  const config = { url: asUser(server.url, role), ...project };
  await write('plinth.config.ts', `export default ${JSON.stringify(config)};`);
}

interface Run {
  readonly status: number;
  readonly out: string;
  readonly error: string;
}

async function verify(args: readonly string[] = [], env: Record<string, string> = {}) {
  const said = { out: '', error: '' };
  const status = await runCli(['verify', ...args], {
    folder,
    env: { ...env },
    isScreen: false,
    out: (line) => {
      said.out += `${line}\n`;
    },
    error: (line) => {
      said.error += `${line}\n`;
    },
  });
  return { status, ...said };
}

function verifyAsProcess(): Promise<Run> {
  const { DATABASE_URL: _unset, ...inherited } = process.env;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [PROGRAM, 'verify'],
      { cwd: folder, env: inherited },
      (_failure, out, error) => resolve({ status: child.exitCode ?? -1, out, error }),
    );
  });
}

/** What the checks of a project find, by name, and the exit status. */
async function findings(env: Record<string, string> = {}) {
  const { status, out, error } = await verify(['--json'], env);
  expect(error).toBe('');
  const diagnosis: Diagnosis = JSON.parse(out);
  expect(diagnosis.status).toBe(status === 0 ? 'passed' : 'failed');
  const byName = new Map(diagnosis.checks.map((check) => [check.name, check]));
  return { status, of: (name: string): Finding | undefined => byName.get(name), diagnosis };
}

function failedNames({ checks }: Diagnosis): readonly string[] {
  return checks.filter(({ status }) => status === 'failed').map(({ name }) => name);
}

describe('a project that is well', () => {
  it('passes every check on a server', async () => {
    await migrate();
    await configure({ extensions: ['plpgsql'] });
    const { status, out, error } = await verifyAsProcess();
    expect({ status, error }).toEqual({ status: 0, error: '' });
    expect(out.replaceAll(/127[^\n]*|\d+(\.\d+)+( ms)?|tenant_\w+/g, '…')).toBe(
      [
        '✓ url                 postgres://…@…',
        '✓ revision files      1 revision',
        '✓ server              PostgreSQL …',
        '✓ query               SELECT 1 in …',
        '– tls                 not in use',
        '                      → Add ?sslmode=verify-full to the URL where others share the network.',
        '✓ pool                size 10, overflow 10, timeout 30 s, recycle 3600 s, pre-ping on, statement cache 256, pooler none',
        '✓ connections         5 at once',
        '✓ pooler              none noticed, none configured',
        '✓ extensions          plpgsql …',
        '✓ revisions           at first',
        '✓ row-level security  … cannot bypass it; no table has it',
        '',
        'nothing is wrong',
        '',
      ].join('\n'),
    );
  });

  it('passes on the embedded database, which is said to be no security boundary', async () => {
    await configure({ url: 'pglite://memory' });
    await rm(join(folder, 'revisions', 'first.sql'));
    const { status, of } = await findings();
    expect(status).toBe(0);
    expect(of('server')?.message).toMatch(/^PostgreSQL 18\.\d+, embedded$/);
    expect(of('row-level security')).toMatchObject({
      status: 'skipped',
      message: expect.stringContaining('no security boundary'),
    });
    expect(of('connections')).toMatchObject({ status: 'skipped' });
  });

  it('counts what the pool allows when that is less than five', async () => {
    await migrate();
    await configure();
    const { of } = await findings({ DB_POOL_SIZE: '2', DB_MAX_OVERFLOW: '1' });
    expect(of('connections')?.message).toBe('3 at once, all that the pool allows');
    expect(of('pool')?.message).toContain('size 2, overflow 1');
  });

  it('may have comments changed in a revision that was applied', async () => {
    await migrate();
    await write('revisions/first.sql', FIRST.replace('CREATE', '-- a note\nCREATE'));
    await configure();
    const { of } = await findings();
    expect(of('revisions')).toMatchObject({
      status: 'passed',
      message: expect.stringContaining('comments or white space changed'),
    });
  });
});

describe('a project that cannot be examined to the end', () => {
  it.each([
    { files: {}, says: 'no plinth.config.ts' },
    { files: { 'plinth.config.ts': 'export default { colour: 1 };' }, says: 'must be a database' },
    {
      files: { 'plinth.config.ts': 'export default { url: "pglite://memory", extensions: "x" };' },
      says: 'extensions must be a list of names',
    },
    { files: { 'plinth.config.ts': 'import "./gone.js";' }, says: 'cannot be loaded' },
  ])('has no configuration: $says', async ({ files, says }) => {
    for (const [name, text] of Object.entries(files)) await write(name, text);
    const { status, of, diagnosis } = await findings();
    expect(status).toBe(1);
    expect(of('configuration')).toMatchObject({
      status: 'failed',
      message: expect.stringContaining(says),
      hint: expect.stringMatching(/./),
    });
    const others = diagnosis.checks.slice(1);
    expect(others).toHaveLength(2 + DATABASE_CHECKS.length);
    expect(others.every(({ message }) => message === 'not reached')).toBe(true);
  });

  it('has a variable that cannot be read', async () => {
    await configure();
    const { status, of } = await findings({ DB_POOL_SIZE: 'many' });
    expect(status).toBe(1);
    expect(of('configuration')?.message).toContain('DB_POOL_SIZE is "many"');
  });

  it('has a URL that is not one, and its password stays unsaid', async () => {
    await configure({ url: 'postgres://u:s3cr@et@h/d' });
    const { status, out } = await verifyAsProcess();
    expect(status).toBe(1);
    expect(out).toContain('✗ url ');
    expect(out).toContain('%40');
    expect(out).toContain('✓ revision files');
    expect(out).toContain('✗ server');
    expect(out).not.toMatch(/s3cr|et@/);
  });

  it('has a server that is away: the rest is not reached', async () => {
    await configure({ url: 'postgres://app:s3cret@127.0.0.1:1/shop' });
    const { status, of, diagnosis } = await findings();
    expect(status).toBe(1);
    expect(of('url')).toEqual({
      name: 'url',
      status: 'passed',
      message: 'postgres://app:***@127.0.0.1:1/shop',
    });
    expect(of('server')).toMatchObject({
      status: 'failed',
      hint: expect.stringContaining('Start'),
    });
    for (const name of DATABASE_CHECKS.slice(1)) {
      expect(of(name)).toEqual({ name, status: 'skipped', message: 'not reached' });
    }
    expect(JSON.stringify(diagnosis)).not.toContain('s3cret');
  });
});

describe('a project with something wrong', () => {
  it.each([
    { extension: 'vector', says: 'not available', hint: 'postgresql-<major>-pgvector' },
    { extension: 'pgvector', says: 'not available', hint: 'Call it vector' },
    { extension: 'gone', says: 'not available', hint: 'the package that holds gone' },
    { extension: 'pg_trgm', says: 'not installed in this', hint: 'CREATE EXTENSION "pg_trgm";' },
  ])('lacks the extension $extension', async ({ extension, says, hint }) => {
    await migrate();
    await configure({ extensions: ['plpgsql', extension] });
    const { diagnosis, of } = await findings();
    expect(failedNames(diagnosis)).toEqual(['extensions']);
    expect(of('extensions')?.message).toContain(says);
    expect(of('extensions')?.hint).toContain(hint);
  });

  it('lacks an extension on the embedded database', async () => {
    await configure({ url: 'pglite://memory', extensions: ['vector', 'postgis'] });
    await rm(join(folder, 'revisions', 'first.sql'));
    const { status, of } = await findings();
    expect(status).toBe(1);
    expect(of('extensions')?.message).toBe('not available on this server: postgis');
    expect(of('extensions')?.hint).toBe('Set DATABASE_URL to a server that has it.');
  });

  it('gets fewer than five connections', async () => {
    await migrate();
    await configure();
    await asOwner(`ALTER ROLE ${role} CONNECTION LIMIT 2`);
    try {
      const { diagnosis, of } = await findings();
      expect(failedNames(diagnosis)).toEqual(['connections']);
      expect(of('connections')?.message).toContain('2 of 5 at once');
      expect(of('connections')?.message).toContain('too many connections for role');
    } finally {
      await asOwner(`ALTER ROLE ${role} CONNECTION LIMIT -1`);
    }
  });

  it('has a pool that the server cannot bear', async () => {
    await migrate();
    await configure();
    const { diagnosis, of } = await findings({ DB_POOL_SIZE: '900' });
    expect(failedNames(diagnosis)).toEqual(['pool']);
    expect(of('pool')?.message).toMatch(/size 900, .*: more than the \d+ connections/);
  });

  it('has a timeout that a transaction pooler would not pass on', async () => {
    await migrate();
    await configure();
    const { diagnosis, of } = await findings({
      DB_POOLER: 'transaction',
      DB_STATEMENT_TIMEOUT: '5',
    });
    expect(failedNames(diagnosis)).toEqual(['pool']);
    expect(of('pool')?.hint).toContain('ALTER ROLE');
  });

  it.each([
    {
      what: 'pending',
      prepare: () => write('revisions/second.sql', revisionText('second', 'first', 'SELECT 2;')),
      failing: ['revisions'],
      says: 'at first, pending: second',
    },
    {
      what: 'without a file',
      prepare: () => write('revisions/first.sql', FIRST.replaceAll('first', 'other')),
      failing: ['revisions'],
      says: 'no file carries: first',
    },
    {
      what: 'changed',
      prepare: () => write('revisions/first.sql', FIRST.replace('notes', 'other')),
      failing: ['revisions'],
      says: 'changed since it was applied',
    },
    {
      what: 'broken',
      prepare: () => write('revisions/second.sql', 'SELECT 2;'),
      failing: ['revision files', 'revisions'],
      says: 'second.sql',
    },
    {
      what: 'in two branches',
      prepare: () => write('revisions/second.sql', revisionText('second', '(base)', 'SELECT 2;')),
      failing: ['revision files', 'revisions'],
      says: 'pending: second',
    },
  ])('has revisions $what', async ({ prepare, failing, says }) => {
    await migrate();
    await configure();
    await prepare();
    const { diagnosis, of } = await findings();
    expect(failedNames(diagnosis)).toEqual(failing);
    expect(of('revisions')?.message).toContain(says);
  });

  it('has a role that may not read the ledger', async () => {
    await migrate();
    await configure();
    await asOwner(
      `REVOKE ALL ON SCHEMA plinth FROM ${role}; REVOKE ALL ON plinth.ledger FROM ${role}`,
    );
    const { diagnosis, of } = await findings();
    expect(failedNames(diagnosis)).toEqual(['revisions']);
    expect(of('revisions')).toMatchObject({
      message: expect.stringContaining('permission denied'),
      hint: expect.stringContaining('Grant'),
    });
  });

  it('connects as a superuser', async () => {
    await migrate();
    await configure({ url: server.url });
    const { diagnosis, of } = await findings();
    expect(failedNames(diagnosis)).toEqual(['row-level security']);
    expect(of('row-level security')?.message).toContain('is a superuser and bypasses it');
  });

  it.each([
    {
      what: 'bypasses row-level security',
      before: `ALTER ROLE ${role} BYPASSRLS`,
      after: `ALTER ROLE ${role} NOBYPASSRLS`,
      says: 'has BYPASSRLS',
    },
    {
      what: 'owns a table that does not force it',
      before: `ALTER TABLE notes OWNER TO ${role}; ALTER TABLE notes ENABLE ROW LEVEL SECURITY`,
      after: 'DROP TABLE notes',
      says: 'owns, and so bypasses it on: notes',
    },
  ])('has a role that $what', async ({ before, after, says }) => {
    await migrate();
    await configure();
    await asOwner(before);
    try {
      const { diagnosis, of } = await findings();
      expect(failedNames(diagnosis)).toEqual(['row-level security']);
      expect(of('row-level security')?.message).toContain(says);
    } finally {
      await asOwner(after);
    }
  });

  it('has a table with a tenant that row-level security was taken off', async () => {
    await migrate();
    await configure();
    await asOwner(
      `CREATE TABLE held (tenant_id text); ALTER TABLE held ENABLE ROW LEVEL SECURITY;
       CREATE TABLE loose (tenant_id text)`,
    );
    try {
      const { diagnosis, of } = await findings();
      expect(failedNames(diagnosis)).toEqual(['row-level security']);
      expect(of('row-level security')?.message).toBe(
        'it is off on loose, which has a column tenant_id',
      );
    } finally {
      await asOwner('DROP TABLE held, loose');
    }
  });

  it('is content with an owner when row-level security is forced', async () => {
    await migrate();
    await configure();
    await asOwner(
      `ALTER TABLE notes OWNER TO ${role}; ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
       ALTER TABLE notes FORCE ROW LEVEL SECURITY`,
    );
    const { of } = await findings();
    expect(of('row-level security')).toMatchObject({
      status: 'passed',
      message: expect.stringContaining('on 1 table'),
    });
  });
});

describe('with MIGRATION_DATABASE_URL', () => {
  it('looks at what the program connects to, not at the owner', async () => {
    await migrate();
    await configure({ url: server.url });
    const urls = { MIGRATION_DATABASE_URL: server.url, DATABASE_URL: asUser(server.url, role) };
    const { of } = await findings(urls);
    expect(of('row-level security')?.message).toContain(`${role} cannot bypass it`);
  });
});

describe('colours', () => {
  it.each([
    { isScreen: true, env: {}, coloured: true },
    { isScreen: true, env: { NO_COLOR: '' }, coloured: true },
    { isScreen: true, env: { NO_COLOR: '1' }, coloured: false },
    { isScreen: false, env: {}, coloured: false },
  ])('are shown where they belong: $isScreen, $env', async ({ isScreen, env, coloured }) => {
    const lines: string[] = [];
    const out = (line: string) => lines.push(line);
    const status = await runCli(['verify'], { folder, env, isScreen, out, error: out });
    expect(status).toBe(1);
    expect(lines.join('\n')).toContain('✗');
    expect(lines.join('\n').includes('\u001b[')).toBe(coloured);
  });
});
