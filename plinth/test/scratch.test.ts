// The scratch: text becomes a catalog, on the embedded PostgreSQL and on a server, and nothing
// stays behind.

import { openEngine } from 'plinth';
import { createDatabase } from 'plinth/testing';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import { type Loaded, openScratch, type Scratch } from '../src/scratch/index.js';

const database = useDatabase();

/** Tables and columns, which are enough to see what was loaded. */
function tablesOf({ catalog }: Loaded): readonly string[] {
  return catalog.objects
    .filter(({ kind }) => kind === 'table' || kind === 'column')
    .map(({ names }) => names.slice(1).join('.'));
}

async function refusal(work: Promise<unknown>): Promise<Record<string, unknown>> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('it was not refused');
  return { ...error, message: error.message };
}

const DUMP = `--
-- PostgreSQL database dump
--

\\restrict 9hYbzXQ

-- Dumped from database version 99.1

SET statement_timeout = 0;
SET setting_of_tomorrow = 0;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;

CREATE TABLE public.notes (
    id integer NOT NULL,
    body text DEFAULT 'COPY notes FROM stdin; isn''t data'::text
);

COPY public.notes (id, body) FROM stdin;
1	it's "half" open $$ ( /*
2	\\N
\\.

COPY public.notes (id, body) FROM stdin;
\\.

ALTER TABLE public.notes ADD COLUMN seen boolean;

\\unrestrict 9hYbzXQ
`;

describe.each(['embedded', 'server'] as const)('a scratch, %s', (place) => {
  let opened: Scratch | undefined;
  const scratch = (): Scratch => {
    opened ??= openScratch(place === 'server' ? { scratchUrl: database.url } : {});
    return opened;
  };
  const load = (text: string) => scratch().load([{ file: 'schema.sql', text }]);

  afterAll(async () => {
    await opened?.close();
  });

  it('loads each text into an empty database', async () => {
    const [first, second] = await Promise.all([
      load('CREATE TABLE a (id int); CREATE TABLE b (id int)'),
      load('BEGIN; CREATE TABLE a (name text); SAVEPOINT s; COMMIT;'),
    ]);
    expect(tablesOf(first)).toEqual(['a', 'b', 'a.id', 'b.id']);
    expect(tablesOf(second)).toEqual(['a', 'a.name']);
    expect(second.notes).toEqual([]);
  });

  it('loads several files one after the other', async () => {
    const loaded = await scratch().load([
      { file: '1.sql', text: 'CREATE TABLE a (id int)' },
      { file: '2.sql', text: '\uFEFFALTER TABLE a ADD b int' },
    ]);
    expect(tablesOf(loaded)).toEqual(['a', 'a.id', 'a.b']);
  });

  it('loads what pg_dump writes, without its rows, and says so', async () => {
    const loaded = await load(DUMP);
    expect(tablesOf(loaded)).toEqual(['notes', 'notes.id', 'notes.body', 'notes.seen']);
    expect(loaded.notes).toEqual([
      'schema.sql:19: the rows of public.notes (id, body) are left out',
      'schema.sql:24: the rows of public.notes (id, body) are left out',
      expect.stringMatching(/^schema\.sql:10: unrecognized .*"setting_of_tomorrow"/),
    ]);
  });

  it('loads functions before what their bodies name', async () => {
    const loaded = await load(
      `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT id FROM later';
       CREATE TABLE later (id int)`,
    );
    expect(tablesOf(loaded)).toEqual(['later', 'later.id']);
  });

  it('makes a role that nobody creates, for itself, and says so', async () => {
    const loaded = await load(
      `CREATE TABLE a (id int);
       GRANT SELECT ON a TO scratch_reader;
       ALTER TABLE a OWNER TO "Scratch owner"`,
    );
    expect(loaded.notes).toEqual([
      'the role scratch_reader is named and nobody creates it: it was made in the scratch only',
      'the role Scratch owner is named and nobody creates it: it was made in the scratch only',
    ]);
    // Other roles may be there: they belong to the whole server.
    const ids = loaded.catalog.objects.map(({ id }) => String(id));
    expect(ids.filter((id) => /^role:.*[sS]cratch/.test(id))).toEqual([]);
    const table = loaded.catalog.objects.find(({ kind }) => kind === 'table');
    expect(table?.owner).toBe('Scratch owner');
  });

  it.each([
    [
      'a value that is used before a commit',
      `CREATE TYPE mood AS ENUM ('sad');
       COMMIT;
       ALTER TYPE mood ADD VALUE 'glad';
       CREATE TABLE a (m mood DEFAULT 'glad')`,
      ['a', 'a.m'],
    ],
    [
      'what only PostgreSQL knows to run outside of transactions',
      'CREATE TABLE a (id int) PARTITION BY LIST (id); REINDEX TABLE a',
      ['a', 'a.id'],
    ],
    [
      'what runs outside of transactions',
      'CREATE TABLE a (id int); CREATE INDEX CONCURRENTLY i ON a (id); VACUUM a',
      ['a', 'a.id'],
    ],
  ])('runs %s, and is empty for the next text', async (_, text, tables) => {
    expect(tablesOf(await load(text))).toEqual(tables);
    expect(tablesOf(await load('CREATE TABLE next (id int)'))).toEqual(['next', 'next.id']);
  });

  it('tells file, line and the words of PostgreSQL, and goes on', async () => {
    const error = await refusal(load('CREATE TABLE a (id int);\n\nCREATE TABLE b (\n  id intt);'));
    expect(error).toMatchObject({
      code: 'SCRATCH_STATEMENT_FAILED',
      details: { file: 'schema.sql', line: 4, sqlstate: '42704' },
    });
    expect(error.message).toContain('schema.sql:4: ');
    expect(error.message).toContain('PostgreSQL: type "intt" does not exist');
    expect(tablesOf(await load('CREATE TABLE a (id int)'))).toEqual(['a', 'a.id']);
  });

  it('replays work that commits, and is empty again afterwards', async () => {
    const runs: string[] = [];
    const loaded = await scratch().replay({
      statements: [],
      run: async (engine) => {
        runs.push('run');
        await engine.query('CREATE TABLE IF NOT EXISTS done (id int)');
        await engine.query(`GRANT SELECT ON done TO scratch_replayed_${place}`);
      },
    });
    expect(runs).toHaveLength(2);
    expect(tablesOf(loaded)).toEqual(['done', 'done.id']);
    expect(loaded.notes.join()).toContain(`the role scratch_replayed_${place} is named`);
    expect(tablesOf(await load(''))).toEqual([]);
  });

  it('names an extension it does not have, and what helps', async () => {
    const error = await refusal(load('SELECT 1;\nCREATE EXTENSION postgis;'));
    expect(error).toMatchObject({
      code: 'SCRATCH_EXTENSION_MISSING',
      message: 'schema.sql:2: the scratch has no extension postgis',
      details: { extension: 'postgis', file: 'schema.sql', line: 2 },
    });
    expect(error.hint).toContain('--scratch-url');
  });
});

// [what, text, part of the message]
const REFUSED = [
  ['commands of psql', 'SELECT 1;\n\\connect other', 'schema.sql: \\connect on line 2'],
  ['rows for the client', 'COPY a TO STDOUT;', 'schema.sql: COPY … TO STDOUT on line 1'],
  ['an open quote', "SELECT 'a", 'schema.sql: The quote opened on line 1'],
  ['a rollback', 'CREATE TABLE a ();\nROLLBACK;', 'schema.sql:2: a schema cannot hold "ROLLBACK"'],
  ['a database', 'CREATE DATABASE a;', 'schema.sql:1: a schema cannot hold'],
  ['the server', 'ALTER  SYSTEM SET work_mem = 1;', 'schema.sql:1: a schema cannot hold'],
] as const;

describe('a text', () => {
  it.each(REFUSED)('with %s is refused before anything is opened', async (_, text, message) => {
    await using scratch = openScratch({ scratchUrl: 'postgres://nobody@127.0.0.1:1/none' });
    const error = await refusal(scratch.load([{ file: 'schema.sql', text }]));
    expect(error.message).toContain(message);
  });

  it('has its extensions from PGlite', async () => {
    await using scratch = openScratch();
    const { catalog } = await scratch.load([
      {
        file: 'schema.sql',
        text: `CREATE EXTENSION IF NOT EXISTS "uuid-ossp";
          CREATE EXTENSION earthdistance CASCADE;
          CREATE EXTENSION citext;
          CREATE TABLE a (id uuid DEFAULT uuid_generate_v4(), name citext)`,
      },
    ]);
    const column = catalog.objects.find(({ names }) => names.at(-1) === 'name');
    expect(column?.definition).toMatchObject({ type: 'public.citext' });
  });
});

describe('a scratch on a server', () => {
  const databasesLike = async (pattern: string): Promise<readonly string[]> => {
    await using engine = await openEngine({ url: database.url, poolSize: 1 });
    const { rows } = await engine.query<{ name: string }>(
      'SELECT datname AS name FROM pg_database WHERE datname LIKE $1',
      [pattern],
    );
    return rows.map(({ name }) => name);
  };

  it('drops its database and the roles it made, when it is closed', async () => {
    const scratch = openScratch({ scratchUrl: database.url });
    let name = '';
    await scratch.replay({
      statements: [],
      run: async (engine) => {
        const { rows } = await engine.query<{ name: string }>('SELECT current_database() AS name');
        name = rows[0]?.name ?? '';
        await engine.query('CREATE TABLE IF NOT EXISTS a (id int)');
        await engine.query('GRANT SELECT ON a TO scratch_dropped');
      },
    });
    expect(await databasesLike(name)).toEqual([name]);
    await scratch.close();
    expect(await databasesLike(name)).toEqual([]);
    await using engine = await openEngine({ url: database.url, poolSize: 1 });
    const { rows } = await engine.query(`SELECT FROM pg_roles WHERE rolname = 'scratch_dropped'`);
    expect(rows).toEqual([]);
  });

  it('leaves a role alone that the server has', async () => {
    await using engine = await openEngine({ url: database.url, poolSize: 1 });
    await engine.query('CREATE ROLE scratch_kept');
    try {
      await using scratch = openScratch({ scratchUrl: database.url });
      const text = `CREATE ROLE scratch_kept;
        CREATE TABLE a (id int);
        CREATE INDEX CONCURRENTLY i ON a (id)`;
      const { notes } = await scratch.load([{ file: 'schema.sql', text }]);
      expect(notes.join()).toContain('schema.sql:1: role "scratch_kept" already exists');
      await scratch.close();
      const { rows } = await engine.query(`SELECT FROM pg_roles WHERE rolname = 'scratch_kept'`);
      expect(rows).toHaveLength(1);
    } finally {
      await engine.query('DROP ROLE scratch_kept');
    }
  });

  it('sweeps what a killed process left behind, and only that', async () => {
    const nameAt = (ms: number) =>
      `plinth_scratch_${ms.toString(16).padStart(12, '0')}0123456789ab`;
    const old = nameAt(Date.now() - 2 * 60 * 60 * 1000);
    const young = nameAt(Date.now());
    await createDatabase(inject('serverUrl'), { name: old });
    const busy = await createDatabase(inject('serverUrl'), { name: young });
    await using scratch = openScratch({ scratchUrl: database.url });
    await scratch.load([]);
    expect(await databasesLike(old)).toEqual([]);
    expect(await databasesLike(young)).toEqual([young]);
    await busy.drop();
  });

  it('needs a role that may create databases', async () => {
    await using engine = await openEngine({ url: database.url, poolSize: 1 });
    await engine.query(`CREATE ROLE scratch_weak LOGIN PASSWORD 'hush'`);
    try {
      const url = new URL(database.url);
      [url.username, url.password] = ['scratch_weak', 'hush'];
      await using scratch = openScratch({ scratchUrl: url.href });
      const error = await refusal(scratch.load([]));
      expect(error).toMatchObject({ code: 'SCRATCH_SERVER_UNUSABLE' });
      expect(error.message).toContain('permission denied to create database');
      expect(JSON.stringify(error)).not.toContain('hush');
    } finally {
      await engine.query('DROP ROLE scratch_weak');
    }
  });

  it('is no embedded folder', () => {
    expect(() => openScratch({ scratchUrl: 'pglite://./data' })).toThrow('cannot be scratch');
  });
});
