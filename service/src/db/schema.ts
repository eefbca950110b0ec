// The tables as Drizzle sees them; the .sql files beside it have the rest of the schema. The revisions
// are made from both (`plinth revision --autogenerate`); nothing here changes a database.

import { type SQL, sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgRole,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uuid,
  varchar,
  vector,
} from 'drizzle-orm/pg-core';
import {
  audited,
  auditTable,
  dataKeyTable,
  encrypted,
  extension,
  grant,
  isolated,
  on,
  revoke,
} from 'plinth/models';
import { EMBEDDING_DIMENSIONS, LIMITS, WHITE_SPACE } from '../limits.js';

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
    /** When it was deleted; it can be restored until its time is up. */
    deletedAt: timestamp('deleted_at', { withTimezone: true, mode: 'string' }),
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
    // The lists: newest first, without what was deleted.
    index('idx_tasks_user_id')
      .on(table.userId, table.createdAt.desc().nullsFirst(), table.id.desc().nullsFirst())
      .where(sql`${table.deletedAt} IS NULL`),
    index('idx_tasks_created_at')
      .on(table.createdAt.desc().nullsFirst(), table.id.desc().nullsFirst())
      .where(sql`${table.deletedAt} IS NULL`),
    // What waits for its end.
    index('idx_tasks_deleted_at').on(table.deletedAt).where(sql`${table.deletedAt} IS NOT NULL`),
  ],
);

/**
 * The words of a task's title and description, stemmed, for full-text search; a trigger keeps them.
 * Row-level security lets only leakproof operators use an index: equality of text is one, and `@@` of
 * a tsvector is not. What the list is ordered and owned by is here too, so that an index gives the
 * newest tasks with a word first.
 */
export const taskWords = pgTable(
  'task_words',
  {
    taskId: uuid('task_id').notNull(),
    word: text('word').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true, mode: 'string' }).notNull(),
    userId: uuid('user_id'),
  },
  (table) => [
    primaryKey({ name: 'task_words_pkey', columns: [table.taskId, table.word] }),
    foreignKey({
      name: 'task_words_task_id_fkey',
      columns: [table.taskId],
      foreignColumns: [tasks.id],
    }).onDelete('cascade'),
    index('idx_task_words_word').on(
      table.word,
      table.createdAt.desc().nullsFirst(),
      table.taskId.desc().nullsFirst(),
    ),
    // Empty where tasks are everybody's.
    index('idx_task_words_user_id')
      .on(
        table.userId,
        table.word,
        table.createdAt.desc().nullsFirst(),
        table.taskId.desc().nullsFirst(),
      )
      .where(sql`${table.userId} IS NOT NULL`),
    grant(ROWS, { to: [appUser, admin] }),
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

/** Who did what to which row of a tenant, and who read its secrets. */
export const auditLog = auditTable({ role: appUser, readers: admin });

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
  (table) => [
    isolated(table, { role: appUser }),
    audited(table, { log: auditLog }),
    grant(ROWS, { to: admin }),
  ],
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
    audited(table, { log: auditLog }),
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

/** The extension of PostgreSQL that has vectors. */
export const vectorExtension = extension('vector');

/** Texts of a tenant that can be searched by meaning. They are made and deleted, never changed. */
export const documents = pgTable(
  'documents',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    tenantId: tenantId(),
    title: varchar('title', { length: LIMITS.documentTitle.max }).notNull(),
    /** The whole text; none where the caller gave chunks. */
    content: text('content'),
    metadata: jsonb('metadata').notNull().default({}),
    /** What made its vectors: those of two models cannot be compared. */
    embeddingModel: varchar('embedding_model', { length: LIMITS.embeddingModel.max }).notNull(),
    chunkCount: integer('chunk_count').notNull(),
    createdAt: timestamps.createdAt,
  },
  (table) => [
    isolated(table, { role: appUser }),
    audited(table, { log: auditLog }),
    grant(ROWS, { to: admin }),
    // What a chunk refers to: its document, of the same tenant.
    unique('documents_tenant_id_id_key').on(table.tenantId, table.id),
    index('idx_documents_tenant_id').on(
      table.tenantId,
      table.createdAt.desc().nullsFirst(),
      table.id.desc().nullsFirst(),
    ),
  ],
);

/** The chunks of documents, each with its vector. */
export const documentEmbeddings = pgTable(
  'document_embeddings',
  {
    tenantId: tenantId(),
    documentId: uuid('document_id').notNull(),
    /** From 0, in the order of the text. */
    chunkNumber: integer('chunk_number').notNull(),
    content: text('content').notNull(),
    /** The document's. */
    metadata: jsonb('metadata').notNull().default({}),
    embeddingModel: varchar('embedding_model', { length: LIMITS.embeddingModel.max }).notNull(),
    embedding: vector('embedding', { dimensions: EMBEDDING_DIMENSIONS }).notNull(),
  },
  (table) => [
    isolated(table, { role: appUser }),
    grant(ROWS, { to: admin }),
    primaryKey({
      name: 'document_embeddings_pkey',
      columns: [table.tenantId, table.documentId, table.chunkNumber],
    }),
    foreignKey({
      name: 'document_embeddings_document_fkey',
      columns: [table.tenantId, table.documentId],
      foreignColumns: [documents.tenantId, documents.id],
    }).onDelete('cascade'),
    index('idx_document_embeddings_embedding').using(
      'hnsw',
      table.embedding.op('vector_cosine_ops'),
    ),
  ],
);

/** The keys that secrets are encrypted with, each wrapped by a key-encryption key. */
export const dataKeys = audited(dataKeyTable({ role: appUser }), { log: auditLog });
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
