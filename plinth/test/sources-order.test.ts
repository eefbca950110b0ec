// Models and files of SQL as one desired state: whatever stands before what it needs waits for it.
// What is refused is told with the file and the line or the export.

import { afterAll, describe, expect, inject, it } from 'vitest';
import { isPlinthError, type PlinthError } from '../src/errors/index.js';
import { type Loaded, openScratch, type Scratch, type SqlSource } from '../src/scratch/index.js';
import { schemaProject } from './support/schema-project.js';

const PG = `import { sql } from 'drizzle-orm';
import { check, customType, integer, pgTable, pgView, text } from 'drizzle-orm/pg-core';
import { base, isolated, on, grant, sqlFunction, sqlObject, trigger } from 'plinth/models';\n`;

function idsOf({ catalog }: Loaded): readonly string[] {
  return catalog.objects.map(({ id }) => id);
}

async function refusal(work: Promise<unknown>): Promise<PlinthError> {
  const outcome: unknown = await work.catch((error: unknown) => error);
  if (isPlinthError(outcome)) return outcome;
  throw outcome instanceof Error ? outcome : new Error('it was not refused');
}

// [what, files, what is made]
const MIXED = [
  [
    'a foreign key of a model to a table of a file',
    {
      'schema.ts': `${PG}const users = pgTable('users', { id: integer().primaryKey() });
        export const notes = pgTable('notes', { userId: integer().references(() => users.id) });`,
      'a.sql': 'CREATE TABLE users (id int PRIMARY KEY);',
    },
    ['foreign-key:public.notes."notes_userId_users_id_fk"'],
  ],
  [
    'a view of a model on a table of a file, and the other way round',
    {
      'schema.ts': `${PG}export const notes = pgTable('notes', { id: integer() });
        export const all = pgView('all_users', { id: integer() }).as(sql\`select id from users\`);`,
      'a.sql': 'CREATE VIEW all_notes AS SELECT * FROM notes;\nCREATE TABLE users (id int);',
    },
    ['view:public.all_users', 'view:public.all_notes'],
  ],
  [
    'a column of a type that a file creates',
    {
      'schema.ts': `${PG}const mood = customType<{ data: string }>({ dataType: () => 'mood' });
        export const notes = pgTable('notes', { mood: mood().default('sad'), id: integer() }, (t) => [
          check('not_sad', sql\`\${t.mood} <> 'sad'\`),
        ]);
        export const moods = pgView('moods').as((qb) => qb.select({ mood: notes.mood }).from(notes));`,
      'z.sql': "CREATE TYPE mood AS ENUM ('sad', 'glad');",
    },
    ['table:public.notes', 'check-constraint:public.notes.not_sad', 'view:public.moods'],
  ],
  [
    'a function that returns rows of a table defined later',
    {
      'schema.ts': `${PG}export const notes = pgTable('notes', { id: integer() });
        export const all = sqlFunction('all_of_them', {
          returns: 'SETOF public.notes', language: 'sql', body: 'SELECT * FROM public.notes',
        });`,
      'a.sql': `CREATE FUNCTION one(n later) RETURNS later LANGUAGE sql AS 'SELECT n';
        CREATE FUNCTION two() RETURNS int BEGIN ATOMIC SELECT id FROM later; END;
        CREATE TABLE later (id int DEFAULT three());
        CREATE FUNCTION three() RETURNS int LANGUAGE sql AS 'SELECT 3';`,
    },
    ['function:public.all_of_them()', 'function:public.one(public.later)', 'function:public.two()'],
  ],
  [
    'a trigger on a model, with a function of another file',
    {
      'schema.ts': `${PG}export const notes = pgTable('notes', { id: integer() });`,
      'a.sql': 'CREATE TRIGGER seen BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION see();',
      'b.sql': `CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        COMMENT ON TABLE notes IS 'said';`,
    },
    ['trigger:public.notes.seen'],
  ],
  [
    'a schema and an extension that a file creates, and models ask for',
    {
      'schema.ts': `${PG}import { pgSchema } from 'drizzle-orm/pg-core';
        import { extension } from 'plinth/models';
        export const app = pgSchema('app');
        export const citext = extension('citext');
        export const notes = app.table('notes', {
          body: customType<{ data: string }>({ dataType: () => 'citext' })(),
        });`,
      'z.sql': 'CREATE SCHEMA app; CREATE EXTENSION citext;',
    },
    ['schema:app', 'extension:citext', 'table:app.notes'],
  ],
  [
    'files that set the path, each for itself',
    {
      'a.sql': "SELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE public.a ();",
      'b.sql': 'CREATE TABLE b ();',
      'c.sql': 'SET search_path = app; CREATE VIEW seen AS SELECT * FROM things;',
      'd.sql': 'CREATE SCHEMA app; SET search_path TO app, public; CREATE TABLE things (id int);',
      'schema.ts': `${PG}export const notes = pgTable('notes', { id: integer() });
        export const ids = pgView('ids', { id: integer() }).as(sql\`select id from notes\`);`,
    },
    ['table:public.b', 'view:app.seen', 'table:app.things', 'view:public.ids'],
  ],
  [
    'a key that a foreign key waits for',
    {
      'a.sql': 'CREATE TABLE a (id int); CREATE TABLE b (a int REFERENCES a (id));',
      'b.sql': 'CREATE UNIQUE INDEX a_id ON a (id);',
    },
    ['foreign-key:public.b.b_a_fkey'],
  ],
  [
    'a role that nobody creates',
    {
      'schema.ts': `${PG}export const notes = isolated(
        pgTable('notes', { ...base(), tenantId: text().notNull() }),
        { column: 'tenantId', role: 'sources_reader' },
      );
      export const more = on(notes, grant('TRIGGER', { to: 'sources_other' }));`,
      'z.sql': 'GRANT SELECT ON notes TO sources_reader;',
    },
    ['policy:public.notes.tenant_isolation_policy'],
  ],
  [
    'a role that a later file creates',
    {
      'a.sql': 'CREATE TABLE notes (id int); GRANT SELECT ON notes TO sources_late;',
      'b.sql': 'CREATE ROLE sources_late;',
    },
    ['role:sources_late'],
  ],
  [
    'what runs outside of transactions',
    {
      'a.sql':
        'CREATE INDEX CONCURRENTLY late ON things (id); CREATE VIEW v AS SELECT * FROM things',
      'b.sql': 'CREATE TABLE things (id int);',
    },
    ['index:public.late', 'view:public.v'],
  ],
  [
    'a long way to the end',
    {
      'a.sql': Array.from(
        { length: 30 },
        (_, index) => `CREATE VIEW v${index} AS SELECT * FROM v${index + 1};\n`,
      ).join(''),
      'b.sql': 'CREATE TABLE v30 (id int);',
    },
    ['view:public.v0', 'view:public.v29'],
  ],
] as const;

describe.each(['embedded', 'server'] as const)('a desired state, %s', (place) => {
  let opened: Scratch | undefined;
  const load = async (files: Readonly<Record<string, string>>, schema: readonly string[]) => {
    await using project = await schemaProject({ 'package.json': '{}', ...files });
    opened ??= openScratch(place === 'server' ? { scratchUrl: inject('serverUrl') } : {});
    return await opened.load(await project.read(schema));
  };

  afterAll(async () => {
    await opened?.close();
  });

  it.each(MIXED)('may have %s', async (_, files, ids) => {
    const names = Object.keys(files);
    const loaded = await load(files, names);
    expect(idsOf(loaded)).toEqual(expect.arrayContaining([...ids]));
    // In whatever order they are listed.
    const turned = await load(files, names.toReversed());
    expect(turned.catalog).toEqual(loaded.catalog);
  });

  it('is told of with the first statement that nothing helped, and the others', async () => {
    const error = await refusal(
      load(
        {
          'a.sql': 'CREATE TABLE a (id int);\n\nCREATE VIEW v AS\n  SELECT * FROM gone;',
          'b.sql': 'CREATE VIEW w AS SELECT * FROM v;\nCREATE VIEW x AS SELECT * FROM a;',
        },
        ['a.sql', 'b.sql'],
      ),
    );
    expect(error).toMatchObject({
      code: 'SCRATCH_STATEMENT_FAILED',
      details: { file: 'a.sql', line: 4, sqlstate: '42P01' },
    });
    expect(error.message).toBe(
      `a.sql:4: PostgreSQL refuses a statement
  | CREATE VIEW v AS
  |   SELECT * FROM gone
  PostgreSQL: relation "gone" does not exist (SQLSTATE 42P01)
  refused as well: b.sql:1`,
    );
  });

  it('is told of with the line, among hundreds of statements that waited', async () => {
    const views = Array.from(
      { length: 250 },
      (_, index) => `CREATE VIEW v${index} AS\n  SELECT * FROM late;\n`,
    );
    const files = { 'a.sql': views.join(''), 'b.sql': 'CREATE TABLE late (id int);' };
    const loaded = await load(files, ['a.sql', 'b.sql']);
    expect(idsOf(loaded).filter((id) => id.startsWith('view:'))).toHaveLength(250);
    views[203] = 'CREATE VIEW v203 AS\n  SELECT gone FROM late;\n';
    const error = await refusal(load({ ...files, 'a.sql': views.join('') }, ['a.sql', 'b.sql']));
    expect(error.details).toMatchObject({ file: 'a.sql', line: 408, sqlstate: '42703' });
  });

  it.each([
    ['DROP TABLE users;', '42P01'],
    ['ALTER TABLE users RENAME TO people;', '42P01'],
    ['ALTER TABLE users DROP COLUMN id;', '42P01'],
    ['TRUNCATE users;', '42P01'],
  ])('never has %s wait for what it would take away', async (sql, sqlstate) => {
    const files = { 'a.sql': sql, 'b.sql': 'CREATE TABLE users (id int);' };
    expect(await refusal(load(files, ['a.sql', 'b.sql']))).toMatchObject({
      code: 'SCRATCH_STATEMENT_FAILED',
      details: { file: 'a.sql', line: 1, sqlstate },
    });
  });
});

// [what, models, file of SQL, message]
const REFUSED = [
  [
    'a column with a reserved name',
    `export const users = pgTable('users', { ctid: integer() });`,
    '',
    `schema.ts: users: PostgreSQL refuses a statement
  | CREATE TABLE public.users (
  |     ctid integer
  | )
  PostgreSQL: column name "ctid" conflicts with a system column name (SQLSTATE 42701)`,
  ],
  [
    'a schema with a reserved name',
    `import { pgSchema } from 'drizzle-orm/pg-core';
     export const taken = pgSchema('pg_mine');`,
    '',
    `schema.ts: taken: PostgreSQL refuses a statement
  | CREATE SCHEMA IF NOT EXISTS pg_mine
  PostgreSQL: unacceptable schema name "pg_mine" (SQLSTATE 42939)
  detail: The prefix "pg_" is reserved for system schemas.`,
  ],
  [
    'a type that is not there',
    `export const users = pgTable('users', { a: customType({ dataType: () => 'gone' })() });`,
    '',
    `schema.ts: users: PostgreSQL refuses a statement
  | CREATE TABLE public.users (
  |     a gone
  | )
  PostgreSQL: type "gone" does not exist (SQLSTATE 42704)`,
  ],
  [
    'a check that PostgreSQL cannot read',
    `export const users = pgTable('users', { id: integer() }, (t) => [check('c', sql\`\${t.id} >>> \`)]);`,
    '',
    `schema.ts: users: PostgreSQL refuses a statement
  | CREATE TABLE public.users (
  |     id integer,
  |     CONSTRAINT c CHECK ("id" >>>)
  | )
  PostgreSQL: syntax error at or near ")" (SQLSTATE 42601)`,
  ],
  [
    'an open quote',
    `export const users = pgTable('users', { id: integer() }, (t) => [check('c', sql\`'a\`)]);`,
    '',
    `schema.ts: users: The quote opened is never closed.
  | CREATE TABLE public.users (
  |     id integer,
  |     CONSTRAINT c CHECK ('a)
  | )`,
  ],
  [
    'a table that a file creates too',
    `export const users = pgTable('users', { id: integer() });`,
    '-- A table.\nCREATE TABLE IF NOT EXISTS other ();\nCREATE TABLE Users (id int);',
    `a.sql:3: PostgreSQL refuses a statement
  | CREATE TABLE Users (id int)
  PostgreSQL: relation "users" already exists (SQLSTATE 42P07)
  created by schema.ts: users too`,
  ],
  [
    'a function that a file creates twice',
    `export const users = pgTable('users', { id: integer() });`,
    `CREATE FUNCTION "f"() RETURNS int LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 2';`,
    `a.sql:3: PostgreSQL refuses a statement
  | CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 2'
  PostgreSQL: function "f" already exists with same argument types (SQLSTATE 42723)
  created by a.sql:1 too`,
  ],
  [
    'what reaches beyond a schema',
    `export const a = sqlObject('CREATE DATABASE other');`,
    '',
    `schema.ts: a: a schema cannot hold "CREATE DATABASE other": it changes the server and not a schema.`,
  ],
  [
    'an extension that is not to be had',
    `import { extension } from 'plinth/models';
     export const a = extension('postgis');`,
    '',
    'schema.ts: a: the scratch has no extension postgis',
  ],
] as const;

describe('a model is refused with its export, and no line that nobody can see', () => {
  const scratch = openScratch();
  afterAll(() => scratch.close());

  it.each(REFUSED)('%s', async (_, models, sql, message) => {
    await using project = await schemaProject({ 'schema.ts': `${PG}${models}`, 'a.sql': sql });
    const error = await refusal(scratch.load(await project.read(['schema.ts', 'a.sql'])));
    expect(error.message).toBe(message);
    expect(error.details).toMatchObject(
      sql === '' ? { file: 'schema.ts', export: expect.any(String) } : { file: 'a.sql', line: 3 },
    );
    expect(error.hint).toMatch(/\.$/);
  });
});

describe('what is not free of order', () => {
  it('runs as it stands', async () => {
    await using scratch = openScratch({ scratchUrl: inject('serverUrl') });
    const sources: readonly SqlSource[] = [
      { file: 'a.sql', text: 'SET search_path = app; CREATE VIEW v AS SELECT * FROM later;' },
      { file: 'b.sql', text: 'CREATE TABLE later (id int);' },
    ];
    const error = await refusal(scratch.load(sources, { order: 'given' }));
    expect(error.message).toContain('a.sql:1: PostgreSQL refuses a statement');
    const turned = [
      { file: 'c.sql', text: 'CREATE SCHEMA app; SET search_path = app;' },
      ...sources.toReversed(),
    ];
    expect(idsOf(await scratch.load(turned, { order: 'given' }))).toContain('table:app.later');
  });
});
