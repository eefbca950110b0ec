// `plinth diff`: what may be compared, what is printed where, and how it ends.

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openEngine } from 'plinth';
import { createDatabase, startPostgres } from 'plinth/testing';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { systemBinDirs } from '../../test/support/pg-dump.js';
import { runCli } from '../src/cli/run-cli.js';
import type { Plan } from '../src/diff/index.js';

let folder: string;
const drops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plinth-diff-'));
});

afterEach(async () => {
  for (const drop of drops.splice(0)) await drop();
  await rm(folder, { recursive: true, force: true });
});

/** A database with a schema in it. */
async function databaseWith(sql: string, server = inject('serverUrl')): Promise<string> {
  const { url, drop } = await createDatabase(server);
  drops.push(drop);
  await apply(url, sql);
  return url;
}

async function apply(url: string, sql: string): Promise<void> {
  await using engine = await openEngine({ url, poolSize: 1 });
  if (sql !== '') await engine.query(sql);
}

async function write(path: string, text: string): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return path;
}

interface Run {
  readonly status: number;
  readonly out: string;
  readonly error: string;
}

/** @param answers What a person at the terminal says; without them nobody sits there. */
async function plinth(args: readonly string[], answers?: readonly string[]): Promise<Run> {
  const lines: { readonly out: string[]; readonly error: string[] } = { out: [], error: [] };
  const left = [...(answers ?? [])];
  const status = await runCli(args, {
    folder,
    env: {},
    isScreen: false,
    out: (line) => lines.out.push(line),
    error: (line) => lines.error.push(line),
    ...(answers === undefined
      ? {}
      : {
          ask: async (question: string) => {
            lines.error.push(question);
            return left.shift() ?? '';
          },
        }),
  });
  expect(left).toEqual([]);
  return { status, out: lines.out.join('\n'), error: lines.error.join('\n') };
}

/** With the server as scratch, which is there already; the embedded one has to be opened. */
function diff(from: string, to: string, ...flags: string[]): Promise<Run> {
  return plinth(['diff', from, to, '--scratch-url', inject('serverUrl'), ...flags]);
}

describe('plinth diff', () => {
  it('prints SQL that makes the one as the other, and nothing else', async () => {
    const from = await databaseWith('CREATE TABLE a (id int)');
    const to = await databaseWith('CREATE TABLE a (id int, name text)');
    const run = await diff(from, to);
    expect(run).toEqual({
      status: 0,
      out: 'ALTER TABLE public.a ADD COLUMN name text;',
      error: '',
    });
    await apply(from, run.out);
    expect(await diff(from, to, '--exit-code')).toEqual({ status: 0, out: '', error: '' });
  });

  it.each([
    ['', 0],
    ['--exit-code', 2],
  ])('with %j ends with %i where the sides differ', async (flag, status) => {
    const to = await databaseWith('CREATE TABLE a ()');
    expect((await diff('empty', to, ...(flag === '' ? [] : [flag]))).status).toBe(status);
  });

  it('prints the plan as JSON', async () => {
    const from = await databaseWith('CREATE TABLE a (id int)');
    const { out } = await diff(from, 'empty', '--json');
    const plan: Plan & { readonly notes: readonly string[] } = JSON.parse(out);
    expect(plan.changes).toContainEqual({ verb: 'drop', object: 'table:public.a' });
    expect(plan.statements).toHaveLength(1);
    expect(plan.statements[0]).toMatchObject({
      sql: 'DROP TABLE public.a',
      transactional: true,
      locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'public.a' }],
    });
    expect(plan.statements[0]?.hazards.map(({ kind }) => kind)).toContain('loses-data');
    expect(plan).toMatchObject({ unmodelled: { from: [], to: [] }, notes: [] });
  });

  it('takes files and folders, in the order of their paths', async () => {
    await write('schema/b/2.sql', 'ALTER TABLE a ADD late int;');
    await write('schema/a/1.sql', 'CREATE TABLE a (id int);');
    await write('schema/a/notes.txt', 'no SQL');
    const file = await write('one.sql', 'CREATE TABLE a (id int);');
    const run = await diff(file, 'schema');
    expect(run).toEqual({
      status: 0,
      out: 'ALTER TABLE public.a ADD COLUMN late integer;',
      error: '',
    });
  });

  it('compares a file with a database, in the embedded scratch too', async () => {
    const file = await write('one.sql', 'CREATE TABLE a (id int);');
    const database = await databaseWith('CREATE TABLE a (id int)');
    const same = { status: 0, out: '', error: '' };
    expect(await diff(database, file)).toEqual(same);
    expect(await plinth(['diff', database, file])).toEqual(same);
  });

  it('compares owners of databases, and not with a file, which has none', async () => {
    const sql = 'CREATE TABLE a (id int)';
    const [from, to] = [await databaseWith(sql), await databaseWith(sql)];
    await apply(to, 'ALTER TABLE a OWNER TO pg_monitor; GRANT SELECT ON a TO pg_read_all_stats');
    expect((await diff(from, to)).out).toContain('OWNER TO pg_monitor');
    expect((await diff(from, to, '--no-owners')).out).not.toContain('OWNER');
    expect((await diff(from, to, '--no-owners', '--no-privileges')).out).toBe('');
    const { out } = await diff(await write('one.sql', sql), to);
    expect(out).toContain('\nGRANT SELECT ON TABLE public.a TO pg_read_all_stats;');
    expect(out).not.toContain('OWNER');
  });

  it('says on standard error what it did to a text', async () => {
    const file = await write('one.sql', 'CREATE TABLE a ();\nGRANT SELECT ON a TO diff_nobody;');
    const { out, error } = await diff('empty', file);
    expect(error).toBe(
      'note: the role diff_nobody is named and nobody creates it: it was made in the scratch only',
    );
    expect(out).toContain('GRANT SELECT ON TABLE public.a TO diff_nobody;');
    // Other tests make roles on the same server meanwhile.
    expect(out).not.toContain('CREATE ROLE diff_nobody');
  });

  it('creates roles that a text declares, and drops none', async () => {
    const file = await write('one.sql', 'CREATE ROLE diff_declared NOLOGIN;');
    const database = await databaseWith('CREATE ROLE diff_other');
    drops.push(() => apply(inject('serverUrl'), 'DROP ROLE diff_other'));
    expect((await diff(database, file)).out).toBe('CREATE ROLE diff_declared;');
    expect((await diff(database, 'empty')).out).toBe('');
  });
});

describe('a rename', () => {
  const sides = async (): Promise<readonly [string, string]> => [
    await databaseWith('CREATE TABLE users (id int, mail text)'),
    await databaseWith('CREATE TABLE users (id int, email text)'),
  ];

  it('is taken from --rename', async () => {
    const [from, to] = await sides();
    const { out } = await diff(from, to, '--rename', 'users.mail=email');
    expect(out).toContain('ALTER TABLE public.users RENAME COLUMN mail TO email;');
    expect(out).not.toContain('DROP');
  });

  it('is asked for at a terminal', async () => {
    const args = ['diff', ...(await sides())];
    const yes = await plinth(args, ['y']);
    expect(yes.error).toBe('Is public.users.mail called email now, with its data? [y/N] ');
    expect(yes.out).toContain('RENAME COLUMN mail TO email');
    expect((await plinth(args, [''])).out).toContain('DROP COLUMN mail');
  });

  it('is proposed where nobody can be asked', async () => {
    const { out } = await diff(...(await sides()));
    expect(out).toContain('say --rename public.users.mail=email\n');
  });

  it.each([
    ['users.mail', 'has no new name'],
    ['users.nothing=email', 'there is no such object'],
  ])('%s is refused', async (rename, message) => {
    const { status, out, error } = await diff(...(await sides()), '--rename', rename);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(error).toContain(message);
    expect(error).toContain('code: DIFF_RENAME_INVALID');
  });
});

describe('a project', () => {
  const config = (fields: string) =>
    write(
      'plinth.config.mjs',
      `export default { url: 'pglite://memory', revisions: './revisions', ${fields} };`,
    );
  const revision = (id: string, revises: string, upgrade: string) =>
    write(
      `revisions/${id}.sql`,
      `-- plinth:revision ${id}\n-- plinth:revises ${revises}\n-- plinth:message ${id}\n
-- plinth:upgrade\n${upgrade}\n\n-- plinth:downgrade\n`,
    );

  it('has its history as a side, without the ledger', async () => {
    await config('');
    await revision('aaa', '(base)', 'CREATE TABLE a (id int);');
    await revision(
      'bbb',
      'aaa',
      'CREATE INDEX CONCURRENTLY a_id ON a (id); ALTER TABLE a ADD b int;',
    );
    const database = await databaseWith('CREATE TABLE a (id int)');
    const { out, error, status } = await diff(database, 'revisions');
    expect({ error, status }).toEqual({ error: '', status: 0 });
    expect(out).toContain('ALTER TABLE public.a ADD COLUMN b integer');
    expect(out).not.toContain('plinth');
    expect((await plinth(['--url', database, 'upgrade'])).status).toBe(1);
    const upgraded = await databaseWith('');
    expect((await plinth(['--url', upgraded, 'upgrade'])).status).toBe(0);
    expect(await diff(upgraded, 'revisions')).toEqual({ status: 0, out: '', error: '' });
  });

  it('has the schema that it names as a side', async () => {
    await config(`schema: ['./models.ts', './tables.sql', './more']`);
    await write(
      'models.ts',
      `import { integer, pgTable } from 'drizzle-orm/pg-core';
       export const a = pgTable('a', { id: integer() });`,
    );
    await write('tables.sql', 'CREATE TABLE b (id int);');
    await write('more/1.sql', 'ALTER TABLE a ADD b int;');
    const database = await databaseWith('CREATE TABLE a (id int); CREATE TABLE b (id int)');
    expect((await diff(database, 'models')).out).toBe('ALTER TABLE public.a ADD COLUMN b integer;');
  });

  it.each([
    ['', 'names no schema', 'SOURCES_EMPTY'],
    [`schema: ['./gone.sql']`, 'gone.sql, which', 'SOURCES_EMPTY'],
    [`schema: ['./revisions']`, 'aaa.sql is a revision and no schema', 'SOURCES_UNSUPPORTED'],
    [`schema: ['./models.ts']`, 'models.ts exports no model, only models', 'MODELS_EMPTY'],
  ])('with %j is told what models lack', async (fields, message, code) => {
    await config(fields);
    await revision('aaa', '(base)', 'CREATE TABLE a (id int);');
    await write('models.ts', 'export const models = [];');
    const { status, out, error } = await diff('empty', 'models');
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(error).toContain(message);
    expect(error).toContain(`code: ${code}`);
  });

  it('is needed only by the sides that are part of it', async () => {
    const { status, error } = await diff('empty', 'revisions');
    expect(status).toBe(1);
    expect(error).toContain('code: CONFIG_NOT_FOUND');
  });
});

describe('what cannot be read', () => {
  it.each([
    ['a file that is not there', 'gone.sql', '"gone.sql" is no file', 'SIDE_UNKNOWN'],
    ['a file of another kind', 'notes.txt', '"notes.txt" is no .sql file', 'SIDE_UNKNOWN'],
    ['a folder without SQL', 'none', 'holds no .sql file', 'SIDE_EMPTY'],
    ['a URL without its scheme', 'ada:hush@host/db', 'what is given is no file', 'SIDE_UNKNOWN'],
    ['a URL of another scheme', 'mysql://ada:hush@h/d', 'to cannot be used', 'ENGINE_URL_INVALID'],
    [
      'a server that is away',
      'postgres://ada:hush@127.0.0.1:1/db',
      'cannot connect to postgres://ada@127.0.0.1:1/db',
      'ENGINE_CONNECT_FAILED',
    ],
    ['SQL that is wrong', 'wrong.sql', 'wrong.sql:2: PostgreSQL', 'SCRATCH_STATEMENT_FAILED'],
  ])('%s', async (_, side, message, code) => {
    await mkdir(join(folder, 'none'));
    await write('notes.txt', '');
    await write('wrong.sql', 'SELECT 1;\nCREATE TABEL a ();');
    const { status, out, error } = await diff('empty', side);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(error).toContain(message);
    expect(error).toContain(`code: ${code}`);
    expect(error).not.toContain('hush');
  });

  it('an embedded database that is not there is not made', async () => {
    const { status, error } = await diff('pglite://./data', 'empty');
    expect(status).toBe(1);
    expect(error).toContain('there is no embedded database in');
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it('needs two sides', async () => {
    expect(await plinth(['diff', 'empty'])).toMatchObject({
      status: 2,
      error: expect.stringContaining("missing required argument 'to'"),
    });
  });
});

describe.each(systemBinDirs())('another major version, of %s', (binDir) => {
  const SCHEMA = `CREATE TABLE a (id int PRIMARY KEY, name text NOT NULL);
    CREATE VIEW v AS SELECT a.id, upper(a.name) AS name FROM a WHERE a.id > 1;`;

  it('is no difference between databases', async () => {
    await using server = await startPostgres({ binDir });
    const other = await createDatabase(server.url);
    await apply(other.url, SCHEMA);
    const own = await databaseWith(SCHEMA);
    expect(await diff(other.url, own)).toEqual({ status: 0, out: '', error: '' });
    await apply(own, 'ALTER TABLE a ADD seen boolean');
    const { out } = await diff(other.url, own);
    expect(out).toBe('ALTER TABLE public.a ADD COLUMN seen boolean;');
  });

  it('brings the roles along that its schema names, and no others', async () => {
    await using server = await startPostgres({ binDir });
    const other = await createDatabase(server.url);
    await apply(
      other.url,
      `CREATE ROLE diff_idle; CREATE ROLE diff_group; CREATE ROLE diff_owner LOGIN IN ROLE diff_group;
       CREATE TABLE a (); ALTER TABLE a OWNER TO diff_owner; GRANT SELECT ON a TO diff_group;`,
    );
    const { out } = await diff('empty', other.url);
    expect(out.split('\n').filter((line) => / ROLE |GRANT|OWNER/.test(line))).toEqual([
      'CREATE ROLE diff_group;',
      'CREATE ROLE diff_owner LOGIN;',
      'GRANT diff_group TO diff_owner;',
      'ALTER TABLE public.a OWNER TO diff_owner;',
      'GRANT SELECT ON TABLE public.a TO diff_group;',
    ]);
  });

  it('is no difference from a file', async () => {
    await using server = await startPostgres({ binDir });
    const other = await createDatabase(server.url);
    await apply(other.url, SCHEMA);
    const file = await write('schema.sql', SCHEMA);
    expect(await diff(file, other.url)).toEqual({ status: 0, out: '', error: '' });
  });
});
