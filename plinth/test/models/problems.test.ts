// Models that cannot be used: each is refused with the file and the export, and a way out.

import { sql } from 'drizzle-orm';
import {
  alias,
  check,
  customType,
  foreignKey,
  index,
  integer,
  json,
  type PgColumn,
  pgEnum,
  pgPolicy,
  pgRole,
  pgSchema,
  pgSequence,
  pgTable,
  pgView,
  primaryKey,
  text,
  timestamp,
  unique,
} from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { isPlinthError, type PlinthError } from '../../src/errors/index.js';
import { emitModels, isolated, type ModelFile } from '../../src/models/index.js';

function refusal(...files: readonly ModelFile[]): PlinthError {
  try {
    emitModels(files);
  } catch (error) {
    if (isPlinthError(error)) return error;
    throw error;
  }
  throw new Error('the models were taken');
}

function file(exports: Readonly<Record<string, unknown>>, name = 'models.ts'): ModelFile {
  return { file: name, exports };
}

const LONG = 'a'.repeat(64);
const users = pgTable('users', { id: integer(), name: text() });
const never = (): PgColumn => {
  throw new Error('unreachable');
};

describe('a file without models', () => {
  it.each([
    ['exports nothing', {}, 'exports nothing'],
    ['exports something else', { b: 1, a: () => 1 }, 'exports no model, only a, b'],
    ['exports a namespace', { all: Object.create(null) }, 'exports no model, only all'],
    [
      'exports what a circle of imports left empty',
      { users: undefined },
      'exports no model, only users',
    ],
    ['exports an empty list', { extras: [] }, 'exports no model, only extras'],
  ])('is refused when it %s', (_, exports, message) => {
    const error = refusal(file({ users }), file(exports, 'empty.ts'));
    expect(error).toMatchObject({ code: 'MODELS_EMPTY', details: { file: 'empty.ts' } });
    expect(error.message).toBe(`empty.ts ${message}`);
    expect(error.hint).toContain('Export its tables');
  });

  it.each([
    ['a column for others', { createdAt: timestamp() }],
    ['columns for others', { shared: { createdAt: timestamp(), name: text() } }],
    ['another name of a table', { other: alias(users, 'other') }],
    ['a view that exists already', { view: pgView('v', { id: integer() }).existing() }],
  ])('is taken when it exports %s', (_, exports) => {
    expect(emitModels([file(exports)])).toEqual([]);
  });
});

describe('a name that is taken', () => {
  const taken = [
    ['a table', pgTable('users', { id: integer() }), 'the table users has the name of the table'],
    ['a view', pgView('users').as((qb) => qb.select().from(users)), 'the view users'],
    ['a sequence', pgSequence('users'), 'has the name of the sequence'],
    ['a type', pgEnum('users', ['a']), 'has the name of the type'],
    [
      'an index',
      pgTable('t', { id: integer() }, (t) => [index('users').on(t.id)]),
      'the index users has the name of the table',
    ],
    [
      'a constraint with an index',
      pgTable('t', { id: integer() }, (t) => [unique('users').on(t.id)]),
      'the constraint users has the name of the table',
    ],
  ] as const;

  it.each(taken)('by %s is told with both places', (_, other, message) => {
    const error = refusal(file({ users }, 'a.ts'), file({ other }, 'b.ts'));
    expect(error.code).toBe('MODELS_NAME_TAKEN');
    expect(error.message).toContain(message);
    expect(error.message).toContain('a.ts: users');
    expect(error.message).toContain('b.ts: other');
  });

  it('is told of roles', () => {
    const error = refusal(file({ a: pgRole('r'), b: pgRole('r') }));
    expect(error.message).toBe('models.ts: b: the role r has the name of the role of models.ts: a');
  });

  it('is none in another schema, or where the same model is exported twice', () => {
    const other = pgSchema('other').table('users', { id: integer() });
    const files = [file({ users, again: users }, 'a.ts'), file({ users, other }, 'index.ts')];
    expect(emitModels(files).filter(({ sql }) => sql.startsWith('CREATE TABLE'))).toHaveLength(2);
  });

  it('is told of columns, with their keys', () => {
    const twice = pgTable('twice', { first: text('name'), second: text('name') });
    const error = refusal(file({ twice }));
    expect(error).toMatchObject({
      code: 'MODELS_NAME_TAKEN',
      message: 'models.ts: twice: two columns of public.twice have the name name: first and second',
      details: { file: 'models.ts', export: 'twice', columns: ['first', 'second'] },
    });
  });

  it.each([
    ['checks', [check('same', sql`true`), check('same', sql`1 = 1`)]],
    ['keys', [unique('same').on(users.id), unique('same').on(users.name)]],
  ])('is told of constraints of a table: %s', (_, constraints) => {
    const t = pgTable('t', { id: integer(), name: text() }, () => constraints);
    expect(refusal(file({ t })).message).toContain('the constraint same has the name of');
  });

  it('is none where constraints of two tables have it', () => {
    const a = pgTable('a', { id: integer() }, () => [check('same', sql`true`)]);
    const b = pgTable('b', { id: integer() }, () => [check('same', sql`true`)]);
    expect(emitModels([file({ a, b })])).toHaveLength(2);
  });

  it('is told of constraints that are the same once PostgreSQL has cut them', () => {
    const t = pgTable('t', { id: integer(), name: text() }, (t) => [
      unique(`${LONG}_first`).on(t.id),
      unique(`${LONG}_second`).on(t.name),
    ]);
    const error = refusal(file({ t }));
    expect(error.code).toBe('MODELS_NAME_TAKEN');
    expect(error.message).toContain(`${LONG}_first`);
    expect(error.message).toContain(`${LONG}_second`);
    expect(error.message).toContain(`cut to ${'a'.repeat(63)},`);
    expect(error.hint).toBe('Give one of them a shorter name.');
  });

  it('is told of constraints that Drizzle names', () => {
    const key = 'a_column_with_a_name_of_forty_characters';
    const t = pgTable('a_table_with_a_name_of_thirty_nine_chars', {
      one: integer(`${key}_1`).unique(),
      two: integer(`${key}_2`).unique(),
    });
    expect(refusal(file({ t })).message).toContain(`${key}_1_unique`);
  });
});

describe('a name that is too long', () => {
  it.each([
    ['table', pgTable(LONG, { id: integer() })],
    ['column', pgTable('t', { id: integer(LONG) })],
    ['view', pgView(LONG).as((qb) => qb.select().from(users))],
    ['type', pgEnum(LONG, ['a'])],
    ['value', pgEnum('e', [LONG])],
    ['sequence', pgSequence(LONG)],
    ['sequence', pgTable('t', { id: integer().generatedAlwaysAsIdentity({ name: LONG }) })],
    ['schema', pgSchema(LONG)],
    ['role', pgRole(LONG)],
    ['policy', pgTable('t', { id: integer() }, () => [pgPolicy(LONG)])],
  ])('of a %s is refused', (what, it) => {
    const error = refusal(file({ it }));
    expect(error.code).toBe('MODELS_NAME_TOO_LONG');
    expect(error.message).toContain(`models.ts: it: the name of the ${what}`);
    expect(error.message).toContain('has 64 bytes, and PostgreSQL keeps 63');
    expect(error.hint).toContain(`to ${'a'.repeat(63)}.`);
  });

  it('is measured in bytes, and never cut within a character', () => {
    const error = refusal(file({ t: pgTable('ü'.repeat(32), { id: integer() }) }));
    expect(error.message).toContain('has 64 bytes');
    expect(error.hint).toContain(`to ${'ü'.repeat(31)}.`);
  });
});

const placeholder = sql.placeholder('later');

describe('what cannot be written', () => {
  it.each([
    [
      'two columns that are each the primary key',
      pgTable('t', { a: integer().primaryKey(), b: integer().primaryKey() }),
      '2 columns are the primary key, each by itself: a, b',
    ],
    [
      'an index on an expression without a name',
      pgTable('t', { a: text() }, (t) => [index().on(sql`lower(${t.a})`)]),
      'an index on an expression has no name',
    ],
    [
      'an index without columns',
      pgTable('t', { a: text() }, () => [index('i')]),
      'holds what is neither a constraint',
    ],
    [
      'a third argument that throws',
      pgTable('t', { a: text() }, () => [unique().on(never())]),
      'the third argument of pgTable throws: unreachable',
    ],
    [
      'a foreign key to nowhere',
      pgTable('t', { a: integer().references(never) }),
      'refers to a column that is not there',
    ],
    [
      'a default that is no value of its column',
      // @ts-expect-error: TypeScript sees it too.
      pgTable('t', { a: timestamp({ mode: 'date' }).default('today') }),
      'the default of the column a is no value of timestamp',
    ],
    [
      'a default without a literal',
      pgTable('t', {
        a: customType<{ data: symbol }>({ dataType: () => 'text' })().default(Symbol('x')),
      }),
      'a symbol has no SQL literal',
    ],
    [
      'a placeholder',
      pgTable('t', { a: integer() }, (t) => [check('c', sql`${t.a} > ${placeholder}`)]),
      'a definition holds a placeholder',
    ],
    [
      'a text with NUL',
      pgTable('t', { a: text().default('a\0b') }),
      'A text with a NUL character has no SQL literal.',
    ],
    ['a name without characters', pgTable('', { a: text() }), 'cannot be a PostgreSQL identifier'],
    [
      'a sequence with half numbers',
      pgSequence('s', { startWith: 1.5 }),
      'startWith of a sequence is 1.5',
    ],
    ['a policy of no table', pgPolicy('p'), 'the policy p belongs to no table'],
    [
      'a table that is isolated without a tenant',
      isolated(pgTable('t', { a: text() })),
      'public.t is isolated by tenant_id and has no such column',
    ],
    [
      'a primary key of a column that is not there',
      pgTable('t', { a: text() }, (t) => [
        // @ts-expect-error: TypeScript sees it too.
        primaryKey({ columns: [t.gone] }),
      ]),
      'a key names a column that is not there',
    ],
    [
      'a foreign key to a column that is not there',
      pgTable('t', { a: text() }, (t) => [
        // @ts-expect-error: TypeScript sees it too.
        foreignKey({ columns: [t.a], foreignColumns: [users.gone] }),
      ]),
      'refers to a column that is not there',
    ],
  ])('%s is refused', (_, it, message) => {
    const error = refusal(file({ it }, 'src/db/schema.ts'));
    expect(error.code).toBe('MODELS_INVALID');
    expect(error.message).toContain('src/db/schema.ts: it: ');
    expect(error.message).toContain(message);
    expect(error.hint).toMatch(/\.$/);
    expect(error.details).toMatchObject({ file: 'src/db/schema.ts', export: 'it' });
  });

  it('keeps the error below it', () => {
    const t = pgTable('t', { a: json().default({ toJSON: () => never() }) });
    expect(refusal(file({ t })).cause).toMatchObject({ message: 'unreachable' });
  });
});
