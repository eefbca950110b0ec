// Examples of extras, each for something that Drizzle cannot say.

import { sql } from 'drizzle-orm';
import {
  check,
  customType,
  foreignKey,
  index,
  integer,
  pgEnum,
  pgMaterializedView,
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
import {
  comment,
  deferrable,
  domain,
  exclusion,
  extension,
  forceRls,
  grant,
  include,
  notValid,
  nullsNotDistinct,
  on,
  partition,
  partitionBy,
  revoke,
  roleAttributes,
  sqlFunction,
  sqlObject,
  trigger,
  virtual,
} from '../../../src/models/index.js';
import type { Examples } from './example.js';

const tsrange = customType<{ data: string }>({ dataType: () => 'tsrange' });
const emailType = customType<{ data: string }>({ dataType: () => 'public.email' });

const app = pgRole('plinth_extras_app');
const auditor = pgRole('plinth_extras_auditor', { inherit: false });

const plain = pgTable('plain', { id: serial().primaryKey(), name: text() });
const shop = pgSchema('extras_shop');
const sizes = pgEnum('sizes', ['s', 'm']);
const numbers = pgSequence('extra_numbers');
const names = pgView('names').as((qb) => qb.select({ name: plain.name }).from(plain));
const counted = pgMaterializedView('counted').as((qb) => qb.select({ id: plain.id }).from(plain));

const email = domain('email', {
  type: 'text',
  collate: 'C',
  notNull: true,
  default: "nobody@it's",
  checks: { email_has_at: sql`VALUE LIKE ${'%@%'}`, email_is_short: sql`length(VALUE) < 200` },
});

const double = sqlFunction('double', {
  args: 'a integer, b text DEFAULT $$x$$',
  returns: 'integer',
  volatility: 'IMMUTABLE',
  strict: true,
  parallel: 'SAFE',
  security: 'DEFINER',
  set: { search_path: ['public', 'pg_temp'], 'plinth.extra': "it's" },
  body: 'SELECT a * 2 /* $$ \\ */',
});

const audit = sqlFunction('audit', {
  schema: 'extras_shop',
  returns: 'trigger',
  language: 'plpgsql',
  body: '\nBEGIN\n  RETURN NULL;\nEND\n',
});

const events = pgTable(
  'events',
  { id: integer(), region: text().notNull(), at: timestamp().notNull() },
  (t) => [
    primaryKey({ columns: [t.region, t.at, t.id] }),
    partitionBy('LIST', t.region),
    index('events_at').on(t.at),
  ],
);
const eu = partition('events_eu', {
  of: events,
  forValues: sql`IN (${'eu'})`,
  partitionBy: ['RANGE', events.at],
});

const parents = pgTable('parents', { id: serial().primaryKey(), other: integer() });

/** From any major on. */
export const extras: Examples = {
  'forced row-level security': {
    models: { t: pgTable('forced', { id: integer() }, () => [forceRls()]) },
  },
  'privileges of a table': {
    models: {
      app,
      t: pgTable('granted', { id: integer(), name: text() }, (t) => [
        grant(['SELECT', 'DELETE'], { to: app }),
        grant('UPDATE', { to: [app, auditor], columns: [t.name], withGrantOption: true }),
        grant('TRUNCATE', { to: 'public' }),
      ]),
    },
  },
  'privileges of other objects': {
    models: {
      app,
      plain,
      shop,
      sizes,
      numbers,
      names,
      counted,
      onShop: on(shop, grant(['USAGE', 'CREATE'], { to: app })),
      onSizes: on(sizes, revoke('USAGE', { from: 'public' }), grant('USAGE', { to: app })),
      onNumbers: on(numbers, grant('ALL', { to: app })),
      onNames: on(names, grant('SELECT', { to: app })),
      onCounted: on(counted, grant('SELECT', { to: app })),
      double,
      onDouble: on(double, revoke('EXECUTE', { from: 'public' }), grant('EXECUTE', { to: app })),
    },
  },
  'attributes of roles': {
    models: {
      app,
      auditor,
      attributes: [
        roleAttributes(app, {
          login: true,
          bypassRls: false,
          connectionLimit: 5,
          memberOf: auditor,
        }),
        roleAttributes(auditor, { createDb: true, validUntil: '2030-01-01 00:00:00+00' }),
      ],
    },
  },
  extension: { models: { trigrams: extension('pg_trgm', { schema: 'extras_shop' }), shop } },
  function: { models: { double } },
  domain: {
    models: { email, t: pgTable('mailed', { email: emailType(), all: emailType().array() }) },
  },
  triggers: {
    models: {
      shop,
      audit,
      t: pgTable('audited', { id: integer(), name: text() }, (t) => [
        trigger('audited_rows', {
          fires: 'AFTER INSERT OR UPDATE',
          of: [t.name],
          forEach: 'ROW',
          when: sql`NEW.name <> ${"it's"}`,
          execute: audit,
          args: ['one', "two's"],
        }),
        trigger('audited_statements', {
          fires: 'AFTER UPDATE',
          forEach: 'STATEMENT',
          referencing: { oldTable: 'before', newTable: 'after' },
          execute: 'extras_shop.audit',
        }),
        trigger('audited_late', {
          fires: 'AFTER DELETE',
          forEach: 'ROW',
          constraint: 'INITIALLY DEFERRED',
          execute: audit,
        }),
      ]),
    },
  },
  exclusion: {
    models: {
      gist: extension('btree_gist'),
      t: pgTable('booked', { room: integer(), during: tsrange() }, (t) => [
        exclusion('one_booking_at_a_time', {
          elements: [
            [t.room, '='],
            [t.during, '&&'],
          ],
          where: sql`${t.room} > ${0}`,
        }),
        deferrable(exclusion('late', { elements: [[sql`${t.room} + 1`, '=']] }), 'DEFERRED'),
      ]),
    },
  },
  partitions: {
    models: {
      events,
      eu,
      eu2026: partition('events_eu_2026', {
        of: eu,
        forValues: sql`FROM ('2026-01-01') TO ('2027-01-01')`,
      }),
      others: partition('events_others', { of: events, forValues: 'DEFAULT' }),
      onEu: on(eu, comment('Rows of Europe.')),
    },
  },
  'partitioned by an expression': {
    models: {
      t: pgTable('hashed', { name: text() }, (t) => [partitionBy('HASH', sql`lower(${t.name})`)]),
    },
  },
  comments: {
    models: {
      plain,
      sizes,
      names,
      onPlain: on(plain, comment("It's plain."), comment(plain.name, 'How it is called.')),
      onSizes: on(sizes, comment('Sizes.')),
      onNames: on(names, comment('Names.')),
      key: comment('CONSTRAINT plain_pkey ON public.plain', 'The key.'),
      t: pgTable('commented', { id: integer(), odd: text('An Odd"Name') }, (t) => [
        comment('A table.'),
        comment(t.odd, 'A column.'),
      ]),
    },
  },
  'columns that are included': {
    models: {
      t: pgTable('included', { a: integer().notNull(), b: integer(), c: integer() }, (t) => [
        include(index('included_a').on(t.a), t.b, t.c),
        include(uniqueIndex('included_b').using('btree', t.b.desc()).where(sql`${t.a} > 1`), t.c),
        include(unique('included_c').on(t.c), t.a),
        include(primaryKey({ columns: [t.a] }), t.b),
      ]),
    },
  },
  'constraints that are deferred or not valid': {
    models: {
      parents,
      t: pgTable(
        'children',
        { parent: integer().references(() => parents.id), age: integer() },
        (t) => [
          deferrable(
            notValid(
              foreignKey({
                name: 'late_parent',
                columns: [t.parent],
                foreignColumns: [parents.id],
              }),
            ),
            'DEFERRED',
          ),
          deferrable(unique('late_age').on(t.age)),
          notValid(check('old', sql`${t.age} > 1`)),
        ],
      ),
    },
  },
  'statements of SQL': {
    models: {
      plain,
      all: sqlObject(
        sql`ALTER TABLE ${plain} SET (fillfactor = ${70})`,
        'CREATE TYPE public.pair AS (a integer, b text)',
        'COMMENT ON TYPE public.pair IS $$Two; of them.$$',
      ),
      t: pgTable('paired', { pair: customType<{ data: string }>({ dataType: () => 'pair' })() }),
    },
  },
};

export const newerExtras: Examples = {
  'nulls that are equal': {
    since: 15,
    models: {
      t: pgTable('equal_nulls', { a: integer(), b: integer() }, (t) => [
        nullsNotDistinct(uniqueIndex('equal_a').on(t.a)),
        nullsNotDistinct(include(uniqueIndex('equal_b').on(t.b), t.a)),
        nullsNotDistinct(unique('equal_both').on(t.a, t.b)),
      ]),
    },
  },
  'generated columns that are not stored': {
    since: 18,
    models: {
      t: pgTable(
        'virtuals',
        {
          a: integer(),
          twice: integer().generatedAlwaysAs(sql`a * 2`),
          stored: integer().generatedAlwaysAs(sql`a * 3`),
        },
        (t) => [virtual(t.twice)],
      ),
    },
  },
};
