// What extras are written as. That PostgreSQL takes it, and that a revision makes the same, is
// shown with the examples.

import { sql } from 'drizzle-orm';
import { check, index, integer, pgRole, pgTable, text } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import {
  comment,
  emitModels,
  extension,
  forceRls,
  grant,
  include,
  nullsNotDistinct,
  on,
  partitionBy,
  roleAttributes,
  sqlFunction,
  sqlObject,
  trigger,
} from '../../src/models/index.js';
import type { Example } from './examples/example.js';
import { extras, newerExtras } from './examples/extras.js';

function emit(exports: Readonly<Record<string, unknown>>): readonly string[] {
  return emitModels([{ file: 'models.ts', exports }]).map(({ sql }) => sql);
}

function emitExample(name: string): string {
  const example: Example | undefined = { ...extras, ...newerExtras }[name];
  if (example === undefined) throw new Error(`there is no example ${name}`);
  return emit(example.models).join(';\n');
}

const WRITTEN = [
  ['forced row-level security', 'ALTER TABLE public.forced ENABLE ROW LEVEL SECURITY'],
  ['forced row-level security', 'ALTER TABLE public.forced FORCE ROW LEVEL SECURITY'],
  ['privileges of a table', 'GRANT SELECT, DELETE ON TABLE public.granted TO plinth_extras_app'],
  [
    'privileges of a table',
    'GRANT UPDATE (name) ON TABLE public.granted TO plinth_extras_app, plinth_extras_auditor WITH GRANT OPTION',
  ],
  ['privileges of a table', 'GRANT TRUNCATE ON TABLE public.granted TO PUBLIC'],
  ['privileges of other objects', 'GRANT USAGE, CREATE ON SCHEMA extras_shop TO plinth_extras_app'],
  ['privileges of other objects', 'REVOKE USAGE ON TYPE public.sizes FROM PUBLIC'],
  [
    'privileges of other objects',
    'GRANT ALL ON SEQUENCE public.extra_numbers TO plinth_extras_app',
  ],
  ['privileges of other objects', 'REVOKE EXECUTE ON FUNCTION public.double FROM PUBLIC'],
  [
    'attributes of roles',
    'ALTER ROLE plinth_extras_app LOGIN NOBYPASSRLS CONNECTION LIMIT 5;\nGRANT plinth_extras_auditor TO plinth_extras_app',
  ],
  ['extension', 'CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA extras_shop'],
  [
    'function',
    "LANGUAGE sql IMMUTABLE STRICT SECURITY DEFINER PARALLEL SAFE SET search_path TO 'public', 'pg_temp' SET plinth.extra TO 'it''s'",
  ],
  ['domain', "CREATE DOMAIN public.email AS text\nCOLLATE \"C\"\nDEFAULT 'nobody@it''s'\nNOT NULL"],
  ['domain', "CONSTRAINT email_has_at CHECK (VALUE LIKE '%@%')"],
  [
    'triggers',
    "CREATE TRIGGER audited_rows\nAFTER INSERT OR UPDATE OF name ON public.audited\nFOR EACH ROW\nWHEN (NEW.name <> 'it''s')\nEXECUTE FUNCTION extras_shop.audit('one', 'two''s')",
  ],
  ['triggers', 'REFERENCING OLD TABLE AS before NEW TABLE AS after\nFOR EACH STATEMENT'],
  [
    'triggers',
    'CREATE CONSTRAINT TRIGGER audited_late\nAFTER DELETE ON public.audited\nDEFERRABLE INITIALLY DEFERRED',
  ],
  ['exclusion', 'EXCLUDE USING gist (room WITH =, during WITH &&) WHERE ("room" > 0)'],
  ['exclusion', 'EXCLUDE USING gist (("room" + 1) WITH =) DEFERRABLE INITIALLY DEFERRED'],
  ['partitions', '\n)\nPARTITION BY LIST (region)'],
  [
    'partitions',
    "CREATE TABLE public.events_eu PARTITION OF public.events FOR VALUES IN ('eu')\nPARTITION BY RANGE (at)",
  ],
  ['partitions', 'CREATE TABLE public.events_others PARTITION OF public.events DEFAULT'],
  ['partitions', "COMMENT ON TABLE public.events_eu IS 'Rows of Europe.'"],
  ['partitioned by an expression', 'PARTITION BY HASH ((lower("name")))'],
  ['comments', "COMMENT ON TABLE public.plain IS 'It''s plain.'"],
  ['comments', 'COMMENT ON COLUMN public.commented."An Odd""Name" IS \'A column.\''],
  ['comments', "COMMENT ON CONSTRAINT plain_pkey ON public.plain IS 'The key.'"],
  ['columns that are included', 'CREATE INDEX included_a ON public.included (a) INCLUDE (b, c)'],
  ['columns that are included', 'PRIMARY KEY (a) INCLUDE (b)'],
  [
    'constraints that are deferred or not valid',
    'ADD CONSTRAINT late_parent FOREIGN KEY (parent) REFERENCES public.parents (id) DEFERRABLE INITIALLY DEFERRED NOT VALID',
  ],
  ['constraints that are deferred or not valid', 'ADD CONSTRAINT old CHECK ("age" > 1) NOT VALID'],
  ['constraints that are deferred or not valid', 'UNIQUE (age) DEFERRABLE\n'],
  ['statements of SQL', 'ALTER TABLE "plain" SET (fillfactor = 70)'],
  ['nulls that are equal', 'equal_b ON public.equal_nulls (b) INCLUDE (a) NULLS NOT DISTINCT'],
  ['nulls that are equal', 'CONSTRAINT equal_both UNIQUE NULLS NOT DISTINCT (a, b)'],
  ['generated columns that are not stored', 'twice integer GENERATED ALWAYS AS (a * 2) VIRTUAL'],
  ['generated columns that are not stored', 'stored integer GENERATED ALWAYS AS (a * 3) STORED'],
] as const;

describe('an extra', () => {
  it.each(WRITTEN)('is written in the words of PostgreSQL: %s', (name, written) => {
    expect(emitExample(name)).toContain(written);
  });

  it.each(Object.keys({ ...extras, ...newerExtras }))('has its text looked at: %s', (name) => {
    expect(WRITTEN.map(([looked]) => looked)).toContain(name);
  });

  it('stands in the third argument of pgTable, or beside the table', () => {
    const inside = pgTable('notes', { id: integer() }, (t) => [forceRls(), comment(t.id, 'x')]);
    const beside = pgTable('notes', { id: integer() });
    const rules = on(beside, forceRls(), comment(beside.id, 'x'));
    expect(emit({ beside, rules })).toEqual(emit({ inside }));
  });

  it('that changes how a table is created may stand beside it too', () => {
    const notes = pgTable('notes', { region: text() });
    const rules = on(notes, partitionBy('LIST', notes.region));
    expect(emit({ rules, notes })).toEqual([
      'CREATE TABLE public.notes (\n    region text\n)\nPARTITION BY LIST (region)',
    ]);
  });

  it('is nothing to Drizzle', async () => {
    const { getTableConfig } = await import('drizzle-orm/pg-core');
    const notes = pgTable('notes', { id: integer() }, (t) => [
      forceRls(),
      include(index('a').on(t.id), t.id),
      index('b').on(t.id),
    ]);
    expect(getTableConfig(notes).indexes.map(({ config }) => config.name)).toEqual(['b']);
  });

  it('may be exported in a list, and more than once', () => {
    const vector = extension('vector');
    expect(emit({ list: [vector, extension('citext')], vector })).toEqual([
      'CREATE EXTENSION IF NOT EXISTS vector',
      'CREATE EXTENSION IF NOT EXISTS citext',
    ]);
  });

  it('brings the schema it is in', () => {
    const f = sqlFunction('f', { schema: 'tools', returns: 'integer', body: 'SELECT 1' });
    const inside = pgTable('notes', { id: integer() }, () => [f]);
    expect(emit({ inside })[0]).toBe('CREATE SCHEMA IF NOT EXISTS tools');
    expect(emit({ f })[0]).toBe('CREATE SCHEMA IF NOT EXISTS tools');
  });

  it('brings the roles it names', () => {
    const reader = pgRole('reader');
    const notes = pgTable('notes', { id: integer() }, () => [grant('SELECT', { to: reader })]);
    const there = roleAttributes(pgRole('there').existing(), { login: true });
    expect(emit({ notes, there })).toContain('CREATE ROLE reader');
    expect(emit({ notes, there })).not.toContain('CREATE ROLE there');
  });
});

const notes = pgTable('notes', { id: integer(), name: text() });

describe('an extra is refused', () => {
  it.each([
    ['exported by itself', { it: forceRls() }, 'forceRls is exported and attached to nothing'],
    ['exported by itself', { it: partitionBy('LIST', notes.name) }, 'partitioned-by is exported'],
    [
      'that changes a table nobody exports',
      { it: on(notes, partitionBy('LIST', notes.name)) },
      'no file exports it',
    ],
    [
      'with privileges of what has none',
      { it: on(pgRole('r'), grant('SELECT', { to: 'a' })) },
      'which has no privileges',
    ],
    [
      'for columns of no UPDATE',
      {
        it: on(
          notes,
          trigger('t', { fires: 'AFTER INSERT', of: [notes.id], forEach: 'ROW', execute: 'f' }),
        ),
      },
      'fires AFTER INSERT',
    ],
    [
      'under a name that is too long',
      { it: sqlFunction('f'.repeat(64), { returns: 'void', body: '' }) },
      '64 bytes',
    ],
  ])('%s', (_, exports, message) => {
    expect(() => emit(exports)).toThrow(`models.ts: it: `);
    expect(() => emit(exports)).toThrow(message);
  });

  it.each([
    ['attached to what is no model', () => on(forceRls(), comment('x')), 'neither a table'],
    [
      'about what is no constraint',
      () => nullsNotDistinct(forceRls()),
      'neither a constraint nor an index',
    ],
  ])('at once: %s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  it('with a builder that lacks its columns', () => {
    const t = pgTable('t', { id: integer() }, () => [include(index('i'), notes.id)]);
    expect(() => emit({ t })).toThrow('models.ts: t: the third argument of pgTable holds');
  });
});

describe('sqlObject', () => {
  it.each([
    ['CREATE TYPE a AS (b integer)', 0],
    ['CREATE OR REPLACE FUNCTION a() RETURNS integer LANGUAGE sql RETURN 1', 0],
    ['ALTER TABLE notes SET (fillfactor = 50)', 1],
    ['GRANT SELECT ON notes TO PUBLIC', 1],
  ])('comes before or after tables: %s', (statement, place) => {
    expect(emit({ notes, it: sqlObject(` ${statement} `) }).indexOf(statement)).toBe(place);
  });

  it('takes values', () => {
    const it = sqlObject(
      sql`ALTER TABLE ${notes} ALTER ${sql.identifier('id')} SET DEFAULT ${-1};`,
    );
    expect(emit({ it })).toEqual(['ALTER TABLE "notes" ALTER "id" SET DEFAULT (-1)']);
  });
});

describe('a trigger', () => {
  it('takes a table whose name needs quotes', () => {
    const odd = pgTable('Odd', { id: integer() }, () => [
      check('c', sql`true`),
      trigger('t', { fires: 'BEFORE INSERT', forEach: 'ROW', execute: 'f' }),
    ]);
    expect(emit({ odd })[1]).toBe(
      'CREATE TRIGGER t\nBEFORE INSERT ON public."Odd"\nFOR EACH ROW\nEXECUTE FUNCTION f()',
    );
  });
});
