// Examples of constraints and indexes.

import { type SQL, sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  point,
  primaryKey,
  serial,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { Examples } from './example.js';

const users = pgTable('users', { id: serial().primaryKey(), name: text() });

const tree = pgTable('tree', {
  id: serial().primaryKey(),
  parent: integer().references((): AnyPgColumn => tree.id, { onDelete: 'cascade' }),
});

const people = pgTable('people', { first: text(), last: text() }, (t) => [
  primaryKey({ columns: [t.first, t.last] }),
]);

function lower(column: AnyPgColumn): SQL {
  return sql`lower(${column})`;
}

export const constraints: Examples = {
  unique: { models: { t: pgTable('uniques', { id: integer().unique() }) } },
  'unique under a name': {
    models: { t: pgTable('uniques_2', { id: integer().unique('one_id') }) },
  },
  'unique over several columns': {
    models: {
      t: pgTable('uniques_3', { id: integer(), name: text() }, (t) => [
        unique().on(t.id, t.name),
        unique('named').on(t.name, t.id),
      ]),
    },
  },
  'unique with equal nulls': {
    since: 15,
    models: {
      t: pgTable(
        'uniques_4',
        { id: integer().unique('by_column', { nulls: 'not distinct' }) },
        (t) => [unique().on(t.id).nullsNotDistinct()],
      ),
    },
  },
  check: {
    models: {
      t: pgTable(
        'checked',
        { id: uuid().defaultRandom().primaryKey(), name: text().notNull(), age: integer() },
        (t) => [
          check('old_enough', sql`${t.age} > 21`),
          check('bound', sql`${t.age} < ${200} AND ${t.name} <> ${"it's"}`),
        ],
      ),
    },
  },
  'primary key over several columns': {
    models: {
      t: pgTable('books_to_authors', { author: integer(), book: integer() }, (t) => [
        primaryKey({ columns: [t.book, t.author] }),
      ]),
    },
  },
  'primary key over several columns, under a name': {
    models: {
      t: pgTable('books_to_authors_2', { author: integer(), book: integer() }, (t) => [
        primaryKey({ name: 'one_book_of_an_author', columns: [t.book, t.author] }),
      ]),
    },
  },
  'foreign key of a column': {
    models: {
      users,
      books: pgTable('books', {
        id: serial().primaryKey(),
        author: integer().references(() => users.id),
      }),
    },
  },
  'foreign keys with actions': {
    models: {
      users,
      posts: pgTable('posts', {
        author: integer().references(() => users.id, { onDelete: 'cascade', onUpdate: 'restrict' }),
        editor: integer()
          .default(0)
          .references(() => users.id, { onDelete: 'set default', onUpdate: 'no action' }),
        reader: integer().references(() => users.id, { onDelete: 'set null' }),
      }),
    },
  },
  'foreign key to the table itself': { models: { tree } },
  'foreign key to the table itself, under a name': {
    models: {
      t: pgTable('tree_2', { id: serial().primaryKey(), parent: integer() }, (t) => [
        foreignKey({ columns: [t.parent], foreignColumns: [t.id], name: 'parent_of' }),
      ]),
    },
  },
  'foreign key over several columns': {
    models: {
      profiles: pgTable(
        'profiles',
        { id: serial().primaryKey(), userFirst: text('user_first'), userLast: text('user_last') },
        (t) => [
          foreignKey({
            columns: [t.userFirst, t.userLast],
            foreignColumns: [people.first, people.last],
          })
            .onDelete('cascade')
            .onUpdate('set null'),
        ],
      ),
      people,
    },
  },
  indexes: {
    models: {
      t: pgTable('indexed', { id: serial().primaryKey(), name: text(), email: text() }, (t) => [
        index('by_name').on(t.name),
        uniqueIndex('one_email').on(t.email),
        index().on(t.name, t.email),
      ]),
    },
  },
  'an index with every option of on()': {
    models: {
      t: pgTable('indexed_2', { a: integer(), b: text(), c: timestamp() }, (t) => [
        index('all_of_on')
          .on(t.a.asc(), t.b.nullsFirst(), t.c.desc().nullsLast())
          .concurrently()
          .where(sql`${t.a} > ${5} AND ${t.b} IS NOT NULL`)
          .with({ fillfactor: '70' }),
        index('only').onOnly(t.c.desc().nullsFirst(), t.a.desc()),
      ]),
    },
  },
  'an index with every option of using()': {
    models: {
      t: pgTable('indexed_3', { a: integer(), b: text() }, (t) => [
        index('all_of_using')
          .using('btree', t.a.asc(), sql`lower(${t.b})`, t.b.op('text_pattern_ops').desc())
          .where(sql`${t.b} <> ''`)
          .with({ fillfactor: 60, deduplicate_items: false }),
        index('hashed').using('hash', t.b),
        index('ranges').using('brin', t.a).with({ pages_per_range: 16 }),
      ]),
    },
  },
  'an old object of extras': {
    models: {
      t: pgTable('indexed_4', { name: text() }, (t) => ({ byName: index('by_name_2').on(t.name) })),
    },
  },
  'one email whatever its case': {
    models: {
      t: pgTable('accounts', { id: serial().primaryKey(), email: text().notNull() }, (t) => [
        uniqueIndex('one_email_of_any_case').on(lower(t.email)),
      ]),
    },
  },
  'full-text search by an index': {
    models: {
      t: pgTable('articles', { id: serial().primaryKey(), title: text(), body: text() }, (t) => [
        index('search_title').using('gin', sql`to_tsvector('english', ${t.title})`),
        index('search_all').using(
          'gin',
          sql`(setweight(to_tsvector('english', ${t.title}), 'A') || setweight(to_tsvector('english', ${t.body}), 'B'))`,
        ),
      ]),
    },
  },
  'places by an index': {
    models: {
      t: pgTable(
        'stores',
        { id: serial().primaryKey(), at: point({ mode: 'xy' }).notNull() },
        (t) => [index('stores_at').using('gist', t.at)],
      ),
    },
  },
  'times by default': {
    models: {
      t: pgTable('logged', {
        now: timestamp().notNull().defaultNow(),
        precise: timestamp({ precision: 3 }).default(sql`now()`),
        unix: integer().notNull().default(sql`extract(epoch from now())`),
      }),
    },
  },
};
