// Examples of columns that hold numbers and texts.

import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  char,
  decimal,
  doublePrecision,
  integer,
  numeric,
  pgTable,
  real,
  serial,
  smallint,
  smallserial,
  text,
  varchar,
} from 'drizzle-orm/pg-core';
import type { Examples } from './example.js';

export const numberAndTextTypes: Examples = {
  integer: { models: { t: pgTable('integers', { rank: integer() }) } },
  'integer with defaults': {
    models: {
      t: pgTable('integers_2', {
        rank: integer().default(7),
        below: integer().default(-7),
        cast: integer().default(sql`'7'::int`),
      }),
    },
  },
  smallint: { models: { t: pgTable('smallints', { rank: smallint() }) } },
  'smallint with defaults': {
    models: {
      t: pgTable('smallints_2', {
        rank: smallint().default(3),
        cast: smallint().default(sql`'3'::smallint`),
      }),
    },
  },
  'bigint as number': { models: { t: pgTable('bigints', { views: bigint({ mode: 'number' }) }) } },
  'bigint as bigint': {
    models: { t: pgTable('bigints_2', { views: bigint({ mode: 'bigint' }) }) },
  },
  'bigint with defaults': {
    models: {
      t: pgTable('bigints_3', {
        few: bigint({ mode: 'number' }).default(10),
        many: bigint({ mode: 'bigint' }).default(9_007_199_254_740_993n),
        cast: bigint({ mode: 'number' }).default(sql`'10'::bigint`),
      }),
    },
  },
  serial: { models: { t: pgTable('serials', { id: serial() }) } },
  smallserial: { models: { t: pgTable('serials_2', { id: smallserial() }) } },
  'bigserial as number': {
    models: { t: pgTable('serials_3', { id: bigserial({ mode: 'number' }) }) },
  },
  'bigserial as bigint': {
    models: { t: pgTable('serials_4', { id: bigserial({ mode: 'bigint' }) }) },
  },
  boolean: {
    models: { t: pgTable('booleans', { done: boolean(), open: boolean().default(true) }) },
  },
  text: { models: { t: pgTable('texts', { body: text() }) } },
  'text of a set': {
    models: {
      t: pgTable('texts_2', { size: text({ enum: ['small', 'large'] }).default('small') }),
    },
  },
  varchar: { models: { t: pgTable('varchars', { code: varchar() }) } },
  'varchar with a length': {
    models: { t: pgTable('varchars_2', { code: varchar({ length: 40 }).default("it's \\ 40") }) },
  },
  'varchar of a set': {
    models: { t: pgTable('varchars_3', { code: varchar({ enum: ['a', 'b'], length: 1 }) }) },
  },
  char: { models: { t: pgTable('chars', { flag: char(), code: char({ length: 12 }) }) } },
  'char of a set': { models: { t: pgTable('chars_2', { flag: char({ enum: ['y', 'n'] }) }) } },
  numeric: {
    models: {
      t: pgTable('numerics', {
        any: numeric(),
        whole: numeric({ precision: 30 }),
        exact: numeric({ precision: 30, scale: 4 }),
        asNumber: numeric({ mode: 'number' }),
        asBigint: numeric({ mode: 'bigint' }),
      }),
    },
  },
  'numeric with defaults': {
    models: {
      t: pgTable('numerics_2', {
        exact: numeric({ precision: 9, scale: 2 }).default('12.50'),
        asNumber: numeric({ mode: 'number' }).default(0.5),
        asBigint: numeric({ mode: 'bigint' }).default(12_345_678_901_234_567_890n),
      }),
    },
  },
  decimal: { models: { t: pgTable('decimals', { price: decimal({ precision: 8, scale: 3 }) }) } },
  real: { models: { t: pgTable('reals', { share: real() }) } },
  'real with defaults': {
    models: {
      t: pgTable('reals_2', {
        share: real().default(2.25),
        tiny: real().default(1e-7),
        cast: real().default(sql`'2.25'::real`),
      }),
    },
  },
  'double precision': { models: { t: pgTable('doubles', { share: doublePrecision() }) } },
  'double precision with defaults': {
    models: {
      t: pgTable('doubles_2', {
        share: doublePrecision().default(20.5),
        huge: doublePrecision().default(1e21),
        cast: doublePrecision().default(sql`'20.5'::double precision`),
      }),
    },
  },
};
