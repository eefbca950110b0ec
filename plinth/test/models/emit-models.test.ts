// The statements of models: their order, their names, where they come from; and that writing them
// changes nothing.

import { createRequire } from 'node:module';
import { and, eq, sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  check,
  customType,
  foreignKey,
  index,
  integer,
  pgEnum,
  pgMaterializedView,
  pgPolicy,
  pgRole,
  pgSchema,
  pgSequence,
  pgTable,
  pgView,
  primaryKey,
  serial,
  text,
  timestamp,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { base, emitModels, extension, isolated, sqlFunction } from '../../src/models/index.js';

const require = createRequire(import.meta.url);

function emit(exports: Readonly<Record<string, unknown>>): readonly string[] {
  return emitModels([{ file: 'models.ts', exports }]).map(({ sql }) => sql);
}

describe('the order', () => {
  it('is one in which the statements can run, whatever the order of exports', () => {
    const shop = pgSchema('shop');
    const colours = shop.enum('colours', ['red']);
    const role = pgRole('reader');
    const items = shop.table('items', { ...base(), colour: colours() }, (t) => [
      index().on(t.colour),
      pgPolicy('own', { to: role, using: sql`true` }),
    ]);
    const parts = pgTable('parts', { item: text().references((): AnyPgColumn => itemsName.name) });
    const itemsName = pgTable('names', { name: text().unique() });
    const view = pgView('z').as((qb) => qb.select().from(parts));
    const exports = {
      view: pgView('a').as((qb) => qb.select().from(view)),
      z: view,
      itemsName,
      parts,
      items,
      numbers: pgSequence('numbers'),
      fn: sqlFunction('f', { returns: 'integer', body: 'SELECT 1' }),
      colours,
      role,
      citext: extension('citext'),
      shop,
    };
    expect(emit(exports).map((statement) => statement.split(/[\n(]/)[0]?.trim())).toEqual([
      'CREATE SCHEMA IF NOT EXISTS shop',
      'CREATE EXTENSION IF NOT EXISTS citext',
      'CREATE ROLE reader',
      'CREATE TYPE shop.colours AS ENUM',
      'CREATE FUNCTION public.set_updated_at',
      'CREATE FUNCTION public.f',
      'CREATE SEQUENCE public.numbers',
      'CREATE TABLE public.names',
      'CREATE TABLE public.parts',
      'CREATE TABLE shop.items',
      'CREATE INDEX items_colour_index ON shop.items',
      'ALTER TABLE public.parts ADD CONSTRAINT parts_item_names_name_fk FOREIGN KEY',
      'CREATE VIEW public.z AS',
      'CREATE VIEW public.a AS',
      'ALTER TABLE shop.items ENABLE ROW LEVEL SECURITY',
      'CREATE POLICY own ON shop.items TO reader USING',
      'CREATE TRIGGER items_set_updated_at',
    ]);
  });

  it('puts views after the ones they name in raw SQL', () => {
    const c = pgMaterializedView('c', { x: integer() }).as(sql`select x from "Quoted View"`);
    const b = pgView('b', { x: integer() }).as(sql`select x from C`);
    const q = pgView('Quoted View', { x: integer() }).as(sql`select 1 as x`);
    expect(emit({ b, c, q }).map((statement) => statement.split(' AS')[0])).toEqual([
      'CREATE VIEW public."Quoted View"',
      'CREATE MATERIALIZED VIEW public.c',
      'CREATE VIEW public.b',
    ]);
  });
});

describe('the names', () => {
  it('are those that Drizzle gives', () => {
    const users = pgTable('users', { id: serial().primaryKey(), email: text().unique() });
    const posts = pgTable(
      'posts',
      { a: integer().references(() => users.id), b: integer(), c: text() },
      (t) => [
        primaryKey({ columns: [t.a, t.b] }),
        unique().on(t.b, t.c),
        foreignKey({ columns: [t.b], foreignColumns: [users.id] }),
        index().on(t.a, t.c),
        uniqueIndex().on(t.c),
        check('given', sql`${t.a} > 0`),
      ],
    );
    const names = emit({ users, posts }).flatMap((statement) =>
      [...statement.matchAll(/(?:CONSTRAINT|INDEX) (\w+)/g)].map(([, name]) => name),
    );
    expect(names).toEqual([
      'users_pkey',
      'users_email_unique',
      'posts_a_b_pk',
      'posts_b_c_unique',
      'given',
      'posts_a_c_index',
      'posts_c_index',
      'posts_a_users_id_fk',
      'posts_b_users_id_fk',
    ]);
  });

  it('are cut to 63 bytes, the primary key as PostgreSQL does it', () => {
    const long = 'a_table_with_a_name_that_has_sixty_two_characters_and_no_more_';
    expect(long).toHaveLength(62);
    const t = pgTable(long, { id: integer().primaryKey(), name: text().unique() });
    const [table] = emit({ t });
    expect(table).toContain(`CONSTRAINT ${long.slice(0, 58)}_pkey PRIMARY KEY`);
    expect(table).toContain(`CONSTRAINT ${long}_ UNIQUE`);
  });

  it('are quoted where PostgreSQL would misread them', () => {
    const odd = pgSchema('Odd Schema');
    const order = odd.table('order', { user: integer('user'), quoted: text('a"b') }, (t) => [
      index('My Index').on(t.user, t.quoted),
    ]);
    expect(emit({ order })).toEqual([
      'CREATE SCHEMA IF NOT EXISTS "Odd Schema"',
      'CREATE TABLE "Odd Schema"."order" (\n    "user" integer,\n    "a""b" text\n)',
      'CREATE INDEX "My Index" ON "Odd Schema"."order" ("user", "a""b")',
    ]);
  });
});

describe('the origin', () => {
  it('is the file and the export that came first', () => {
    const users = pgTable('users', { id: integer() });
    const mood = pgEnum('mood', ['ok']);
    const t = pgTable('t', { mood: mood() });
    const files = [
      { file: 'a.ts', exports: { people: users } },
      { file: 'index.ts', exports: { users, t, default: { users } } },
    ];
    expect(emitModels(files).map(({ file, name }) => `${file} ${name}`)).toEqual([
      'index.ts t',
      'a.ts people',
      'index.ts t',
    ]);
  });
});

describe('emitting', () => {
  it('gives the same twice, for models with tables of the same name too', () => {
    const first = pgTable('t', { a: text() }, (t) => [index('i').on(sql`lower(${t.a})`)]);
    const second = pgTable('t', { b: text() }, (t) => [index('i').on(sql`lower(${t.b})`)]);
    const once = emit({ first });
    expect(emit({ second })[1]).toContain('lower("b")');
    expect(emit({ first })).toEqual(once);
  });

  it('leaves the expressions of models as they are', () => {
    const condition = sql`${5} > 4`;
    const t = pgTable('t', { a: integer() }, (t) => [
      check('c', condition),
      index('i').on(t.a).where(condition),
      pgPolicy('p', { using: condition }),
    ]);
    emit({ t });
    expect(Reflect.get(condition, 'shouldInlineParams')).toBe(false);
  });

  it('writes bound values as literals, of whatever kind', () => {
    const t = pgTable('t', { a: integer(), at: timestamp({ mode: 'date' }) });
    const day = new Date('2026-01-02T03:04:05.678Z');
    const view = pgView('v').as((qb) =>
      qb
        .select({ a: t.a })
        .from(t)
        .where(and(eq(t.at, day), sql`${10n} > ${-1.5}`, sql`${null} IS NULL`, sql`${true}`))
        .limit(3),
    );
    expect(emit({ t, view })[1]).toBe(
      `CREATE VIEW public.v AS\nselect "a" from "t" where ("t"."at" = '2026-01-02T03:04:05.678Z' and 10 > (-1.5) and NULL IS NULL and true) limit 3`,
    );
  });

  it('writes what is no text in an array too', () => {
    const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
    const t = pgTable('t', {
      a: bytes()
        .array()
        .default([Buffer.from([0, 255]), Buffer.from('a')]),
    });
    expect(emit({ t })).toEqual([
      `CREATE TABLE public.t (\n    a bytea[] DEFAULT E'{"\\\\\\\\x00ff","\\\\\\\\x61"}'\n)`,
    ]);
  });

  it('knows models that another copy of Drizzle made', () => {
    const copy: typeof import('drizzle-orm/pg-core') = require('drizzle-orm/pg-core');
    const { sql: copiedSql }: typeof import('drizzle-orm') = require('drizzle-orm');
    expect(copy.pgTable).not.toBe(pgTable);
    const mood = copy.pgEnum('mood', ['ok']);
    const t = copy.pgTable(
      't',
      { a: copy.integer().default(copiedSql`${1}`), m: mood().array() },
      (t) => [
        copy.index().on(t.a.desc()),
        copy.check('c', copiedSql`${t.a} > ${0}`),
        isolated(t, { column: 'a' }),
      ],
    );
    const view = copy.pgView('v').as((qb) => qb.select().from(t));
    expect(emit({ t, view }).slice(0, 4)).toEqual([
      "CREATE TYPE public.mood AS ENUM ('ok')",
      'CREATE TABLE public.t (\n    a integer DEFAULT 1,\n    m public.mood[],\n    CONSTRAINT c CHECK ("a" > 0)\n)',
      'CREATE INDEX t_a_index ON public.t (a DESC NULLS LAST)',
      'CREATE VIEW public.v AS\nselect "a", "m" from "t"',
    ]);
  });
});
