// The rows of the table of data keys: reading those of a tenant, and making its first. It sees only
// wrapped keys.

import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { DataKeyTable } from '../models/index.js';
import type { WrappedKey } from './key-encryption.js';
import type { SecretExecutor } from './secret-database.js';

export interface DataKeyRow extends WrappedKey {
  readonly id: string;
  readonly isCurrent: boolean;
  /** Microseconds since 1970. */
  readonly createdAt: number;
  /** Microseconds since 1970; `undefined` for the current one. */
  readonly retiredAt: number | undefined;
}

/** The data keys of a tenant, newest first. */
export async function readDataKeys(
  executor: SecretExecutor,
  table: DataKeyTable,
  tenant: string,
): Promise<readonly DataKeyRow[]> {
  const { rows } = await executor.execute(sql`
    SELECT ${table.id}::text AS id, ${table.wrappedKey} AS wrapped,
      ${table.keyEncryptionKeyId} AS key_id, ${table.retiredAt} IS NULL AS is_current,
      ${microseconds(table.createdAt)} AS created_at, ${microseconds(table.retiredAt)} AS retired_at
    FROM ${table} WHERE ${table.tenantId} = ${tenant}
    ORDER BY ${table.retiredAt} DESC NULLS FIRST, ${table.createdAt} DESC, ${table.id}`);
  return rows.map((row) => ({
    id: String(row.id),
    wrapped: String(row.wrapped),
    keyId: String(row.key_id),
    isCurrent: row.is_current === true,
    createdAt: Number(row.created_at),
    retiredAt: row.retired_at === null ? undefined : Number(row.retired_at),
  }));
}

function microseconds(instant: PgColumn): SQL {
  return sql`(extract(epoch FROM ${instant}) * 1000000)::bigint`;
}

/** Makes a tenant's current data key, unless it has one; of many at once, one does. */
export async function insertDataKey(
  executor: SecretExecutor,
  table: DataKeyTable,
  key: WrappedKey & { readonly id: string; readonly tenant: string },
): Promise<void> {
  const names = [
    table.id,
    table.tenantId,
    table.wrappedKey,
    table.keyEncryptionKeyId,
    table.createdAt,
  ];
  const columns = sql.join(
    names.map(({ name }) => sql.identifier(name)),
    sql`, `,
  );
  await executor.execute(sql`
    INSERT INTO ${table} (${columns})
    VALUES (${key.id}, ${key.tenant}, ${key.wrapped}, ${key.keyId}, now())
    ON CONFLICT (${sql.identifier(table.tenantId.name)})
      WHERE ${sql.identifier(table.retiredAt.name)} IS NULL DO NOTHING`);
}

/**
 * Retires a data key.
 *
 * @returns Whether it was current until now.
 */
export async function retireDataKey(
  executor: SecretExecutor,
  table: DataKeyTable,
  tenant: string,
  id: string,
): Promise<boolean> {
  const { rowCount } = await executor.execute(sql`
    UPDATE ${table} SET ${sql.identifier(table.retiredAt.name)} = now()
    WHERE ${table.tenantId} = ${tenant} AND ${table.id} = ${id} AND ${table.retiredAt} IS NULL`);
  return rowCount === 1;
}

/**
 * Puts a data key that was wrapped anew in the place of the same one.
 *
 * @returns Whether it was there as it had been read.
 */
export async function replaceWrapped(
  executor: SecretExecutor,
  table: DataKeyTable,
  key: { readonly tenant: string; readonly old: DataKeyRow; readonly fresh: WrappedKey },
): Promise<boolean> {
  const { tenant, old, fresh } = key;
  const { rowCount } = await executor.execute(sql`
    UPDATE ${table} SET ${sql.identifier(table.wrappedKey.name)} = ${fresh.wrapped},
      ${sql.identifier(table.keyEncryptionKeyId.name)} = ${fresh.keyId}
    WHERE ${table.tenantId} = ${tenant} AND ${table.id} = ${old.id}
      AND ${table.wrappedKey} = ${old.wrapped}`);
  return rowCount === 1;
}
