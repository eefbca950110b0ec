// `plinth revision --autogenerate`: what it writes, and that both directions do what they say.

import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { openEngine } from 'plinth';
import { createDatabase, startPostgres } from 'plinth/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useServer } from '../../test/support/database.js';
import { systemBinDirs } from '../../test/support/pg-dump.js';
import { CliProject, type Run } from './support/cli-project.js';

// Of their own: roles belong to a server, and other tests make some.
const own = useServer();
let url: string;
let drop: () => Promise<void>;
let project: CliProject;

beforeEach(async () => {
  ({ url, drop } = await createDatabase(own.server.url));
  project = await CliProject.create({ url, scratchUrl: own.server.url });
});

afterEach(async () => {
  vi.restoreAllMocks();
  await project[Symbol.asyncDispose]();
  await drop();
});

/** Changes the schema and writes a revision for it. */
async function generate(schema: string, ...flags: readonly string[]): Promise<Run> {
  await project.write('schema/tables.sql', schema);
  return await project.plinth(['revision', '--autogenerate', '-m', 'change', ...flags]);
}

/** As {@link generate}, where it has to succeed. */
async function write(schema: string, ...flags: readonly string[]): Promise<string> {
  const run = await generate(schema, ...flags);
  expect(run).toMatchObject({ status: 0, error: '' });
  return await project.written(run);
}

async function apply(sql: string): Promise<void> {
  await using engine = await openEngine({ url, poolSize: 1 });
  await engine.query(sql);
}

const files = () => project.list('revisions');

async function refused(run: Run, code: string, message: string | RegExp): Promise<void> {
  expect(run).toMatchObject({ status: 1, out: '' });
  expect(run.error).toMatch(message);
  expect(run.error).toContain(`code: ${code}`);
}

const USERS = 'CREATE TABLE users (id int CONSTRAINT users_pkey PRIMARY KEY, name text);';

describe('the everyday loop', () => {
  it('goes from nothing to a first revision, to a second, and then has nothing to do', async () => {
    const first = await generate(USERS, '--rev-id', 'aaa');
    expect(first).toMatchObject({ status: 0, error: '' });
    expect(first.out).toMatch(
      /^wrote {2}revisions\/\d{8}_\d{4}_aaa_change\.sql\ncreate {2}table public\.users$/,
    );
    expect(await project.written(first)).toBe(`-- plinth:revision aaa
-- plinth:revises (base)
-- plinth:message change

-- plinth:upgrade
CREATE TABLE public.users (
    id integer NOT NULL,
    name text,
    CONSTRAINT users_pkey PRIMARY KEY (id)
);

-- plinth:downgrade
-- loses-data: every row of public.users is lost
-- breaks-code: what reads or writes public.users fails
DROP TABLE public.users;
`);
    const second = await generate(`${USERS} ALTER TABLE users ADD born date;`, '--rev-id', 'bbb');
    expect(second.out).toContain('\ncreate  column public.users.born');
    expect(await project.written(second)).toContain(`-- plinth:revises aaa
-- plinth:message change

-- plinth:upgrade
ALTER TABLE public.users ADD COLUMN born date;

-- plinth:downgrade
-- loses-data: every value of public.users.born is lost
-- breaks-code: what reads or writes public.users.born fails
ALTER TABLE public.users DROP COLUMN born;
`);
    const before = await files();
    expect(await project.plinth(['revision', '--autogenerate', '-m', 'none'])).toEqual({
      status: 0,
      out: 'no differences: nothing written',
      error: '',
    });
    expect(await files()).toEqual(before);
  });

  it('writes what really runs on a database, both ways, as often as wanted', async () => {
    await write(USERS);
    await write(`CREATE ROLE loop_reader; CREATE TYPE mood AS ENUM ('sad', 'glad');
      CREATE TABLE teams (id int PRIMARY KEY);
      CREATE TABLE users (id int CONSTRAINT users_pkey PRIMARY KEY, name text NOT NULL,
        mood mood DEFAULT 'glad', team int REFERENCES teams);
      CREATE INDEX ON users (name); GRANT SELECT ON users TO loop_reader;`);
    expect((await project.plinth(['upgrade', '+1'])).status).toBe(0);
    await apply(`INSERT INTO users VALUES (1, 'ada')`);
    for (const command of [['upgrade'], ['downgrade', '-1'], ['upgrade'], ['downgrade', 'base']]) {
      expect(await project.plinth(command)).toMatchObject({ status: 0, error: '' });
    }
    expect((await project.plinth(['upgrade'])).status).toBe(0);
    expect((await project.plinth(['diff', url, 'models', '--exit-code'])).status).toBe(0);
  });

  it('works in the embedded scratch, and opens it once', async () => {
    const opened = vi.spyOn(PGlite, 'create');
    const openings = async (work: Promise<unknown>): Promise<number> => {
      opened.mockClear();
      await work;
      return opened.mock.calls.length;
    };
    await project.configure({ url });
    expect(await openings(write(USERS))).toBe(1);
    const indexed = `${USERS} CREATE INDEX users_name ON users (name);`;
    expect(await openings(write(indexed))).toBe(1);
    expect(await openings(write(`CREATE EXTENSION citext; ${indexed}`))).toBe(1);
    const written = await Promise.all(
      (await files()).map((name) => project.read(`revisions/${name}`)),
    );
    const text = written.join('\n');
    expect(text).toContain('CREATE INDEX CONCURRENTLY users_name ON public.users (name);');
    expect(text).toContain('DROP INDEX CONCURRENTLY public.users_name;');
    expect(await openings(write(indexed))).toBe(1);
    expect(await openings(project.plinth(['check']))).toBe(0);
    await project.remove('cache');
    expect(await openings(project.plinth(['check']))).toBe(1);
    for (const command of [['upgrade'], ['downgrade', 'base']]) {
      expect(await project.plinth(command)).toMatchObject({ status: 0, error: '' });
    }
  });

  it('builds on history that was written by hand, modules too', async () => {
    await project.write(
      'revisions/1_aaa.ts',
      `// plinth:revision aaa\n// plinth:revises (base)\n// plinth:message by hand\n
export const upgrade = (tx: { query(text: string): Promise<unknown> }) =>
  tx.query('CREATE TABLE users (id int)');
export const downgrade = (tx: { query(text: string): Promise<unknown> }) =>
  tx.query('DROP TABLE users');`,
    );
    const text = await write('CREATE TABLE users (id int, name text);');
    expect(text).toContain('-- plinth:revises aaa\n');
    expect(text).toContain('\nALTER TABLE public.users ADD COLUMN name text;\n');
  });

  it('counts what would be a long list', async () => {
    const tables = Array.from({ length: 25 }, (_, index) => `CREATE TABLE t${index} (id int);`);
    const run = await generate(tables.join('\n'));
    expect(run.out.split('\n').slice(1)).toEqual(['create  table × 25']);
  });
});

describe('models of Drizzle', () => {
  const MODELS = `import { sql } from 'drizzle-orm';
    import { index, integer, pgEnum, pgRole, pgTable, text } from 'drizzle-orm/pg-core';
    import { base, isolated } from 'plinth/models';
    export const appUser = pgRole('app_user');
    export const mood = pgEnum('mood', ['sad', 'glad']);
    export const notes = pgTable(
      'notes',
      { ...base(), tenantId: text('tenant_id').notNull(), body: text('body'), mood: mood('mood') },
      (t) => [isolated(t), index().on(t.tenantId, t.createdAt)],
    );`;

  it('go from a first revision to a second, and are found to be the same then', async () => {
    const packages = fileURLToPath(new URL('../../node_modules', import.meta.url));
    await symlink(packages, join(project.folder, 'node_modules'), 'junction');
    // A module is loaded once in a process, so what is changed gets another name.
    await project.write('src/one.ts', MODELS);
    await project.write(
      'src/two.ts',
      `${MODELS} export const teams = pgTable('teams', { id: integer().primaryKey() });`,
    );
    await project.configure({ url, scratchUrl: own.server.url, schema: ['./src/one.ts'] });
    const first = await project.plinth(['revision', '--autogenerate', '-m', 'notes']);
    expect(first).toMatchObject({ status: 0, error: '' });
    expect(first.out.split('\n').slice(1)).toEqual([
      'create  enum public.mood',
      'create  function public.set_updated_at()',
      'create  role app_user',
      'create  table public.notes',
    ]);
    expect(await project.written(first)).toContain('FORCE ROW LEVEL SECURITY');
    await project.configure({ url, scratchUrl: own.server.url, schema: ['./src/two.ts'] });
    const second = await project.plinth(['revision', '--autogenerate', '-m', 'teams']);
    expect(second.out).toContain('\ncreate  table public.teams');
    expect((await project.plinth(['upgrade'])).status).toBe(0);
    expect((await project.plinth(['check', '--database'])).status).toBe(0);
    expect((await project.plinth(['downgrade', 'base'])).status).toBe(0);
  });
});

describe('what stands in the file', () => {
  it('has the hazards of both directions above their statements', async () => {
    await write('CREATE TABLE a (id int, note text);');
    const text = await write('CREATE TABLE a (id bigint);');
    expect(text).toMatch(
      /-- loses-data: every value of public\.a\.note is lost\n.*\nALTER TABLE public\.a DROP COLUMN note;/,
    );
    expect(text).toMatch(/-- rewrites-table: .*\n(?:--.*\n)*ALTER TABLE public\.a ALTER COLUMN id/);
    expect(text).toContain('-- plinth:downgrade\n');
  });

  it.each([
    [[], true],
    [['--plain'], false],
  ] as const)('with %j scans apart from the statements before it: %j', async (flags, isOnline) => {
    await write(`${USERS} CREATE TABLE teams (id int CONSTRAINT teams_pkey PRIMARY KEY);`);
    const text = await write(
      `CREATE TABLE teams (id int CONSTRAINT teams_pkey PRIMARY KEY);
      CREATE TABLE users (id int CONSTRAINT users_pkey PRIMARY KEY, name text,
        team int CONSTRAINT users_team REFERENCES teams);`,
      ...flags,
    );
    expect(text.includes('-- plinth:no-transaction\n')).toBe(isOnline);
    expect(text.includes('VALIDATE CONSTRAINT users_team;')).toBe(isOnline);
    expect((await project.plinth(['upgrade'])).error).toBe('');
  });

  it('lets a new value of an enumerated type be committed before it is used', async () => {
    const mood = (values: string, rest: string) =>
      `CREATE TYPE mood AS ENUM (${values}); CREATE TABLE a (m mood ${rest});`;
    await write(mood(`'sad'`, ''));
    const alone = await write(mood(`'sad', 'glad'`, ''));
    expect(alone).not.toContain('no-transaction');
    const used = await write(mood(`'sad', 'glad', 'fine'`, `DEFAULT 'fine'`));
    expect(used).toContain('-- plinth:no-transaction\n');
    expect((await project.plinth(['upgrade'])).error).toBe('');
  });

  it('creates a role only where the server has none, and drops none', async () => {
    const text = await write('CREATE ROLE guarded_role NOLOGIN;');
    expect(text).toContain('    CREATE ROLE guarded_role;\nEXCEPTION WHEN duplicate_object');
    expect(text).not.toContain('DROP ROLE');
    // The scratch has made it on this very server.
    await apply(`COMMENT ON ROLE guarded_role IS 'it is there'`);
    expect(await project.plinth(['upgrade'])).toMatchObject({ status: 0, error: '' });
  });

  it.each([true, false])('leaves roles of the history alone: cached %s', async (isCached) => {
    await project.write(
      'revisions/aaa.sql',
      `-- plinth:revision aaa\n-- plinth:revises (base)\n-- plinth:message by hand\n
-- plinth:upgrade\nDO $$ BEGIN CREATE ROLE old_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE TABLE a (id int);\nGRANT SELECT ON a TO old_reader, ghost_reader;

-- plinth:downgrade\nDROP TABLE a;\n`,
    );
    const note =
      'note: the role ghost_reader is named and nobody creates it: it was made in the scratch only';
    await project.write('schema/tables.sql', 'CREATE TABLE other ();');
    if (isCached) expect((await project.plinth(['check'])).error).toContain(note);
    const run = await generate('CREATE TABLE a (id int);', '--rev-id', 'bbb');
    expect(run).toMatchObject({ status: 0, error: note });
    const text = await project.written(run);
    expect(text).toContain('REVOKE SELECT ON TABLE public.a FROM ');
    expect(text).not.toMatch(/(CREATE|DROP) ROLE/);
    expect((await generate('CREATE TABLE a (id int);')).out).toBe(
      'no differences: nothing written',
    );
  });

  it('follows the template of the project', async () => {
    const revisionTemplate = `{headers}
-- Reviewed by two.

-- plinth:upgrade
SET LOCAL lock_timeout = '5s';
{upgrade}

-- plinth:downgrade
SET LOCAL lock_timeout = '5s';
{downgrade}
`;
    await project.configure({ url, scratchUrl: own.server.url, revisionTemplate });
    const text = await write('CREATE TABLE a ();', '--rev-id', 'aaa');
    expect(text).toBe(`-- plinth:revision aaa
-- plinth:revises (base)
-- plinth:message change
-- Reviewed by two.

-- plinth:upgrade
SET LOCAL lock_timeout = '5s';
CREATE TABLE public.a ();

-- plinth:downgrade
SET LOCAL lock_timeout = '5s';
-- loses-data: every row of public.a is lost
-- breaks-code: what reads or writes public.a fails
DROP TABLE public.a;
`);
    const oneWay = await write('CREATE TABLE a (id int);', '--irreversible', 'for the test');
    expect(oneWay).toContain('-- plinth:irreversible for the test\n');
    expect(oneWay).not.toContain('plinth:downgrade');
  });

  it.each([
    [`{headers}\n-- plinth:upgrade\nBEGIN;\n{upgrade}\n-- plinth:downgrade\n{downgrade}`, 'BEGIN'],
    [`{headers}\n{upgrade}\n-- plinth:downgrade\n{downgrade}`, 'no section "upgrade"'],
  ])('is not written where the template %j makes no revision', async (template, message) => {
    await project.configure({ url, scratchUrl: own.server.url, revisionTemplate: template });
    const run = await generate('CREATE TABLE a ();');
    await refused(run, 'AUTOGENERATE_UNWRITABLE', message);
    expect(await files()).toEqual([]);
  });
});

describe('a rename', () => {
  const before = 'CREATE TABLE users (id int, mail text);';
  const after = 'CREATE TABLE people (id int, email text);';

  it('is taken from --rename, and taken back on the way back', async () => {
    await write(before);
    const text = await write(after, '--rename', 'users=people', '--rename', 'people.mail=email');
    expect(text).toMatch(/RENAME TO people;[\s\S]*RENAME COLUMN mail TO email;[\s\S]*downgrade/);
    expect(text).toMatch(/downgrade[\s\S]*RENAME TO users;[\s\S]*RENAME COLUMN email TO mail;/);
    expect(text).not.toMatch(/DROP|ADD COLUMN/);
    expect((await project.plinth(['upgrade', '+1'])).status).toBe(0);
    await apply(`INSERT INTO users VALUES (1, 'a@b')`);
    expect((await project.plinth(['upgrade'])).status).toBe(0);
    await apply(`DO $$ BEGIN ASSERT (SELECT email FROM people) = 'a@b'; END $$`);
    expect((await project.plinth(['downgrade', '-1'])).status).toBe(0);
    await apply(`DO $$ BEGIN ASSERT (SELECT mail FROM users) = 'a@b'; END $$`);
  });

  it('is asked for at a terminal', async () => {
    await write(before);
    await project.write('schema/tables.sql', 'CREATE TABLE users (id int, email text);');
    const run = await project.plinth(['revision', '--autogenerate', '-m', 'rename'], ['y']);
    expect(run.error).toBe('Is public.users.mail called email now, with its data? [y/N] ');
    expect(run.out).toContain('\nrename  column public.users.mail');
    expect(await project.written(run)).toContain('RENAME COLUMN mail TO email');
  });

  it('of what is not there is refused', async () => {
    await write(before);
    const run = await generate(after, '--rename', 'users.nothing=email');
    await refused(run, 'DIFF_RENAME_INVALID', 'there is no such object');
    expect(await files()).toHaveLength(1);
  });
});

describe('what has no way back', () => {
  // PostgreSQL cannot make a plain table partitioned in place, nor the other way round.
  const plain = 'CREATE TABLE events (at date NOT NULL);';
  const parted = 'CREATE TABLE events (at date NOT NULL) PARTITION BY RANGE (at);';

  it('is refused where there is no way forward either', async () => {
    await write(plain);
    await refused(await generate(parted), 'DIFF_REFUSED', 'shall be partitioned');
    expect(await files()).toHaveLength(1);
  });

  // A check that a table has of its own beside the one it inherits cannot be given up again.
  const inherited = `CREATE TABLE p (a int, CONSTRAINT c CHECK (a > 0));
    CREATE TABLE k () INHERITS (p);`;
  const own = inherited.replace('k ()', 'k (CONSTRAINT c CHECK (a > 0))');

  it('is refused, with the flag that allows it', async () => {
    await write(inherited);
    const run = await generate(own);
    await refused(run, 'AUTOGENERATE_IRREVERSIBLE', 'there is a way to the models and none back. ');
    expect(run.error).toContain('check-constraint:public.k.c: ');
    expect(run.error).toContain('hint: Say why it cannot be undone, with --irreversible "…"');
    expect(await files()).toHaveLength(1);
    expect(await write(own, '--irreversible', 'it stays')).not.toContain('plinth:downgrade');
    expect((await project.plinth(['upgrade'])).error).toBe('');
  });

  it('is written without a downgrade where a person says why', async () => {
    await write('CREATE TABLE a (id int, note text);');
    const text = await write('CREATE TABLE a (id int);', '--irreversible', 'notes are gone');
    expect(text).toContain('-- plinth:irreversible notes are gone\n');
    expect(text).not.toContain('plinth:downgrade');
    expect((await project.plinth(['upgrade'])).status).toBe(0);
    const back = await project.plinth(['downgrade', '-1']);
    expect(back.error).toContain('code: REVISION_IRREVERSIBLE');
    expect((await generate('CREATE TABLE a (id int);')).out).toBe(
      'no differences: nothing written',
    );
  });
});

describe('bad input', () => {
  it.each([
    ['a statement that PostgreSQL refuses', 'CREATE TABEL a ();', 'SCRATCH_STATEMENT_FAILED'],
    ['an open quote', `CREATE TABLE a (b text DEFAULT 'x);`, 'SQL_UNTERMINATED'],
  ])('%s is told with its place, and nothing is written', async (_, schema, code) => {
    await refused(await generate(schema), code, /schema\/tables\.sql:?.*1/);
    expect(await files()).toEqual([]);
  });

  it('a project without models is told so', async () => {
    await project.configure({ url, schema: [] });
    await refused(await generate(USERS), 'SOURCES_EMPTY', 'names no schema');
  });

  it('a history that fails is told with its revision', async () => {
    await project.write(
      'revisions/aaa.sql',
      `-- plinth:revision aaa\n-- plinth:revises (base)\n-- plinth:message broken\n
-- plinth:upgrade\nCREATE TABEL a ();\n\n-- plinth:downgrade\n`,
    );
    await refused(await generate(USERS), 'MIGRATE_STATEMENT_FAILED', 'aaa.sql:6');
    expect(await files()).toEqual(['aaa.sql']);
  });

  it.each([
    [['--ts', '--autogenerate'], `'--ts' cannot be used with option '--autogenerate'`],
    [['--ts', '--sql'], `'--ts' cannot be used with option '--sql'`],
  ])('%j is not understood', async (flags, message) => {
    const run = await project.plinth(['revision', '-m', 'none', ...flags]);
    expect(run.status).toBe(2);
    expect(run.error).toContain(message);
    expect(await files()).toEqual([]);
  });

  it.each(['--against x', '--rename a=b', '--plain', '--scratch-url x'])(
    '%s needs --autogenerate',
    async (flags) => {
      const run = await project.plinth(['revision', '-m', 'none', ...flags.split(' ')]);
      expect(run.status).toBe(2);
      expect(run.error).toContain(`option '${flags.split(' ')[0]}' needs '--autogenerate'`);
      expect(await files()).toEqual([]);
    },
  );
});

describe('--against', () => {
  it('takes a database for where the schema is', async () => {
    await apply('CREATE TABLE users (id int)');
    const text = await write('CREATE TABLE users (id int, name text);', '--against', url);
    expect(text).toContain('-- plinth:upgrade\nALTER TABLE public.users ADD COLUMN name text;\n');
    expect(text).not.toContain('CREATE TABLE');
  });

  it('proves an irreversible one from that database too', async () => {
    await apply('CREATE TABLE users (id int, mail text)');
    const flags = ['--against', url, '--irreversible', 'mail is gone'];
    const text = await write('CREATE TABLE users (id int);', ...flags);
    expect(text).toContain('DROP COLUMN mail');
  });

  it('is refused where revisions are pending there', async () => {
    await write(USERS, '--rev-id', 'aaa');
    const run = await generate('CREATE TABLE a ();', '--against', url);
    await refused(run, 'SIDE_NOT_CURRENT', 'it is at the base, 1 pending');
    expect(await files()).toHaveLength(1);
  });

  it('never prints a password', async () => {
    const run = await generate(USERS, '--against', 'postgres://ada:hush@127.0.0.1:1/db');
    await refused(run, 'ENGINE_CONNECT_FAILED', 'postgres://ada@127.0.0.1:1/db');
    expect(run.error).not.toContain('hush');
  });
});

describe.each(systemBinDirs())('another major version, of %s', (binDir) => {
  it('may be the database that is taken for where the schema is', async () => {
    await using other = await startPostgres({ binDir });
    const database = await createDatabase(other.url);
    await using engine = await openEngine({ url: database.url, poolSize: 1 });
    const view = 'CREATE VIEW v AS SELECT users.id FROM users WHERE users.id > 1;';
    await engine.query(`${USERS} ${view}`);
    const wanted = `${USERS} ALTER TABLE users ADD born date; ${view}`;
    const text = await write(wanted, '--against', database.url);
    expect(text).toContain('upgrade\nALTER TABLE public.users ADD COLUMN born date;\n\n--');
  });

  it('may be the scratch, and gets statements that it knows', async () => {
    await using other = await startPostgres({ binDir });
    const database = await createDatabase(other.url);
    await project.configure({ url: database.url, scratchUrl: other.url });
    await write('CREATE TABLE a (b int NOT NULL);');
    await write('CREATE TABLE a (c int NOT NULL);', '--rename', 'a.b=c');
    for (const command of [['upgrade'], ['downgrade', 'base'], ['upgrade']]) {
      expect(await project.plinth(command)).toMatchObject({ status: 0, error: '' });
    }
    expect((await project.plinth(['check', '--database'])).status).toBe(0);
  });
});
