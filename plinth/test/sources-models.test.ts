// Files of models as projects have them: both module types, every ending, aliases, circles, another
// copy of Drizzle. What is wrong with one is told with the file and the export.

import { cp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { schemaProject } from './support/schema-project.js';

const PG = "import { integer, pgTable, text } from 'drizzle-orm/pg-core';\n";
const table = (name: string, more = '') =>
  `export const ${name} = pgTable('${name}', { id: integer().primaryKey(), ${more} });\n`;

const PROJECT = {
  'tsconfig.json': `{
    // As editors allow it.
    "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["./src/*"], "#columns": ["src/columns/index.ts"], }, },
  }`,
  'src/columns/index.ts': `${PG}export const named = { name: text().notNull() };`,
  'src/a.ts': `${PG}import { type AnyPgColumn } from 'drizzle-orm/pg-core';
    import { named } from '#columns';
    import { b } from '@/b';
    ${table('a', 'bId: integer().references((): AnyPgColumn => b.id), ...named')}`,
  'src/b.ts': `${PG}import { type AnyPgColumn } from 'drizzle-orm/pg-core';
    import { a } from './a.js';
    ${table('b', 'aId: integer().references((): AnyPgColumn => a.id)')}`,
  'src/c.mts': `${PG}import { a } from './a.ts';
    const name: string = await Promise.resolve('c');
    export { b } from './b.ts';
    export const c = pgTable(name, { aId: integer().references(() => a.id) });`,
  'src/d.cts': `const { integer, pgTable } = require('drizzle-orm/pg-core');
    const { a } = require('./a');
    module.exports = { d: pgTable('d', { aId: integer().references(() => a.id) }) };`,
  'src/e.mjs': `${PG}const e = pgTable('e', { id: integer() });
    export { e as default, e };`,
  'src/f.cjs': `const { integer, pgTable } = require('drizzle-orm/pg-core');
    exports.f = pgTable('f', { id: integer() });`,
  'src/index.ts': `export * from './a';\nexport * from './b';\nexport * as all from './c.mjs';`,
};

const MODULES = [
  ['an ES', { 'package.json': '{ "type": "module" }', 'src/g.js': `${PG}${table('g')}` }],
  [
    'a CommonJS',
    {
      'package.json': '{}',
      'src/g.js': `const { integer, pgTable } = require('drizzle-orm/pg-core');
        exports.g = pgTable('g', { id: integer().primaryKey() });`,
    },
  ],
] as const;

describe.each(MODULES)('models in %s package', (_, files) => {
  it('are read from every kind of module, each once', async () => {
    await using project = await schemaProject({ ...PROJECT, ...files });
    const sources = await project.read(['./src', './src/a.ts', '!./src/columns/**']);
    const shown = sources.map(({ file, name, text }) => [
      `${file}: ${name}`,
      text.replaceAll(/\s+/g, ' '),
    ]);
    expect(shown).toEqual([
      [
        'src/a.ts: a',
        'CREATE TABLE public.a ( id integer NOT NULL, "bId" integer, name text NOT NULL, CONSTRAINT a_pkey PRIMARY KEY (id) )',
      ],
      [
        'src/b.ts: b',
        'CREATE TABLE public.b ( id integer NOT NULL, "aId" integer, CONSTRAINT b_pkey PRIMARY KEY (id) )',
      ],
      ['src/c.mts: c', 'CREATE TABLE public.c ( "aId" integer )'],
      ['src/d.cts: d', 'CREATE TABLE public.d ( "aId" integer )'],
      ['src/e.mjs: e', 'CREATE TABLE public.e ( id integer )'],
      ['src/f.cjs: f', 'CREATE TABLE public.f ( id integer )'],
      [
        'src/g.js: g',
        'CREATE TABLE public.g ( id integer NOT NULL, CONSTRAINT g_pkey PRIMARY KEY (id) )',
      ],
      foreignKey('src/a.ts: a', 'a', 'bId', 'b'),
      foreignKey('src/b.ts: b', 'b', 'aId', 'a'),
      foreignKey('src/c.mts: c', 'c', 'aId', 'a'),
      foreignKey('src/d.cts: d', 'd', 'aId', 'a'),
    ]);
  });

  it('follow the aliases of the nearest tsconfig.json, each file of its own', async () => {
    await using project = await schemaProject({
      ...files,
      'tsconfig.json': '{ "compilerOptions": { "paths": { "~": ["./one.ts"] } } }',
      'one.ts': `${PG}${table('one')}`,
      'schema.ts': `export { one } from '~';`,
      'nested/tsconfig.json': '{ "extends": "./base.json" }',
      'nested/base.json': '{ "compilerOptions": { "paths": { "~": ["./two.ts"] } } }',
      'nested/two.ts': `${PG}${table('two')}`,
      'nested/schema.ts': `export { two } from '~';`,
    });
    const sources = await project.read(['schema.ts', 'nested/schema.ts']);
    expect(sources.map(({ name }) => name)).toEqual(['one', 'two']);
  });

  it('are read anew at each call', async () => {
    await using project = await schemaProject({ ...files, 'schema.ts': `${PG}${table('first')}` });
    expect((await project.read(['schema.ts'])).map(({ name }) => name)).toEqual(['first']);
    await project.write('schema.ts', `${PG}${table('second')}`);
    expect((await project.read(['schema.ts'])).map(({ name }) => name)).toEqual(['second']);
  });

  it.each(['its own', 'no'])('may have %s copy of Drizzle', async (copy) => {
    await using project = await schemaProject({
      ...files,
      'schema.ts': `
        import { sql } from 'drizzle-orm';
        import { check, index, pgEnum, pgPolicy, pgRole, pgTable, pgView, text } from 'drizzle-orm/pg-core';
        export const mood = pgEnum('mood', ['sad', 'glad']);
        export const reader = pgRole('reader');
        export const notes = pgTable('notes', { mood: mood().default('glad'), body: text() }, (t) => [
          index().on(t.body),
          check('not_empty', sql\`\${t.body} <> \${''}\`),
          pgPolicy('all_of_them', { to: reader, using: sql\`true\` }),
        ]);
        export const bodies = pgView('bodies').as((qb) => qb.select({ body: notes.body }).from(notes));`,
    });
    await rm(join(project.folder, 'node_modules'));
    if (copy === 'its own') {
      const own = dirname(createRequire(import.meta.url).resolve('drizzle-orm'));
      await cp(own, join(project.folder, 'node_modules', 'drizzle-orm'), {
        recursive: true,
        filter: (path) => !/\.(?:d\.c?ts|map)$/.test(path),
      });
    }
    const sources = await project.read(['schema.ts']);
    expect(sources.map(({ text }) => text.split(' (')[0])).toEqual([
      'CREATE ROLE reader',
      'CREATE TYPE public.mood AS ENUM',
      'CREATE TABLE public.notes',
      'CREATE INDEX notes_body_index ON public.notes',
      expect.stringContaining('CREATE VIEW public.bodies AS\nselect "body" from "notes"'),
      'ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY',
      'CREATE POLICY all_of_them ON public.notes TO reader USING',
    ]);
  });
});

function foreignKey(place: string, from: string, column: string, to: string) {
  const name = `${from}_${column}_${to}_id_fk`;
  return [
    place,
    `ALTER TABLE public.${from} ADD CONSTRAINT "${name}" FOREIGN KEY ("${column}") REFERENCES public.${to} (id)`,
  ];
}

const LONG = 'a_name_that_is_longer_than_the_sixty_three_bytes_of_postgresql_x';

// [what, files beside the first, message]
const REFUSED = [
  [
    'throws',
    { 'schema.ts': `${PG}\ninterface A { a: string }\nthrow new Error('no SETTING');` },
    'MODULE_LOAD_FAILED',
    'schema.ts:4 cannot be loaded: no SETTING',
  ],
  [
    'throws what is no error',
    { 'schema.ts': `throw 'a text';` },
    'MODULE_LOAD_FAILED',
    'schema.ts cannot be loaded: a text',
  ],
  [
    'throws later',
    { 'schema.ts': `${PG}await Promise.reject(new TypeError('too late'));` },
    'MODULE_LOAD_FAILED',
    'schema.ts:2 cannot be loaded: too late',
  ],
  [
    'imports what throws',
    { 'schema.ts': `export * from './lib/a.js';`, 'lib/a.ts': `\n\nnull.x;` },
    'MODULE_LOAD_FAILED',
    "schema.ts cannot be loaded: lib/a.ts:3: Cannot read properties of null (reading 'x')",
  ],
  [
    'cannot be parsed',
    { 'schema.ts': `${PG}export const a = {\n  b: ,\n};` },
    'MODULE_LOAD_FAILED',
    'schema.ts:3 cannot be loaded: Unexpected token',
  ],
  [
    'imports what cannot be parsed',
    { 'schema.ts': `import './a';`, 'a.ts': `const const = 1;` },
    'MODULE_LOAD_FAILED',
    "schema.ts cannot be loaded: a.ts:1: Unexpected keyword 'const'.",
  ],
  [
    'imports what is not there',
    { 'schema.ts': `import './gone';` },
    'MODULE_LOAD_FAILED',
    "schema.ts cannot be loaded: Cannot find module './gone'",
  ],
  [
    'imports a package that is not installed',
    { 'schema.ts': `export * from './a.ts';`, 'a.ts': `import 'not-installed';` },
    'MODULE_LOAD_FAILED',
    "schema.ts cannot be loaded: a.ts: Cannot find module 'not-installed'",
  ],
  [
    'has a tsconfig.json that leads nowhere',
    { 'schema.ts': `${PG}${table('a')}`, 'tsconfig.json': '{ "extends": "./gone.json" }' },
    'MODULE_LOAD_FAILED',
    "the tsconfig.json of plinth.config.ts cannot be read: File './gone.json' not found.",
  ],
  ['exports nothing', { 'schema.ts': PG }, 'MODELS_EMPTY', 'schema.ts exports nothing'],
  [
    'exports no model',
    { 'schema.ts': `export const url = 'x'; export default 1;` },
    'MODELS_EMPTY',
    'schema.ts exports no model, only default, url',
  ],
  [
    'defines a table twice',
    { 'schema.ts': `${PG}${table('users')}`, 'b.ts': `${PG}${table('users')}` },
    'MODELS_NAME_TAKEN',
    'b.ts: users: the table users has the name of the table of schema.ts: users',
  ],
  [
    'has two columns with one name',
    {
      'schema.ts': `${PG}export const users = pgTable('users', { a: text('name'), b: text('name') });`,
    },
    'MODELS_NAME_TAKEN',
    'schema.ts: users: two columns of public.users have the name name: a and b',
  ],
  [
    'has a name that is too long',
    { 'schema.ts': `${PG}export const users = pgTable('${LONG}', { id: integer() });` },
    'MODELS_NAME_TOO_LONG',
    `schema.ts: users: the name of the table ${LONG} has 64 bytes, and PostgreSQL keeps 63`,
  ],
  [
    'has two constraints that are cut to one name',
    {
      'schema.ts': `import { integer, pgTable, unique } from 'drizzle-orm/pg-core';
        export const users = pgTable('users', { id: integer() }, (t) => [
          unique('${LONG}_1').on(t.id), unique('${LONG}_2').on(t.id),
        ]);`,
    },
    'MODELS_NAME_TAKEN',
    `schema.ts: users: the constraint ${LONG}_2 and the constraint ${LONG}_1 (schema.ts: users) are both cut to ${LONG.slice(0, 63)}, for PostgreSQL keeps 63 bytes`,
  ],
  [
    'has a model that cannot be written',
    {
      'schema.ts': `import { index, integer, pgTable } from 'drizzle-orm/pg-core';
        import { sql } from 'drizzle-orm';
        export const users = pgTable('users', { id: integer() }, (t) => [index().on(sql\`abs(\${t.id})\`)]);`,
    },
    'MODELS_INVALID',
    'schema.ts: users: an index on an expression has no name',
  ],
] as const;

describe.each(MODULES)('a file of models in %s package', (_, files) => {
  it.each(REFUSED)('is refused that %s', async (_what, own, code, message) => {
    await using project = await schemaProject({ ...files, ...own });
    const error = await project.refusal('b.ts' in own ? ['schema.ts', 'b.ts'] : ['schema.ts']);
    expect({ code: error.code, message: error.message }).toEqual({ code, message });
    expect(error.hint).toMatch(/\.$/);
  });
});
