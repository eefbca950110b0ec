// `plinth check`: the models against the revisions, and a database against what its revisions make.

import { openEngine } from 'plinth';
import { createDatabase, startPostgres } from 'plinth/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useServer } from '../../test/support/database.js';
import { systemBinDirs } from '../../test/support/pg-dump.js';
import { CliProject } from './support/cli-project.js';

const own = useServer();
let url: string;
let drop: () => Promise<void>;
let project: CliProject;

beforeEach(async () => {
  ({ url, drop } = await createDatabase(own.server.url));
  project = await CliProject.create({ url, scratchUrl: own.server.url });
  await revision('aaa', '(base)', 'CREATE TABLE a (id int);');
  await models('CREATE TABLE a (id int);');
});

afterEach(async () => {
  await project[Symbol.asyncDispose]();
  await drop();
});

function revision(id: string, revises: string, upgrade: string): Promise<void> {
  return project.write(
    `revisions/${id}.sql`,
    `-- plinth:revision ${id}\n-- plinth:revises ${revises}\n-- plinth:message about ${id}\n
-- plinth:upgrade\n${upgrade}\n\n-- plinth:downgrade\n`,
  );
}

const models = (sql: string) => project.write('schema/tables.sql', sql);
const check = (...flags: readonly string[]) => project.plinth(['check', ...flags]);

async function apply(sql: string, to = url): Promise<void> {
  await using engine = await openEngine({ url: to, poolSize: 1 });
  await engine.query(sql);
}

/** The URL as it may be printed. */
function shown(): string {
  return url.replace(/:[^:@/]*@/, '@');
}

describe('the models and the revisions', () => {
  it('may be the same', async () => {
    expect(await check()).toEqual({
      status: 0,
      out: 'models and revisions: no differences',
      error: '',
    });
  });

  it('may differ: then the SQL that is missing is said, and what to do', async () => {
    await models('CREATE TABLE a (id int, b text);');
    expect(await check()).toEqual({
      status: 1,
      out: '-- in the models and in no revision:\nALTER TABLE public.a ADD COLUMN b text;',
      error: [
        'the models and the revisions differ',
        'hint: Write the revision with plinth revision --autogenerate -m "…".',
      ].join('\n'),
    });
  });

  it('may differ in privileges, unless nobody asks', async () => {
    await models('CREATE TABLE a (id int); GRANT SELECT ON a TO pg_monitor;');
    expect((await check()).out).toContain('GRANT SELECT ON TABLE public.a TO pg_monitor;');
    expect((await check('--no-privileges')).status).toBe(0);
  });

  it('are told as JSON', async () => {
    await models('CREATE TABLE a (id int, b text);');
    const { status, out, error } = await check('--json');
    expect({ status, error }).toEqual({ status: 1, error: '' });
    expect(JSON.parse(out)).toMatchObject({
      status: 'failed',
      models: {
        changes: [{ verb: 'create', object: 'column:public.a.b' }],
        statements: [{ sql: 'ALTER TABLE public.a ADD COLUMN b text' }],
        unmodelled: { from: [], to: [] },
      },
      database: null,
      notes: [],
    });
    await models('CREATE TABLE a (id int);');
    expect(JSON.parse((await check('--json')).out)).toMatchObject({
      status: 'passed',
      models: { changes: [], statements: [] },
    });
  });

  it('need models', async () => {
    await project.configure({ url, scratchUrl: own.server.url, schema: [] });
    const run = await check();
    expect(run.status).toBe(1);
    expect(run.error).toContain('code: SOURCES_EMPTY');
  });
});

describe('a database', () => {
  it('may be where its revisions lead, ledger and all', async () => {
    await project.plinth(['upgrade']);
    expect(await check('--database')).toEqual({
      status: 0,
      out: `models and revisions: no differences\n${shown()}: no differences from its revisions`,
      error: '',
    });
  });

  it('may have drifted: then the SQL that brings it back is said', async () => {
    await project.plinth(['upgrade']);
    await apply('ALTER TABLE a ADD by_hand int; CREATE INDEX by_hand_too ON a (id)');
    const { status, out, error } = await check('--database');
    expect(status).toBe(1);
    expect(out).toContain(`-- what brings ${shown()} back to its revisions:\n`);
    expect(out).toContain('\nALTER TABLE public.a DROP COLUMN by_hand;');
    expect(error).toContain(`${shown()} differs from what its revisions make\nhint: `);
    const sql = out.slice(out.indexOf('-- what brings'));
    for (const statement of sql.split(';\n')) await apply(statement);
    expect((await check('--database')).status).toBe(0);
  });

  // PostgreSQL 18 names the constraint behind NOT NULL, and a rename of the column leaves that name.
  it('has not drifted when a revision that was generated renamed a column of it', async () => {
    await models('CREATE TABLE a (id int);\nCREATE TABLE b (x int NOT NULL);');
    await project.plinth(['revision', '--autogenerate', '-m', 'create b']);
    await project.plinth(['upgrade']);
    await models('CREATE TABLE a (id int);\nCREATE TABLE b (y int NOT NULL);');
    const rename = ['--rename', 'b.x=y', '-m', 'rename x'];
    const made = await project.plinth(['revision', '--autogenerate', ...rename]);
    expect(made.status, made.error).toBe(0);
    await project.plinth(['upgrade']);
    expect(await check('--database')).toMatchObject({ status: 0, error: '' });
  });

  it('has pending revisions, which are no drift', async () => {
    await project.plinth(['upgrade']);
    await revision('bbb', 'aaa', 'ALTER TABLE a ADD b int;');
    await models('CREATE TABLE a (id int, b int);');
    expect(await check('--database')).toEqual({
      status: 0,
      out: `models and revisions: no differences\n${shown()}: no differences from its revisions`,
      error: 'pending: bbb  about bbb',
    });
    await apply('ALTER TABLE a ADD b int');
    const drifted = await check('--database');
    expect(drifted.status).toBe(1);
    expect(drifted.out).toContain('DROP COLUMN b;');
  });

  it('may be at the base, with a table that nobody wrote a revision for', async () => {
    await apply('CREATE TABLE stray ()');
    const { status, out, error } = await check('--database');
    expect(status).toBe(1);
    expect(out).toContain('DROP TABLE public.stray;');
    expect(error).toContain('pending: aaa  about aaa');
  });

  it('may be newer than the code', async () => {
    await revision('bbb', 'aaa', 'ALTER TABLE a ADD b int;');
    await project.plinth(['upgrade']);
    await project.remove('revisions/bbb.sql');
    expect(await check('--database')).toEqual({
      status: 1,
      out: 'models and revisions: no differences',
      error: `${shown()} is newer than the code: bbb in no file`,
    });
  });

  it('may have had a revision that was changed since', async () => {
    await project.plinth(['upgrade']);
    await revision('aaa', '(base)', 'CREATE TABLE a (id int); SELECT 1;');
    const { status, error } = await check('--database');
    expect(status).toBe(1);
    expect(error).toMatch(/warning: .*aaa\.sql: changed since it was applied/);
  });

  it('may be another one, by its URL', async () => {
    const other = await createDatabase(own.server.url);
    try {
      const { status, error } = await check('--database', other.url);
      expect({ status, error }).toEqual({ status: 0, error: 'pending: aaa  about aaa' });
    } finally {
      await other.drop();
    }
  });

  it('is compared where the project has no models', async () => {
    await project.plinth(['upgrade']);
    await project.configure({ url, scratchUrl: own.server.url, schema: [] });
    expect(await check('--database')).toMatchObject({
      status: 0,
      out: `${shown()}: no differences from its revisions`,
    });
  });

  it('is told as JSON', async () => {
    await project.plinth(['upgrade']);
    await apply('ALTER TABLE a ADD by_hand int');
    await revision('bbb', 'aaa', 'SELECT 1;');
    const { status, out, error } = await check('--database', '--json');
    expect({ status, error }).toEqual({ status: 1, error: '' });
    expect(JSON.parse(out)).toMatchObject({
      status: 'failed',
      models: { changes: [] },
      database: {
        database: shown(),
        state: 'pending',
        pending: ['bbb'],
        unknown: [],
        changes: [{ verb: 'drop', object: 'column:public.a.by_hand' }],
        statements: [{ sql: 'ALTER TABLE public.a DROP COLUMN by_hand' }],
      },
    });
  });

  it('that is away is said, without its password', async () => {
    const run = await check('--database', 'postgres://ada:hush@127.0.0.1:1/db');
    expect(run.status).toBe(1);
    expect(run.error).toContain('postgres://ada@127.0.0.1:1/db');
    expect(run.error).not.toContain('hush');
  });

  it('names what is not modelled', async () => {
    await project.plinth(['upgrade']);
    await apply('SELECT lo_create(0)');
    const { error } = await check('--database');
    expect(error).toContain('not compared: large object');
  });
});

describe.each(systemBinDirs())('a database of another major version, of %s', (binDir) => {
  const SCHEMA = `CREATE TABLE a (id int PRIMARY KEY, name text NOT NULL);
    CREATE VIEW v AS SELECT a.id, upper(a.name) AS name FROM a WHERE a.id > 1;`;

  it('has no drift for that', async () => {
    await using other = await startPostgres({ binDir });
    await project.configure({ url: other.url, scratchUrl: own.server.url });
    await revision('aaa', '(base)', SCHEMA);
    await models(SCHEMA);
    await project.plinth(['upgrade']);
    const same = await check('--database');
    expect(same).toMatchObject({ status: 0, error: '' });
    await apply('ALTER TABLE a ADD by_hand int', other.url);
    const { status, out } = await check('--database');
    expect(status).toBe(1);
    expect(out).toContain('ALTER TABLE public.a DROP COLUMN by_hand;');
  });
});
