// The keyring: what a program encrypts and decrypts its columns with. It binds each value to its
// tenant, column and row, and leaves keys to the data keys.

import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Actor } from '../engine/index.js';
import { PlinthError } from '../errors/index.js';
import {
  type AuditLog,
  type BlindIndex,
  type BlindIndexConfig,
  bindSecret,
  type Ciphertext,
  type DataKeyTable,
  type EncryptedConfig,
  readEnvelope,
  type SecretBinding,
  type SecretKind,
} from '../models/index.js';
import { checkKeys, type KeyCheck } from './check-keys.js';
import { DataKeys, type KeyOwner } from './data-keys.js';
import { KeyCache } from './key-cache.js';
import type { KeyEncryption } from './key-encryption.js';
import { recordRead } from './record-read.js';
import { type RowId, writeRow } from './row-id.js';
import { indexValue, openValue, sealValue } from './seal-value.js';
import type { SecretDatabase } from './secret-database.js';

export interface KeyringOptions {
  /** What wraps data keys, such as `keyEncryptionFromEnv(process.env)`. */
  readonly keyEncryption: KeyEncryption;
  /** The table of data keys, as `dataKeyTable()` makes it. */
  readonly table: DataKeyTable;
  /**
   * A query that lists the ids of all tenants, in its first column, for `check()`. It is needed where
   * policies hide the rows of tenants from who asks without a scope.
   */
  readonly tenants?: string | undefined;
  /**
   * The audit log that every `open()` is recorded in, as `auditTable()` makes it. What cannot be
   * recorded is not opened. Default: none, reads are not recorded.
   */
  readonly audit?: AuditLog | undefined;
  /** Tenants whose data keys are kept in memory. Default: 1000. */
  readonly cacheSize?: number;
  /** Seconds after which the data keys of a tenant are read again for decrypting. Default: 300. */
  readonly cacheTime?: number;
}

/** A column that `encrypted()` made. */
export type EncryptedColumn = PgColumn & { readonly _: Pick<EncryptedConfig, 'columnType'> };

/** A column that `blindIndex()` made. */
export type BlindIndexColumn = PgColumn & { readonly _: Pick<BlindIndexConfig, 'columnType'> };

/** Where a value belongs. */
export interface SecretPlace extends KeyOwner {
  /** The value of the primary key without the tenant; a list where it has several columns. */
  readonly row: RowId | readonly RowId[];
}

/** Where a value belongs, and who reads it. */
export interface SecretReading extends SecretPlace {
  /** For the audit log, where there is no `tx`: a transaction has the actor of its scope. */
  readonly actor?: Actor | undefined;
}

/**
 * A keyring on a database. It opens nothing; ask `check()` at start.
 *
 * @example
 * const keyring = openKeyring(db, {
 *   keyEncryption: keyEncryptionFromEnv(process.env),
 *   table: dataKeys,
 *   tenants: 'SELECT id FROM tenants',
 * });
 * await keyring.check();
 */
export function openKeyring(db: SecretDatabase, options: KeyringOptions): Keyring {
  return new Keyring(db, options);
}

export class Keyring {
  readonly #db: SecretDatabase;
  readonly #options: KeyringOptions;
  readonly #keys: DataKeys;

  /** Not for users: `openKeyring` makes keyrings. */
  constructor(db: SecretDatabase, options: KeyringOptions) {
    const { keyEncryption, table, cacheSize = 1000, cacheTime = 300 } = options;
    const cache = new KeyCache(cacheSize, cacheTime * 1000, () => performance.now());
    this.#db = db;
    this.#options = options;
    this.#keys = new DataKeys({ db, table, keyEncryption }, cache);
  }

  /**
   * Encrypts a value for one row of a column. The row's id has to be known before the row is written.
   * It asks for the tenant's current key each time, in one round trip. Inside a transaction give `tx`:
   * without it a connection of its own is asked, which the embedded database does not have.
   *
   * @throws PlinthError SECRET_PLAINTEXT_INVALID, SECRET_ROW_INVALID, SECRET_COLUMN_INVALID, or one
   *   of SECRET_KEY_*.
   * @example
   * const id = randomUUID();
   * await db.tenant(tenantId).transaction(async (tx) => {
   *   const apiKey = await keyring.seal(accounts.apiKey, { tenant: tenantId, row: id, tx }, plaintext);
   *   await tx.insert(accounts).values({ id, tenantId, apiKey });
   * });
   */
  async seal(
    column: EncryptedColumn,
    { row, ...owner }: SecretPlace,
    plaintext: string,
  ): Promise<Ciphertext> {
    const binding = bindAs('encrypted', column);
    const place = { binding, tenant: owner.tenant, row: writeRow(binding, row) };
    return sealValue(await this.#keys.current(owner), place, plaintext);
  }

  /**
   * Decrypts a value that was encrypted for this very tenant, column and row. With an audit log the
   * reading is recorded before the value is returned: in `tx`, and undone with it, or else in a
   * transaction of its own.
   *
   * @throws PlinthError SECRET_ENVELOPE_INVALID for what is not encrypted; SECRET_NOT_AUTHENTIC for
   *   what was changed, or belongs elsewhere; SECRET_ROW_INVALID, SECRET_COLUMN_INVALID, or one of
   *   SECRET_KEY_*; PostgreSQL's error where the reading cannot be recorded.
   */
  async open(
    column: EncryptedColumn,
    { row, actor, ...owner }: SecretReading,
    ciphertext: Ciphertext,
  ): Promise<string> {
    const binding = bindAs('encrypted', column);
    const place = { binding, tenant: owner.tenant, row: writeRow(binding, row) };
    const envelope = readEnvelope('encrypted', ciphertext);
    if (envelope === undefined) throw notEncrypted(binding);
    const plaintext = openValue(await this.#keys.byId(owner, envelope.dataKeyId), place, envelope);
    const { audit } = this.#options;
    if (audit !== undefined) {
      const executor = owner.tx ?? this.#db.tenant(owner.tenant, actor);
      await recordRead(executor, audit, binding, place.row);
    }
    return plaintext;
  }

  /** What is written into the column of a blind index, beside the encrypted value. */
  async blindIndex(
    column: BlindIndexColumn,
    owner: KeyOwner,
    plaintext: string,
  ): Promise<BlindIndex> {
    const binding = bindAs('blind-index', column);
    const place = { binding, tenant: owner.tenant };
    return indexValue(await this.#keys.current(owner), place, plaintext);
  }

  /**
   * What a plaintext may be found by: one for each data key of the tenant, newest first, for while
   * keys are rotated some rows have the older one.
   *
   * @example
   * const wanted = await keyring.blindIndexes(accounts.emailIndex, { tenant }, 'ada@example.com');
   * const found = await db.tenant(tenant).select().from(accounts).where(inArray(accounts.emailIndex, wanted));
   */
  async blindIndexes(
    column: BlindIndexColumn,
    owner: KeyOwner,
    plaintext: string,
  ): Promise<BlindIndex[]> {
    const binding = bindAs('blind-index', column);
    const keys = await this.#keys.all(owner);
    return keys.map((key) => indexValue(key, { binding, tenant: owner.tenant }, plaintext));
  }

  /**
   * Sees that the current key-encryption key works, and that each one that data keys name is there and
   * opens one of them. To be asked at start: a wrong key is told of then, and not at the first request.
   * Data keys that it met and that are damaged are in what it returns, and worth a line in the log.
   *
   * @throws PlinthError SECRET_KEY_UNKNOWN, SECRET_KEY_WRONG or SECRET_KEY_SERVICE_FAILED;
   *   TENANCY_TENANTS_UNKNOWN where policies hide the tenants and no query lists them.
   */
  async check(): Promise<KeyCheck> {
    return await checkKeys(this.#db, this.#options);
  }

  /** Drops what is kept of a tenant, such as after the tenant was deleted. */
  forget(tenant: string): void {
    this.#keys.forget(tenant);
  }
}

function bindAs(kind: SecretKind, column: PgColumn): SecretBinding {
  const binding = bindSecret(column);
  if (binding.kind === kind) return binding;
  const [is, asked] =
    kind === 'encrypted' ? ['a blind index', 'encrypted()'] : ['encrypted', 'blindIndex()'];
  throw new PlinthError('SECRET_COLUMN_INVALID', `${binding.place} is ${is}`, {
    hint: `Give a column of ${asked}.`,
  });
}

function notEncrypted({ place }: SecretBinding): PlinthError {
  return new PlinthError('SECRET_ENVELOPE_INVALID', `a value of ${place} is not encrypted`, {
    hint: 'Find out who wrote it, and encrypt it: keyring.seal(column, { tenant, row }, plaintext).',
    details: { column: place },
  });
}
