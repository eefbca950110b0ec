// Whether every key-encryption key that is needed is there, and is the right one. It opens data keys
// of each until one opens, and no value.

import { randomBytes } from 'node:crypto';
import type { DataKeyTable } from '../models/index.js';
import { KEY_BYTES } from './data-key.js';
import { readDataKeys } from './data-key-rows.js';
import { type DamagedDataKey, examineKeys, type OwnedKey, refuseKeys } from './examine-keys.js';
import { type KeyEncryption, tryKeyEncryption } from './key-encryption.js';
import type { SecretDatabase } from './secret-database.js';
import { listSecretTenants } from './secret-tenants.js';

/** Tenants that are asked for at the same time. */
const AT_ONCE = 8;

export interface KeyCheckOptions {
  readonly keyEncryption: KeyEncryption;
  readonly table: DataKeyTable;
  readonly tenants?: string | undefined;
}

/** What a check has looked at. */
export interface KeyCheck {
  readonly tenants: number;
  readonly dataKeys: number;
  /** Ids of the key-encryption keys that data keys name, sorted. */
  readonly keyIds: readonly string[];
  /**
   * Data keys that do not open though their key-encryption key is right: their tenants cannot read or
   * write secrets, all others can. Those that were met; `readKeyStatus` looks at all.
   */
  readonly damagedDataKeys: readonly DamagedDataKey[];
}

/**
 * @throws PlinthError SECRET_KEY_UNKNOWN with all that are missing, SECRET_KEY_WRONG with all
 *   that open none of their data keys, SECRET_KEY_SERVICE_FAILED or TENANCY_TENANTS_UNKNOWN.
 */
export async function checkKeys(
  db: SecretDatabase,
  { keyEncryption, table, tenants: query }: KeyCheckOptions,
): Promise<KeyCheck> {
  await tryKeyEncryption(keyEncryption, randomBytes(KEY_BYTES));
  const { tenants } = await listSecretTenants(db, [{ table, tenant: table.tenantId }], query);
  const keys: OwnedKey[] = [];
  for (let start = 0; start < tenants.length; start += AT_ONCE) {
    const some = tenants.slice(start, start + AT_ONCE);
    const lists = await Promise.all(
      some.map(async (tenant) => {
        const rows = await readDataKeys(db.tenant(tenant), table, tenant);
        return rows.map((row) => ({ tenant, row }));
      }),
    );
    keys.push(...lists.flat());
  }
  const examination = await examineKeys(keyEncryption, keys, { isSample: true });
  refuseKeys(examination);
  return {
    tenants: tenants.length,
    dataKeys: keys.length,
    keyIds: [...new Set(keys.map(({ row }) => row.keyId))].sort(),
    damagedDataKeys: examination.damaged,
  };
}
