// Whether every key-encryption key that is needed is there, and is the right one. It opens one data
// key for each, and no value.

import { randomBytes } from 'node:crypto';
import { PlinthError } from '../errors/index.js';
import type { DataKeyTable } from '../models/index.js';
import { KEY_BYTES } from './data-key.js';
import { type DataKeyRow, readDataKeys } from './data-key-rows.js';
import { type KeyEncryption, tryKeyEncryption, unwrapDataKey } from './key-encryption.js';
import { listTenants } from './list-tenants.js';
import type { SecretDatabase } from './secret-database.js';

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
}

/**
 * @throws PlinthError SECRET_KEY_UNKNOWN with all that are missing, SECRET_KEY_WRONG,
 *   SECRET_KEY_SERVICE_FAILED or SECRET_TENANTS_UNKNOWN.
 */
export async function checkKeys(
  db: SecretDatabase,
  { keyEncryption, table, tenants: query }: KeyCheckOptions,
): Promise<KeyCheck> {
  await tryKeyEncryption(keyEncryption, randomBytes(KEY_BYTES));
  const tenants = await listTenants(db, [{ table, tenant: table.tenantId }], query);
  const samples = new Map<string, Sample>();
  let dataKeys = 0;
  for (let start = 0; start < tenants.length; start += AT_ONCE) {
    const some = tenants.slice(start, start + AT_ONCE);
    const lists = await Promise.all(
      some.map(async (tenant) => {
        const rows = await readDataKeys(db.tenant(tenant), table, tenant);
        return rows.map((row) => ({ tenant, row }));
      }),
    );
    for (const sample of lists.flat()) {
      dataKeys++;
      if (!samples.has(sample.row.keyId)) samples.set(sample.row.keyId, sample);
    }
  }
  await openSamples(keyEncryption, [...samples.values()]);
  return { tenants: tenants.length, dataKeys, keyIds: [...samples.keys()].sort() };
}

/** A data key that stands for all with the same key-encryption key. */
interface Sample {
  readonly tenant: string;
  readonly row: DataKeyRow;
}

async function openSamples(port: KeyEncryption, samples: readonly Sample[]): Promise<void> {
  const missing = findMissingKeys(
    port,
    samples.map(({ row }) => row.keyId),
  );
  if (missing.length > 0) throw missingKeys(missing);
  for (const { tenant, row } of samples) {
    const bytes = await unwrapDataKey(port, row, { tenant, dataKeyId: row.id });
    bytes.fill(0);
  }
}

/** Ids that the port is sure not to know. */
export function findMissingKeys(
  { knownKeyIds }: KeyEncryption,
  keyIds: Iterable<string>,
): readonly string[] {
  if (knownKeyIds === undefined) return [];
  return [...new Set(keyIds)].filter((id) => !knownKeyIds.includes(id)).sort();
}

export function missingKeys(missing: readonly string[]): PlinthError {
  const [what, them] = missing.length === 1 ? ['key', 'it is'] : ['keys', 'they are'];
  return new PlinthError(
    'SECRET_KEY_UNKNOWN',
    `data keys are wrapped by the key-encryption ${what} ${missing.join(', ')}, and ${them} not there`,
    {
      hint: 'Add what is missing behind the current key, until plinth keys rotate has replaced it everywhere.',
      details: { missing },
    },
  );
}
