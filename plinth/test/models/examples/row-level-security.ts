// Examples of row-level security, roles and policies.

import { eq, getTableColumns, sql } from 'drizzle-orm';
import { authenticatedRole, authUid, crudPolicy } from 'drizzle-orm/neon';
import {
  foreignKey,
  integer,
  pgPolicy,
  pgRole,
  pgTable,
  pgView,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import {
  authUsers,
  realtimeMessages,
  serviceRole,
  authenticatedRole as supabaseUser,
} from 'drizzle-orm/supabase';
import type { Examples } from './example.js';

const admin = pgRole('plinth_models_admin');
const maker = pgRole('plinth_models_maker', { createRole: true, createDb: true, inherit: false });

const rooms = pgTable('rooms_users', { userId: uuid('user_id'), room: text() });
const profiles = pgTable('profiles', { id: uuid().primaryKey(), email: text() });

const notes = pgTable('notes', { id: integer(), owner: text() }, (t) => [
  pgPolicy('own', {
    using: sql`${t.owner} = current_user`,
    withCheck: sql`${t.owner} = current_user`,
  }),
  pgPolicy('not_closed', {
    as: 'restrictive',
    for: 'update',
    to: [admin, 'public', 'current_user'],
    using: sql`EXISTS (SELECT 1 FROM ${rooms} WHERE ${rooms.room} = ${t.owner})`,
  }),
]);

const linked = pgTable('linked', { id: integer() });

const authSchema = `
  CREATE SCHEMA auth;
  CREATE FUNCTION auth.user_id() RETURNS text LANGUAGE sql AS $$ SELECT 'someone' $$;
  CREATE TABLE auth.users (id uuid PRIMARY KEY)`;

export const rowLevelSecurity: Examples = {
  'row-level security without a policy': {
    models: { t: pgTable('closed', { id: integer() }).enableRLS() },
  },
  role: { models: { admin } },
  'role with options': { models: { maker } },
  'role that exists already': {
    models: {
      there: pgRole('plinth_models_there').existing(),
      t: pgTable('t', { id: integer() }, () => [pgPolicy('p', { to: 'plinth_models_there' })]),
    },
  },
  'policy with every option': {
    models: {
      admin,
      t: pgTable('users', { id: integer() }, () => [
        pgPolicy('every_option', {
          as: 'permissive',
          to: admin,
          for: 'delete',
          using: sql`true`,
          withCheck: sql``,
        }),
      ]),
    },
  },
  'policies of several kinds': { models: { rooms, notes } },
  'policy linked to a model': {
    models: { linked, policy: pgPolicy('read', { for: 'select', using: sql`true` }).link(linked) },
  },
  'policy linked to a table that exists already': {
    prelude: 'CREATE SCHEMA realtime; CREATE TABLE realtime.messages (id bigserial PRIMARY KEY)',
    models: {
      policy: pgPolicy('authenticated role insert policy', {
        for: 'insert',
        to: supabaseUser,
        withCheck: sql`true`,
      }).link(realtimeMessages),
    },
  },
  'view that runs as who asks': {
    since: 15,
    models: {
      rooms,
      profiles,
      view: pgView('rooms_users_profiles')
        .with({ securityInvoker: true })
        .as((qb) =>
          qb
            .select({ ...getTableColumns(rooms), email: profiles.email })
            .from(rooms)
            .innerJoin(profiles, eq(rooms.userId, profiles.id)),
        ),
    },
  },
  'policies of Neon': {
    models: {
      admin,
      t: pgTable('users_2', { id: integer() }, () => [
        crudPolicy({ role: admin, read: true, modify: false }),
      ]),
    },
  },
  'functions of Neon': {
    prelude: authSchema,
    models: {
      t: pgTable('users_3', { id: text() }, (t) => [
        pgPolicy('own', { for: 'insert', to: authenticatedRole, withCheck: authUid(t.id) }),
      ]),
    },
  },
  'roles of Supabase': {
    models: {
      t: pgTable('users_4', { id: integer() }, () => [
        pgPolicy('insert', { for: 'insert', to: serviceRole, withCheck: sql`false` }),
      ]),
    },
  },
  'tables of Supabase': {
    prelude: authSchema,
    models: {
      profiles: pgTable('profiles_2', { id: uuid().primaryKey(), email: text().notNull() }, (t) => [
        foreignKey({
          columns: [t.id],
          foreignColumns: [authUsers.id],
          name: 'profiles_id_fk',
        }).onDelete('cascade'),
        pgPolicy('anyone sees profiles', { for: 'select', to: supabaseUser, using: sql`true` }),
      ]),
    },
  },
};
