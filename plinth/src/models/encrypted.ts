// Columns for secrets: encrypted values, and blind indexes to look for them. What encrypts stands in
// the room of secrets.

import {
  type BlindIndexConfig,
  type EncryptedConfig,
  SecretColumnBuilder,
} from './secret-column.js';

export interface EncryptedOptions {
  /**
   * The name that values are bound to, with their tenant and row. Default: `table.column`, with the
   * schema in front where it is not `public`. Set it to the old one when you rename the table or the
   * column: values that stand there do not open under another.
   */
  readonly context?: string;
  /** Name of the column that says whose a row is. Default: `tenant_id`. */
  readonly tenant?: string;
  /**
   * Names of the columns whose values say which row of its tenant it is. They must never change.
   * Default: the primary key, without the tenant.
   */
  readonly row?: readonly string[];
}

export interface BlindIndexOptions extends Pick<EncryptedOptions, 'context' | 'tenant'> {
  /** Name of the encrypted column, of the same table, that it is to find. */
  readonly of: string;
  /** What makes equal what is to be found as equal, such as lower case. Default: nothing. */
  readonly normalize?: (plaintext: string) => string;
}

/**
 * A column of encrypted values: `text` in PostgreSQL, `Ciphertext` in TypeScript. A keyring of
 * `plinth/secrets` makes and opens them. Whatever else it is given is refused, so that no plaintext
 * is written by mistake; NULL is taken where the column may be NULL.
 *
 * @param name Its name in the database.
 * @example
 * export const accounts = isolated(
 *   pgTable('accounts', {
 *     ...base(),
 *     tenantId: varchar('tenant_id', { length: 100 }).notNull(),
 *     apiKey: encrypted('api_key_encrypted').notNull(),
 *   }),
 * );
 */
export function encrypted(
  name: string,
  { context, tenant, row }: EncryptedOptions = {},
): SecretColumnBuilder<EncryptedConfig> {
  const rule = { context, tenant, row, of: undefined, normalize: undefined };
  return new SecretColumnBuilder<EncryptedConfig>(name, 'PlinthEncrypted', {
    kind: 'encrypted',
    ...rule,
  });
}

/**
 * A column to look for encrypted values by equality: the same plaintext of the same tenant gives the
 * same text, and nobody without the data key can tell of what. It shows which rows of a tenant have
 * equal values; leave it out where that is too much.
 *
 * @param name Its name in the database.
 * @example
 * email: encrypted('email_encrypted'),
 * emailIndex: blindIndex('email_index', { of: 'email_encrypted', normalize: (text) => text.toLowerCase() }),
 */
export function blindIndex(
  name: string,
  { of, context, tenant, normalize }: BlindIndexOptions,
): SecretColumnBuilder<BlindIndexConfig> {
  const rule = { of, context, tenant, normalize, row: undefined };
  return new SecretColumnBuilder<BlindIndexConfig>(name, 'PlinthBlindIndex', {
    kind: 'blind-index',
    ...rule,
  });
}
