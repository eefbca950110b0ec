// Examples of what a column may have besides its type: identity, defaults, expressions, keys.

import { type SQL, sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  pgTable,
  serial,
  smallint,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import type { Examples } from './example.js';

const tsvector = customType<{ data: string; config: { dimensions?: number } }>({
  dataType: () => 'tsvector',
});

const generatedOfColumn = pgTable('greetings', {
  name: text('first_name'),
  greeting: text().generatedAlwaysAs((): SQL => sql`'hi, ' || ${generatedOfColumn.name} || '!'`),
});

const searched = pgTable(
  'articles',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    title: text().notNull(),
    words: tsvector({ dimensions: 3 }).generatedAlwaysAs(
      (): SQL => sql`to_tsvector('english', ${searched.title})`,
    ),
  },
  (t) => [index('articles_words').using('gin', t.words)],
);

const customSerial = customType<{ data: number; notNull: true; default: true }>({
  dataType: () => 'serial',
});
const customText = customType<{ data: string }>({ dataType: () => 'text' });
const customBoolean = customType<{ data: boolean }>({ dataType: () => 'boolean' });
const customJsonb = <Data>(name: string) =>
  customType<{ data: Data; driverData: string }>({
    dataType: () => 'jsonb',
    toDriver: (value) => JSON.stringify(value),
  })(name);
const customTimestamp = customType<{
  data: Date;
  driverData: string;
  config: { withTimezone: boolean; precision?: number };
}>({
  dataType: (config) => {
    const precision = config?.precision === undefined ? '' : ` (${config.precision})`;
    return `timestamp${precision}${config?.withTimezone ? ' with time zone' : ''}`;
  },
  toDriver: (value) => value.toISOString(),
});
const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

const shared = {
  updated_at: timestamp(),
  created_at: timestamp().defaultNow().notNull(),
  deleted_at: timestamp(),
};

export const columns: Examples = {
  'a type of TypeScript': {
    models: {
      t: pgTable('users', {
        id: serial().$type<number & { readonly brand: 'user' }>().primaryKey(),
        name: text().$type<'ada' | 'bob'>(),
      }),
    },
  },
  'identity always': {
    models: {
      t: pgTable('parts', {
        id: integer().primaryKey().generatedAlwaysAsIdentity({ startWith: 1000 }),
        name: text().notNull(),
      }),
    },
  },
  'identity by default with every option': {
    models: {
      t: pgTable('parts_2', {
        id: bigint({ mode: 'bigint' }).generatedByDefaultAsIdentity({
          name: 'part_numbers',
          increment: 5,
          minValue: 5,
          maxValue: 5000,
          startWith: 10,
          cache: 20,
          cycle: true,
        }),
        small: smallint().generatedByDefaultAsIdentity({ increment: -1, startWith: '-1' }),
      }),
    },
  },
  'default values': {
    models: {
      t: pgTable('defaults', {
        number: integer().default(42),
        expression: integer().default(sql`'42'::integer`),
        random: uuid().defaultRandom(),
        called: uuid().default(sql`gen_random_uuid()`),
        bound: integer().default(sql`${20} - ${-22}`),
        chosen: boolean().default(sql`current_user IS NOT NULL AND true`),
        nothing: text().default(sql`NULL`),
      }),
    },
  },
  'defaults of the program': {
    models: {
      t: pgTable('defaults_2', {
        id: text().$defaultFn(() => 'made by the program'),
        other: text().$default(() => 'made by the program'),
      }),
    },
  },
  'values on update of the program': {
    models: {
      t: pgTable('updates', {
        counter: integer()
          .default(sql`1`)
          .$onUpdateFn((): SQL => sql`counter + 1`),
        at: timestamp({ mode: 'date', precision: 3 }).$onUpdate(() => new Date()),
        never: text()
          .$type<string | null>()
          .$onUpdate(() => null),
      }),
    },
  },
  'not null': { models: { t: pgTable('required', { rank: integer().notNull() }) } },
  'primary key': { models: { t: pgTable('keyed', { id: serial().primaryKey() }) } },
  'primary key under another name': {
    models: { t: pgTable('keyed_2', { id: text('cuid').primaryKey() }) },
  },
  'expression as a text': {
    models: { t: pgTable('generated', { name: text().generatedAlwaysAs(`'hello world!'`) }) },
  },
  'expression as sql': {
    models: {
      t: pgTable('generated_2', { name: text().generatedAlwaysAs(sql`'hello "world"!'`) }),
    },
  },
  'expression over a column': { models: { generatedOfColumn } },
  'expression for full-text search': { models: { searched } },
  'custom types': {
    models: {
      t: pgTable('customs', {
        id: customSerial('id').primaryKey(),
        name: customText('name').notNull(),
        verified: customBoolean('verified').notNull().default(false),
        tags: customJsonb<string[]>('tags').default(['a', "b'c"]),
        at: customTimestamp('at', { withTimezone: true }).notNull().default(sql`now()`),
        first: customTimestamp('first', { withTimezone: false, precision: 0 }).default(new Date(0)),
        key: bytes('key').default(Buffer.from([0, 92, 39, 255])),
        keys: bytes('keys')
          .array()
          .default([Buffer.from([0, 92, 34, 255])]),
      }),
    },
  },
  'columns shared by tables': {
    models: {
      users: pgTable('users_2', { id: integer(), ...shared }),
      posts: pgTable('posts', { id: integer(), ...shared }),
    },
  },
  'columns by a callback': {
    models: {
      t: pgTable('by_callback', (t) => ({
        id: t.integer().primaryKey().generatedAlwaysAsIdentity(),
        tags: t.text().array().notNull().default([]),
      })),
    },
  },
  'names of keys, and names of their own': {
    models: {
      t: pgTable('naming', { id: integer(), first_name: text(), lastName: text('Last Name') }),
    },
  },
};
