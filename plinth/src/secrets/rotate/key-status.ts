// How a project's keys stand: which are in use, which values are left under older ones, and what
// nobody can open. It changes nothing.

import { randomBytes } from 'node:crypto';
import { isPlinthError, PlinthError } from '../../errors/index.js';
import {
  collectSecrets,
  type DataKeyTable,
  type SecretBinding,
  type SecretModels,
} from '../../models/index.js';
import { KEY_BYTES } from '../data-key.js';
import { type KeyEncryption, tryKeyEncryption, unwrapDataKey } from '../key-encryption.js';
import { listTenants } from '../list-tenants.js';
import type { SecretDatabase } from '../secret-database.js';
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
  /** Whether it opens a data key that names it; `missing` and `wrong` keep values from being read. */
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
  /** Of these, not encrypted at all, or with a data key that is not there. */
  readonly unreadable: number;
}

export interface KeyStatus {
  readonly tenants: number;
  readonly keyEncryptionKeys: readonly KeyEncryptionKeyStatus[];
  readonly dataKeys: readonly DataKeyStatus[];
  readonly columns: readonly ColumnStatus[];
}

/**
 * Counts keys and values. It reads every table that has encrypted columns.
 *
 * @throws PlinthError SECRET_TENANTS_UNKNOWN, SECRET_COLUMN_INVALID, or one of MODELS_*.
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

export async function surveyAll(
  db: SecretDatabase,
  table: DataKeyTable,
  bindings: readonly SecretBinding[],
  query: string | undefined,
): Promise<readonly TenantSurvey[]> {
  const places = new Map(bindings.map((binding) => [binding.table, binding]));
  const keys = { table, tenant: table.tenantId };
  const tenants = await listTenants(db, [keys, ...places.values()], query);
  const surveys: TenantSurvey[] = [];
  for (const tenant of tenants) surveys.push(await surveyTenant(db, table, bindings, tenant));
  return surveys;
}

export async function summarize(
  port: KeyEncryption,
  bindings: readonly SecretBinding[],
  surveys: readonly TenantSurvey[],
): Promise<KeyStatus> {
  const dataKeys = surveys.flatMap(describeDataKeys);
  return {
    tenants: surveys.length,
    keyEncryptionKeys: await describeKeyEncryptionKeys(port, dataKeys, surveys),
    dataKeys,
    columns: bindings.map((binding) => describeColumn(binding, surveys)),
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
  surveys: readonly TenantSurvey[],
): Promise<readonly KeyEncryptionKeyStatus[]> {
  const { currentKeyId } = port;
  const used = [...new Set(dataKeys.map(({ keyEncryptionKeyId }) => keyEncryptionKeyId))].sort();
  const described: KeyEncryptionKeyStatus[] = [];
  for (const id of [currentKeyId, ...used.filter((each) => each !== currentKeyId)]) {
    const under = dataKeys.filter(({ keyEncryptionKeyId }) => keyEncryptionKeyId === id);
    described.push({
      id,
      isCurrent: id === currentKeyId,
      state: await tryKey(port, id, surveys),
      dataKeys: under.length,
      values: sum(under),
    });
  }
  return described;
}

/** Opens one data key that names it. One that none names can only be the current one. */
async function tryKey(
  port: KeyEncryption,
  keyId: string,
  surveys: readonly TenantSurvey[],
): Promise<KeyState> {
  try {
    for (const { tenant, dataKeys } of surveys) {
      const row = dataKeys.find((each) => each.keyId === keyId);
      if (row === undefined) continue;
      const bytes = await unwrapDataKey(port, row, { tenant, dataKeyId: row.id });
      bytes.fill(0);
      return 'works';
    }
    await tryKeyEncryption(port, randomBytes(KEY_BYTES));
    return 'works';
  } catch (error) {
    if (isPlinthError(error, 'SECRET_KEY_UNKNOWN')) return 'missing';
    if (isPlinthError(error, 'SECRET_KEY_WRONG')) return 'wrong';
    throw error;
  }
}

function describeColumn(
  { place, kind }: SecretBinding,
  surveys: readonly TenantSurvey[],
): ColumnStatus {
  const found = surveys.flatMap(({ dataKeys, counts }) => {
    const states = new Map(dataKeys.map(({ id, isCurrent }) => [id, isCurrent]));
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
