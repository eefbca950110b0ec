// Examples of views, sequences, enumerated types, schemas, and of a whole small project.

import { and, count, eq, gt, like, relations, sql, sum } from 'drizzle-orm';
import {
  type AnyPgColumn,
  index,
  integer,
  pgEnum,
  pgMaterializedView,
  pgSchema,
  pgSequence,
  pgTable,
  pgTableCreator,
  pgView,
  QueryBuilder,
  serial,
  text,
  timestamp,
  uniqueIndex,
  varchar,
} from 'drizzle-orm/pg-core';
import type { Examples } from './example.js';

const users = pgTable('users', {
  id: serial().primaryKey(),
  name: text(),
  email: text(),
  role: text().$type<'admin' | 'customer'>(),
  cityId: integer('city_id'),
  createdAt: timestamp('created_at'),
});
const cities = pgTable('cities', { id: serial().primaryKey(), name: text() });

const qb = new QueryBuilder();
const selected = { id: users.id, label: sql<string>`upper(${users.name})`.as('label') };
const rawColumns = { id: integer('id'), name: text('name'), cityId: integer('city_id') };

const customers = pgView('customers').as((q) =>
  q.select().from(users).where(eq(users.role, 'customer')),
);
const localCustomers = pgView('a_local_customers').as((q) =>
  q.select().from(customers).where(eq(customers.cityId, 1)),
);

const extended = pgView('extended')
  .with({ checkOption: 'cascaded', securityBarrier: true, securityInvoker: true })
  .as((q) =>
    q
      .select()
      .from(users)
      .where(and(eq(users.cityId, 1), like(users.name, "O'%"))),
  );

const withCte = pgView('with_cte').as((q) => {
  const adults = q.$with('adults').as(
    q
      .select({ userId: users.id, city: cities.name })
      .from(users)
      .leftJoin(cities, eq(cities.id, users.cityId))
      .where(gt(users.createdAt, new Date('2026-01-01T00:00:00Z'))),
  );
  return q.with(adults).select().from(adults).where(gt(adults.userId, 18));
});

const perCity = pgMaterializedView('per_city')
  .using('heap')
  .with({ fillfactor: 90, autovacuumEnabled: false, toastTupleTarget: 256 })
  .tablespace('pg_default')
  .withNoData()
  .as((q) =>
    q
      .select({ city: users.cityId, users: count().as('users'), ids: sum(users.id).as('ids') })
      .from(users)
      .groupBy(users.cityId),
  );

const moods = pgEnum('mood', ['sad', "it's ok", 'happy']);
const hidden = pgEnum('hidden_mood', ['a', 'b']);
enum Level {
  Low = 'low',
  High = 'high',
}
const levels = pgEnum('level', Level);

const shop = pgSchema('my shop');
const colours = shop.enum('colours', ['red', 'green']);
const shopItems = shop.table(
  'items',
  {
    id: serial().primaryKey(),
    colour: colours().default('red'),
    parent: integer().references((): AnyPgColumn => shopItems.id),
  },
  (t) => [index().on(t.colour)],
);
const ghost = pgSchema('ghost').table('ghosts', { id: integer() });

const prefixed = pgTableCreator((name) => `project_${name}`);
const roles = pgEnum('roles', ['guest', 'user', 'admin']);
const members = pgTable(
  'members',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    firstName: varchar('first_name', { length: 256 }),
    email: varchar().notNull(),
    invitee: integer().references((): AnyPgColumn => members.id),
    role: roles().default('guest'),
  },
  (t) => [uniqueIndex('email_idx').on(t.email)],
);
const posts = pgTable(
  'posts',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    slug: varchar().$default(() => 'made by the program'),
    title: varchar({ length: 256 }),
    ownerId: integer('owner_id').references(() => members.id),
  },
  (t) => [uniqueIndex('slug_idx').on(t.slug), index('title_idx').on(t.title)],
);
const comments = pgTable('comments', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  text: varchar({ length: 256 }),
  postId: integer('post_id').references(() => posts.id),
  ownerId: integer('owner_id').references(() => members.id),
});

export const objects: Examples = {
  'view of a query': {
    models: { users, all: pgView('all_users').as((q) => q.select().from(users)) },
  },
  'view with a condition': { models: { customers, users } },
  'view of some columns': {
    models: { users, labels: pgView('labels').as((q) => q.select(selected).from(users)) },
  },
  'view of a query builder of its own': {
    models: {
      users,
      all: pgView('all_users_2').as(qb.select().from(users)),
      admins: pgView('admins').as(qb.select().from(users).where(eq(users.role, 'admin'))),
    },
  },
  'view of raw SQL': {
    models: {
      users,
      raw: pgView('raw_users', rawColumns).as(
        sql`select id, name, city_id from ${users} where ${eq(users.cityId, 1)};`,
      ),
    },
  },
  'materialized view of raw SQL': {
    models: {
      users,
      raw: pgMaterializedView('raw_users_2', rawColumns).as(
        sql`select id, name, city_id from ${users} where ${users.cityId} = ${1n}`,
      ),
    },
  },
  'views that exist already': {
    models: {
      users,
      view: pgView('trimmed', { id: serial('id'), name: text('name') }).existing(),
      materialized: pgMaterializedView('trimmed_too', { id: serial('id') }).existing(),
    },
  },
  'materialized view of a query': {
    models: {
      users,
      local: pgMaterializedView('local').as((q) =>
        q.select().from(users).where(eq(users.cityId, 1)),
      ),
    },
  },
  'view with every option': { since: 15, models: { users, extended } },
  'view with a common table expression': { models: { users, cities, withCte } },
  'materialized view with every option': { models: { users, perCity } },
  'view of a view that is exported later': { models: { localCustomers, customers, users } },
  sequence: { models: { numbers: pgSequence('numbers') } },
  'sequence with every option': {
    models: {
      numbers: pgSequence('numbers_2', {
        startWith: 100,
        maxValue: 10_000,
        minValue: 100,
        cycle: true,
        cache: 10,
        increment: 2,
      }),
    },
  },
  'sequence in a schema': {
    models: { shop, numbers: shop.sequence('numbers_3', { maxValue: '9223372036854775806' }) },
  },
  'enumerated type': {
    models: {
      moods,
      t: pgTable('moody', { mood: moods(), often: moods().notNull().default("it's ok") }),
    },
  },
  'enumerated type that only a column has': {
    models: {
      t: pgTable('moody_2', { mood: hidden(), all: hidden().array().default(['a', 'b']) }),
    },
  },
  'enumerated type of an enum': {
    models: { levels, t: pgTable('levelled', { level: levels().default(Level.High) }) },
  },
  schema: {
    models: {
      shop,
      colours,
      shopItems,
    },
  },
  'schema with views': {
    models: {
      users,
      shop,
      view: shop.view('buyers').as((q) => q.select({ id: users.id }).from(users)),
      materialized: shop
        .materializedView('buyers_too')
        .as((q) => q.select({ id: users.id }).from(users)),
    },
  },
  'schema that only a table has': { models: { ghost } },
  'names made by a function': {
    models: { t: prefixed('users_2', { id: serial().primaryKey(), name: text().unique() }) },
  },
  'a small project': {
    models: {
      roles,
      members,
      posts,
      comments,
      memberRelations: relations(members, ({ many }) => ({ posts: many(posts) })),
      postRelations: relations(posts, ({ one }) => ({
        owner: one(members, { fields: [posts.ownerId], references: [members.id] }),
      })),
    },
  },
};
