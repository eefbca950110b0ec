// The table of data keys, each wrapped by a key-encryption key, and how it is found among models.

import { is, sql } from 'drizzle-orm';
import {
  index,
  type PgColumn,
  PgTable,
  pgTable,
  text,
  timestamp,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core';
import { TENANT_ID_MAX } from '../engine/index.js';
import { configWith } from './drizzle-internals.js';
import { isolated } from './isolated.js';
import type { RoleName } from './role-name.js';

/** Longest id of a key-encryption key, in characters. */
export const KEY_ID_MAX = 100;

export interface DataKeyTableOptions {
  /** Default: `data_keys`. */
  readonly name?: string;
  /** The role that requests run as. Default: `app_user`. */
  readonly role?: RoleName;
}

/** The columns that a table of data keys has, whoever made it. */
export interface DataKeyColumns {
  readonly id: PgColumn;
  readonly tenantId: PgColumn;
  readonly wrappedKey: PgColumn;
  readonly keyEncryptionKeyId: PgColumn;
  readonly createdAt: PgColumn;
  readonly retiredAt: PgColumn;
}

/** A table of data keys. */
export type DataKeyTable = PgTable & DataKeyColumns;

/**
 * The table of data keys, isolated by tenant: what keyrings of `plinth/secrets` stand on. Export it
 * with your models.
 *
 * A tenant has one data key that is not retired, which new values are encrypted with. Older ones
 * stay: who deletes one can never read again what is encrypted with it.
 *
 * @example export const dataKeys = dataKeyTable();
 */
export function dataKeyTable({ name = 'data_keys', role }: DataKeyTableOptions = {}) {
  return pgTable(
    name,
    {
      id: uuid('id').primaryKey(),
      tenantId: varchar('tenant_id', { length: TENANT_ID_MAX }).notNull(),
      wrappedKey: text('wrapped_key').notNull(),
      keyEncryptionKeyId: varchar('key_encryption_key_id', { length: KEY_ID_MAX }).notNull(),
      createdAt: instant('created_at').notNull().default(sql`now()`),
      retiredAt: instant('retired_at'),
    },
    (table) => [
      isolated(table, role === undefined ? {} : { role }),
      uniqueIndex(`${name}_current`).on(table.tenantId).where(sql`${table.retiredAt} IS NULL`),
      index(`idx_${name}_tenant_id`).on(table.tenantId),
    ],
  );
}

function instant<Name extends string>(name: Name) {
  return timestamp(name, { withTimezone: true, mode: 'string' });
}

const COLUMNS = {
  id: 'id',
  tenantId: 'tenant_id',
  wrappedKey: 'wrapped_key',
  keyEncryptionKeyId: 'key_encryption_key_id',
  createdAt: 'created_at',
  retiredAt: 'retired_at',
} as const satisfies Record<keyof DataKeyColumns, string>;

/** Whether a model is a table of data keys: it has their columns. */
export function isDataKeyTable(model: unknown): model is DataKeyTable {
  if (typeof model !== 'object' || model === null || !is(model, PgTable)) return false;
  const names = new Set(configWith(model, []).columns.map(({ name }) => name));
  return Object.entries(COLUMNS).every(([key, name]) => names.has(name) && key in model);
}
