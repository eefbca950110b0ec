// What rotation does to data keys: wrapping them by the current key-encryption key, and giving tenants
// new ones. It deletes none, and touches no value.

import { randomBytes, randomUUID } from 'node:crypto';
import { KEY_BYTES } from '../data-key.js';
import { type DataKeyRow, insertDataKey, replaceWrapped, retireDataKey } from '../data-key-rows.js';
import type { DataKeySource } from '../data-keys.js';
import { openDataKey } from '../examine-keys.js';
import { wrapDataKey } from '../key-encryption.js';
import type { TenantSurvey } from './survey.js';

/**
 * Wraps the data keys of a tenant by the current key-encryption key, those that are not yet; one that
 * does not open stays as it is.
 *
 * @returns How many there were.
 */
export async function rewrapDataKeys(
  { db, table, keyEncryption }: DataKeySource,
  { tenant, dataKeys }: TenantSurvey,
): Promise<number> {
  let rewrapped = 0;
  for (const old of dataKeys.filter(({ keyId }) => keyId !== keyEncryption.currentKeyId)) {
    const opened = await openDataKey(keyEncryption, { tenant, row: old });
    // The status at the end tells of it.
    if ('damage' in opened) continue;
    const { bytes } = opened;
    const fresh = await wrapDataKey(keyEncryption, bytes, { tenant, dataKeyId: old.id });
    bytes.fill(0);
    // Another rotation may have been faster.
    if (await replaceWrapped(db.tenant(tenant), table, { tenant, old, fresh })) rewrapped++;
  }
  return rewrapped;
}

/**
 * Gives a tenant a new data key and retires the one it had, in one transaction.
 *
 * @returns Whether it did: another rotation may have been faster.
 */
export async function renewDataKey(
  { db, table, keyEncryption }: DataKeySource,
  tenant: string,
  current: DataKeyRow,
): Promise<boolean> {
  const id = randomUUID();
  const bytes = randomBytes(KEY_BYTES);
  // Before the transaction: a key service may take its time.
  const wrapped = await wrapDataKey(keyEncryption, bytes, { tenant, dataKeyId: id });
  bytes.fill(0);
  return await db.tenant(tenant).transaction(async (tx) => {
    if (!(await retireDataKey(tx, table, tenant, current.id))) return false;
    await insertDataKey(tx, table, { id, tenant, ...wrapped });
    return true;
  });
}
