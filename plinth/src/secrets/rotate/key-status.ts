// How a project's keys stand: which are in use, which values are left under older ones, and what
// nobody can open. It opens every data key, and changes nothing.

import { randomBytes } from 'node:crypto';
import { PlinthError } from '../../errors/index.js';
import {
  collectSecrets,
  type DataKeyTable,
  type SecretBinding,
  type SecretModels,
} from '../../models/index.js';
import type { TenantList } from '../../tenancy/index.js';
import { KEY_BYTES } from '../data-key.js';
import {
  type DamagedDataKey,
  type Examination,
  examineKeys,
  type OwnedKey,
} from '../examine-keys.js';
import { type KeyEncryption, tryKeyEncryption } from '../key-encryption.js';
import type { SecretDatabase } from '../secret-database.js';
import { listSecretTenants } from '../secret-tenants.js';
import { surveyTenant, type TenantSurvey } from './survey.js';

export interface KeyStatusOptions {
  readonly keyEncryption: KeyEncryption;
  /** The tables, as a module of models exports them. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** A query that lists the ids of all tenants, in its first column. */
  readonly tenants?: string | undefined;
}

export type KeyState = 'works' | 'missing' | 'wrong';

/** A key-encryption key that is current, or that data keys name. */
export interface KeyEncryptionKeyStatus {
  readonly id: string;
  readonly isCurrent: boolean;
  /**
   * Whether it is there and is the right one; `missing` and `wrong` keep values from being read. An
   * older one that opens none of the data keys left under it counts as right where the current one
   * has no fewer and opens them: then it is they that are damaged.
   */
  readonly state: KeyState;
  readonly dataKeys: number;
  /** Values, blind indexes included, that cannot be read without it. */
  readonly values: number;
}

export interface DataKeyStatus {
  readonly id: string;
  readonly tenant: string;
  readonly keyEncryptionKeyId: string;
  readonly isCurrent: boolean;
  readonly values: number;
}

export interface ColumnStatus {
  /** `table.column` */
  readonly column: string;
  readonly kind: SecretBinding['kind'];
  readonly values: number;
  /** Of these, encrypted with a data key that is retired. */
  readonly left: number;
  /** Of these, not encrypted at all, or with a data key that is damaged or not there. */
  readonly unreadable: number;
}

export interface KeyStatus {
  readonly tenants: number;
  readonly keyEncryptionKeys: readonly KeyEncryptionKeyStatus[];
  readonly dataKeys: readonly DataKeyStatus[];
  readonly columns: readonly ColumnStatus[];
  /** Data keys that do not open, though their key-encryption key is there and right. */
  readonly damagedDataKeys: readonly DamagedDataKey[];
  /**
   * Tenants that have rows and that the query does not list, where the role sees all rows. Who runs
   * without that right passes them by.
   */
  readonly unlistedTenants: readonly string[];
}

/**
 * Counts keys and values, and opens every data key. It reads every table that has encrypted columns.
 *
 * @throws PlinthError SECRET_KEY_SERVICE_FAILED, TENANCY_TENANTS_UNKNOWN, SECRET_COLUMN_INVALID, or
 *   one of MODELS_*.
 */
export async function readKeyStatus(
  db: SecretDatabase,
  options: KeyStatusOptions,
): Promise<KeyStatus> {
  const { table, bindings } = findSecrets(options.schema);
  return await summarize(
    options.keyEncryption,
    bindings,
    await surveyAll(db, table, bindings, options.tenants),
  );
}

/** What is looked at: the table of data keys and the columns for secrets. */
export interface Secrets {
  readonly table: DataKeyTable;
  readonly bindings: readonly SecretBinding[];
}

/** @throws PlinthError SECRET_COLUMN_INVALID where there is not one table of data keys. */
export function findSecrets(schema: Readonly<Record<string, unknown>>): Secrets {
  const { bindings, dataKeys }: SecretModels = collectSecrets([
    { file: 'schema', exports: schema },
  ]);
  const [table, ...others] = dataKeys;
  if (table !== undefined && others.length === 0) return { table, bindings };
  throw new PlinthError(
    'SECRET_COLUMN_INVALID',
    `the models have ${dataKeys.length} tables of data keys, where one is needed`,
    { hint: 'Export one from the files of models: export const dataKeys = dataKeyTable().' },
  );
}

/** The tenants as they are at one moment, with what they have. */
export interface Overview extends Pick<TenantList, 'unlisted'> {
  readonly surveys: readonly TenantSurvey[];
}

export async function surveyAll(
  db: SecretDatabase,
  table: DataKeyTable,
  bindings: readonly SecretBinding[],
  query: string | undefined,
): Promise<Overview> {
  const places = new Map(bindings.map((binding) => [binding.table, binding]));
  const keys = { table, tenant: table.tenantId };
  const { tenants, unlisted } = await listSecretTenants(db, [keys, ...places.values()], query);
  const surveys: TenantSurvey[] = [];
  for (const tenant of tenants) surveys.push(await surveyTenant(db, table, bindings, tenant));
  return { surveys, unlisted };
}

/** Every data key, with whose it is. */
export function ownedKeys(surveys: readonly TenantSurvey[]): readonly OwnedKey[] {
  return surveys.flatMap(({ tenant, dataKeys }) => dataKeys.map((row) => ({ tenant, row })));
}

export async function summarize(
  port: KeyEncryption,
  bindings: readonly SecretBinding[],
  { surveys, unlisted }: Overview,
): Promise<KeyStatus> {
  const dataKeys = surveys.flatMap(describeDataKeys);
  const examination = await examineKeys(port, ownedKeys(surveys), { isSample: false });
  const damaged = new Set(examination.damaged.map(({ dataKeyId }) => dataKeyId));
  return {
    tenants: surveys.length,
    keyEncryptionKeys: await describeKeyEncryptionKeys(port, dataKeys, examination),
    dataKeys,
    columns: bindings.map((binding) => describeColumn(binding, surveys, damaged)),
    damagedDataKeys: examination.damaged,
    unlistedTenants: unlisted,
  };
}

function describeDataKeys({ tenant, dataKeys, counts }: TenantSurvey): readonly DataKeyStatus[] {
  return dataKeys.map(({ id, keyId, isCurrent }) => ({
    id,
    tenant,
    keyEncryptionKeyId: keyId,
    isCurrent,
    values: sum(counts.filter(({ dataKeyId }) => dataKeyId === id)),
  }));
}

async function describeKeyEncryptionKeys(
  port: KeyEncryption,
  dataKeys: readonly DataKeyStatus[],
  { missing, wrong }: Examination,
): Promise<readonly KeyEncryptionKeyStatus[]> {
  const { currentKeyId } = port;
  const used = [...new Set(dataKeys.map(({ keyEncryptionKeyId }) => keyEncryptionKeyId))].sort();
  // What no data key names was not tried yet.
  if (!used.includes(currentKeyId)) await tryKeyEncryption(port, randomBytes(KEY_BYTES));
  const stateOf = (id: string): KeyState => {
    if (missing.includes(id)) return 'missing';
    return wrong.includes(id) ? 'wrong' : 'works';
  };
  const ids = [currentKeyId, ...used.filter((each) => each !== currentKeyId)];
  return ids.map((id) => {
    const under = dataKeys.filter(({ keyEncryptionKeyId }) => keyEncryptionKeyId === id);
    return {
      id,
      isCurrent: id === currentKeyId,
      state: stateOf(id),
      dataKeys: under.length,
      values: sum(under),
    };
  });
}

function describeColumn(
  { place, kind }: SecretBinding,
  surveys: readonly TenantSurvey[],
  damaged: ReadonlySet<string>,
): ColumnStatus {
  const found = surveys.flatMap(({ dataKeys, counts }) => {
    const open = dataKeys.filter(({ id }) => !damaged.has(id));
    const states = new Map(open.map(({ id, isCurrent }) => [id, isCurrent]));
    return counts
      .filter((count) => count.place === place)
      .map(({ dataKeyId = '', values }) => ({ values, isCurrent: states.get(dataKeyId) }));
  });
  return {
    column: place,
    kind,
    values: sum(found),
    left: sum(found.filter(({ isCurrent }) => isCurrent === false)),
    unreadable: sum(found.filter(({ isCurrent }) => isCurrent === undefined)),
  };
}

function sum(counts: readonly { readonly values: number }[]): number {
  return counts.reduce((total, { values }) => total + values, 0);
}
