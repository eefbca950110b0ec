// The data keys of tenants: found in the cache or in their table, unwrapped when needed, made where a
// tenant has none. The cache is asked for a key by its id alone, so it may hold one whose transaction
// was rolled back; which key is current, only the table knows.

import { randomBytes, randomUUID } from 'node:crypto';
import { PlinthError } from '../errors/index.js';
import type { DataKeyTable } from '../models/index.js';
import { type DataKey, KEY_BYTES, readyDataKey } from './data-key.js';
import { type DataKeyRow, insertDataKey, readDataKeys } from './data-key-rows.js';
import type { KeyCache, TenantKeys } from './key-cache.js';
import { type KeyEncryption, unwrapDataKey, wrapDataKey } from './key-encryption.js';
import type { SecretDatabase, SecretExecutor } from './secret-database.js';

// Between two looks the first key of a tenant may be made and retired by others, hardly ever twice.
const MAX_LOOKS = 3;

export interface DataKeySource {
  readonly db: SecretDatabase;
  readonly table: DataKeyTable;
  readonly keyEncryption: KeyEncryption;
}

/** Whose keys, and through what they are asked for: without `tx` a connection of their own. */
export interface KeyOwner {
  readonly tenant: string;
  readonly tx?: SecretExecutor | undefined;
}

export class DataKeys {
  readonly #reading = new Map<string, Promise<TenantKeys>>();

  constructor(
    private readonly source: DataKeySource,
    private readonly cache: KeyCache,
  ) {}

  /**
   * The key that new values are encrypted with; made where there is none. The table is asked each
   * time: what is encrypted with a key that was deleted meanwhile could never be read.
   */
  async current(owner: KeyOwner): Promise<DataKey> {
    for (let look = 1; ; look++) {
      const keys = await this.#read(owner);
      const row = keys.rows.find(({ isCurrent }) => isCurrent);
      if (row !== undefined) return await this.#unwrap(owner, keys, row);
      if (look === MAX_LOOKS) throw noKeyMade(owner);
      await this.#make(owner);
    }
  }

  /** @throws PlinthError SECRET_KEY_UNKNOWN for a key that the tenant does not have. */
  async byId(owner: KeyOwner, id: string): Promise<DataKey> {
    const isThis = (row: DataKeyRow) => row.id === id;
    const known = await this.#find(owner);
    // What the cache does not know may have been made meanwhile.
    const keys = known.rows.some(isThis) ? known : await this.#read(owner);
    const row = keys.rows.find(isThis);
    if (row === undefined) throw unknownKey(owner, id);
    return await this.#unwrap(owner, keys, row);
  }

  /** All keys of the tenant as they are now, newest first. */
  async all(owner: KeyOwner): Promise<readonly DataKey[]> {
    const keys = await this.#read(owner);
    return await Promise.all(keys.rows.map((row) => this.#unwrap(owner, keys, row)));
  }

  forget(tenant: string): void {
    this.cache.forget(tenant);
  }

  async #find(owner: KeyOwner): Promise<TenantKeys> {
    const known = this.cache.get(owner.tenant);
    return known ?? (owner.tx === undefined ? await this.#share(owner) : await this.#read(owner));
  }

  /** Those who look for a key of the same tenant at the same time share one answer. */
  async #share(owner: KeyOwner): Promise<TenantKeys> {
    const { tenant } = owner;
    const others = this.#reading.get(tenant);
    if (others !== undefined) return await others;
    const reading = this.#read(owner);
    this.#reading.set(tenant, reading);
    try {
      return await reading;
    } finally {
      this.#reading.delete(tenant);
    }
  }

  async #read({ tenant, tx }: KeyOwner): Promise<TenantKeys> {
    const { db, table } = this.source;
    return this.cache.put(tenant, await readDataKeys(tx ?? db.tenant(tenant), table, tenant));
  }

  async #make({ tenant, tx }: KeyOwner): Promise<void> {
    const { db, table, keyEncryption } = this.source;
    const id = randomUUID();
    const bytes = randomBytes(KEY_BYTES);
    const wrapped = await wrapDataKey(keyEncryption, bytes, { tenant, dataKeyId: id }).finally(() =>
      bytes.fill(0),
    );
    await insertDataKey(tx ?? db.tenant(tenant), table, { id, tenant, ...wrapped });
  }

  async #unwrap({ tenant }: KeyOwner, keys: TenantKeys, row: DataKeyRow): Promise<DataKey> {
    const known = keys.ready.get(row.id);
    if (known !== undefined) return await known;
    const unwrapping = this.#unwrapAlone(tenant, row);
    keys.ready.set(row.id, unwrapping);
    try {
      return await unwrapping;
    } catch (error) {
      keys.ready.delete(row.id);
      throw error;
    }
  }

  async #unwrapAlone(tenant: string, row: DataKeyRow): Promise<DataKey> {
    const context = { tenant, dataKeyId: row.id };
    return readyDataKey(row.id, await unwrapDataKey(this.source.keyEncryption, row, context));
  }
}

function unknownKey({ tenant }: KeyOwner, id: string): PlinthError {
  return new PlinthError(
    'SECRET_KEY_UNKNOWN',
    `a value is encrypted with the data key ${id}, which tenant ${tenant} does not have`,
    {
      hint: 'See that the value belongs to this tenant; a data key that was deleted is only in a backup.',
      details: { tenant, dataKeyId: id },
    },
  );
}

function noKeyMade({ tenant }: KeyOwner): PlinthError {
  return new PlinthError(
    'SECRET_KEY_UNKNOWN',
    `a data key of tenant ${tenant} was made and cannot be read`,
    {
      hint: 'Grant the role SELECT on the table of data keys, and give the transaction the scope of this tenant.',
      details: { tenant },
    },
  );
}
