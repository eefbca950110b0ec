// The tables as Drizzle sees them; the .sql files beside it have the rest of the schema. The revisions
// are made from both (`plinth revision --autogenerate`); nothing here changes a database.

import { type SQL, sql } from 'drizzle-orm';
import {
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgRole,
  pgTable,
  text,
  timestamp,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core';
import { dataKeyTable, encrypted, grant, isolated, on, revoke } from 'plinth/models';
import { LIMITS, WHITE_SPACE } from '../limits.js';

/** What the service may do; on a server its login is a member of it. */
export const appUser = pgRole('app_user');
/** For people who look after the data. Policies hold for them too: they name a tenant, or see none. */
export const admin = pgRole('admin');

const ROWS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;

// Text keeps the microseconds that a JavaScript Date would drop.
const timestamps = {
  createdAt: timestamp('created_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
  updatedAt: timestamp('updated_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
};

export const tasks = pgTable(
  'tasks',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    title: text('title').notNull(),
    description: text('description'),
    completed: boolean('completed').notNull().default(false),
    userId: uuid('user_id'),
    ...timestamps,
  },
  (table) => [
    check(
      'check_title_length',
      sql`char_length(${table.title}) <= ${literal(LIMITS.taskTitle.max)} AND ${table.title} ~ ${sql.raw(`'[^${WHITE_SPACE}]'`)}`,
    ),
    check(
      'check_description_length',
      sql`char_length(${table.description}) <= ${literal(LIMITS.taskDescription.max)}`,
    ),
    grant(ROWS, { to: [appUser, admin] }),
    index('idx_tasks_user_id').on(
      table.userId,
      table.createdAt.desc().nullsFirst(),
      table.id.desc().nullsFirst(),
    ),
    index('idx_tasks_created_at').on(
      table.createdAt.desc().nullsFirst(),
      table.id.desc().nullsFirst(),
    ),
  ],
);

export const todos = pgTable(
  'todos',
  {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    description: varchar('description', { length: LIMITS.todoDescription.max }).notNull(),
    completed: boolean('completed').notNull().default(false),
    ...timestamps,
    userId: uuid('user_id'),
  },
  (table) => [
    grant(ROWS, { to: [appUser, admin] }),
    index('idx_todos_user_id').on(table.userId, table.id.desc().nullsFirst()),
    check(
      'check_todo_description_length',
      sql`char_length(${table.description}) >= ${literal(LIMITS.todoDescription.min)}`,
    ),
  ],
);

/**
 * Every tenant there ever was, by its id alone: what goes through all of them starts here. Triggers
 * keep it.
 */
export const tenants = pgTable(
  'tenants',
  {
    id: varchar('id', { length: LIMITS.tenantId.max }).primaryKey(),
    /** Whether it has a configuration now. */
    configured: boolean('configured').notNull().default(false),
    createdAt: timestamps.createdAt,
  },
  () => [grant('SELECT', { to: [appUser, admin] })],
);

export const tenantConfigs = pgTable(
  'tenant_configs',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    tenantId: tenantId().unique('tenant_configs_tenant_id_key'),
    name: varchar('name', { length: LIMITS.tenantName.max }).notNull(),
    servicedeskUrl: varchar('servicedesk_url', { length: LIMITS.servicedeskUrl.max }),
    servicedeskApiKey: encrypted('servicedesk_api_key_encrypted'),
    webhookSigningSecret: encrypted('webhook_signing_secret_encrypted'),
    enhancementPreferences: jsonb('enhancement_preferences').notNull().default({}),
    ...timestamps,
  },
  (table) => [isolated(table, { role: appUser }), grant(ROWS, { to: admin })],
);

export const ENHANCEMENT_STATUSES = ['pending', 'completed', 'failed'] as const;

export const enhancementHistory = pgTable(
  'enhancement_history',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    tenantId: tenantId(),
    ticketId: varchar('ticket_id', { length: LIMITS.ticketId.max }).notNull(),
    status: varchar('status', { length: 50, enum: ENHANCEMENT_STATUSES })
      .notNull()
      .default('pending'),
    contextGathered: jsonb('context_gathered'),
    llmOutput: text('llm_output'),
    errorMessage: text('error_message'),
    processingTimeMs: integer('processing_time_ms'),
    createdAt: timestamps.createdAt,
    completedAt: timestamp('completed_at', { withTimezone: true, mode: 'string' }),
  },
  (table) => [
    isolated(table, { role: appUser }),
    grant(ROWS, { to: admin }),
    check(
      'check_enhancement_status',
      sql`${table.status} IN (${sql.raw(ENHANCEMENT_STATUSES.map((status) => `'${status}'`).join(', '))})`,
    ),
    check('check_enhancement_processing_time', sql`${table.processingTimeMs} >= 0`),
    // The list: newest first, within the tenant.
    index('idx_enhancement_history_tenant_id').on(
      table.tenantId,
      table.createdAt.desc().nullsFirst(),
      table.id.desc().nullsFirst(),
    ),
    index('idx_enhancement_history_tenant_ticket').on(table.tenantId, table.ticketId),
    index('idx_enhancement_history_ticket_id').on(table.ticketId),
    index('idx_enhancement_history_status').on(table.status),
  ],
);

/** The keys that secrets are encrypted with, each wrapped by a key-encryption key. */
export const dataKeys = dataKeyTable({ role: appUser });
/** Whoever deletes a key can never again read what is encrypted with it. */
export const dataKeyGrants = on(
  dataKeys,
  grant(['SELECT', 'INSERT', 'UPDATE'], { to: admin }),
  revoke('DELETE', { from: appUser }),
);

/** Which Idempotency-Key made what. Hashes and ids only: it holds nobody's data. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    /** SHA-256 of the caller, the route and the key. */
    id: text('id').primaryKey(),
    /** HMAC-SHA-256 of the request's body, keyed with the idempotency key. */
    fingerprint: text('fingerprint').notNull(),
    /** The id of what the request made. */
    resource: text('resource').notNull(),
    createdAt: timestamps.createdAt,
  },
  (table) => [
    grant(ROWS, { to: [appUser, admin] }),
    index('idx_idempotency_keys_created_at').on(table.createdAt),
  ],
);

function tenantId() {
  return varchar('tenant_id', { length: LIMITS.tenantId.max }).notNull();
}

// A constraint cannot hold a bound value.
function literal(value: number): SQL {
  return sql.raw(String(value));
}
