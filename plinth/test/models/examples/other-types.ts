// Examples of columns that hold neither numbers nor texts: JSON, times, geometry, addresses, arrays.

import { sql } from 'drizzle-orm';
import {
  cidr,
  date,
  inet,
  integer,
  interval,
  json,
  jsonb,
  line,
  macaddr,
  macaddr8,
  numeric,
  pgTable,
  point,
  text,
  time,
  timestamp,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core';
import type { Examples } from './example.js';

export const otherTypes: Examples = {
  json: { models: { t: pgTable('documents', { data: json() }) } },
  'json with defaults': {
    models: {
      t: pgTable('documents_2', {
        object: json().default({ name: "O'Neil", quoted: '"yes"', path: 'a\\b' }),
        cast: json().default(sql`'{"name": "x"}'::json`),
      }),
    },
  },
  'json of a type': {
    models: { t: pgTable('documents_3', { tags: json().$type<string[]>().default(['a']) }) },
  },
  jsonb: { models: { t: pgTable('documents_4', { data: jsonb() }) } },
  'jsonb with defaults': {
    models: {
      t: pgTable('documents_5', {
        object: jsonb().default({ name: "O'Neil", deep: { list: [1, null, 'two'] } }),
        empty: jsonb().default({}),
        list: jsonb().default([]),
        flag: jsonb().default(false),
        word: jsonb().default('plain'),
        cast: jsonb().default(sql`'{"name": "x"}'::jsonb`),
      }),
    },
  },
  'jsonb of a type': {
    models: { t: pgTable('documents_6', { data: jsonb().$type<{ name: string }>().notNull() }) },
  },
  time: {
    models: {
      t: pgTable('times', {
        plain: time(),
        zoned: time({ withTimezone: true }),
        precise: time({ precision: 3 }),
        both: time({ precision: 0, withTimezone: true }).default('12:30:00+02'),
      }),
    },
  },
  timestamp: {
    models: {
      t: pgTable('times_2', {
        plain: timestamp(),
        precise: timestamp({ precision: 3, withTimezone: true }),
        now: timestamp().defaultNow(),
        alsoNow: timestamp().default(sql`now()`),
      }),
    },
  },
  'timestamp as date and as string': {
    models: {
      t: pgTable('times_3', {
        asDate: timestamp({ mode: 'date' }).default(new Date('2026-01-02T03:04:05.678Z')),
        zoned: timestamp({ mode: 'date', withTimezone: true }).default(new Date(0)),
        asString: timestamp({ mode: 'string', precision: 0 }).default('2026-01-02 03:04:05'),
      }),
    },
  },
  date: { models: { t: pgTable('days', { day: date() }) } },
  'date as date and as string': {
    models: {
      t: pgTable('days_2', {
        asDate: date({ mode: 'date' }).default(new Date('2026-02-28T00:00:00Z')),
        asString: date({ mode: 'string' }).default('2026-02-28'),
        today: date().defaultNow(),
      }),
    },
  },
  interval: {
    models: {
      t: pgTable('spans', {
        any: interval(),
        days: interval({ fields: 'day' }),
        months: interval({ fields: 'month', precision: 6 }),
        seconds: interval({ fields: 'day to second', precision: 3 }),
        precise: interval({ precision: 1 }).default('1 day 02:03:04'),
      }),
    },
  },
  point: {
    models: {
      t: pgTable('places', {
        tuple: point().default([1, 2.5]),
        xy: point({ mode: 'xy' }).default({ x: -1, y: 0 }),
      }),
    },
  },
  line: {
    models: {
      t: pgTable('lines', {
        tuple: line().default([1, 2, 3]),
        abc: line({ mode: 'abc' }).default({ a: 4, b: 5, c: 6 }),
      }),
    },
  },
  'network addresses': {
    models: {
      t: pgTable('hosts', {
        address: inet().default('10.0.0.1'),
        network: cidr().default('10.0.0.0/8'),
        card: macaddr().default('08:00:2b:01:02:03'),
        wideCard: macaddr8(),
      }),
    },
  },
  uuid: {
    models: {
      t: pgTable('ids', {
        id: uuid().defaultRandom().primaryKey(),
        other: uuid().default(sql`gen_random_uuid()`),
        fixed: uuid().default('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'),
      }),
    },
  },
  arrays: {
    models: {
      t: pgTable('arrays', {
        words: text().array(),
        sized: integer().array(3),
        grid: integer().array().array(),
        cube: varchar({ length: 4 }).array().array(2).array(),
      }),
    },
  },
  'arrays with defaults': {
    models: {
      t: pgTable('arrays_2', {
        empty: text().array().notNull().default([]),
        emptyToo: text().array().default(sql`'{}'::text[]`),
        words: text().array().default(['plain', 'two words', `"it's"`, 'a\\b', '', 'NULL', '{}']),
        grid: integer()
          .array()
          .array()
          .default([
            [1, 2],
            [-3, 4],
          ]),
        days: date({ mode: 'date' })
          .array()
          .default([new Date('2026-03-01T00:00:00Z')]),
        money: numeric({ precision: 6, scale: 2 }).array().default(['1.50', '-2.00']),
        documents: jsonb()
          .array()
          .default([{ a: "it's" }, { b: '"' }]),
      }),
    },
  },
};
