// Rotation from its beginning to what is left: data keys under the current key-encryption key, and,
// where it is asked for, values under new data keys. It may stop anywhere and be begun again.

import { randomBytes } from 'node:crypto';
import { KEY_BYTES } from '../data-key.js';
import { type DataKeySource, DataKeys } from '../data-keys.js';
import { examineKeys, refuseKeys } from '../examine-keys.js';
import { KeyCache } from '../key-cache.js';
import { tryKeyEncryption } from '../key-encryption.js';
import type { SecretDatabase } from '../secret-database.js';
import { encryptBatch, type SecretProblem } from './encrypt-again.js';
import {
  findSecrets,
  type KeyStatus,
  type KeyStatusOptions,
  ownedKeys,
  type Secrets,
  summarize,
  surveyAll,
} from './key-status.js';
import { renewDataKey, rewrapDataKeys } from './renew-data-keys.js';
import { readSecretTables, type SecretTable } from './secret-table.js';
import type { TenantSurvey } from './survey.js';

/** Problems that are told one by one; the status counts all. */
const MAX_PROBLEMS = 1000;

/** Who audit rows say has rotated. */
const ROTATION_ACTOR = 'plinth keys rotate';

/** Rows that are encrypted again in one transaction. */
export const DEFAULT_BATCH = 100;

export interface RotationOptions extends KeyStatusOptions {
  /** Gives tenants new data keys too, and encrypts all values again. Default: false. */
  readonly dataKeys?: boolean | undefined;
  /** Rows in one transaction. Default: 100. */
  readonly batch?: number | undefined;
  /** Stops it between two batches. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each batch. */
  readonly onProgress?: ((progress: RotationProgress) => void) | undefined;
}

export interface RotationProgress {
  readonly tenant: string;
  /** Values and blind indexes that were encrypted again until now. */
  readonly encrypted: number;
}

export interface Rotation {
  /** Data keys that were wrapped anew. */
  readonly rewrapped: number;
  /** Tenants that were given a new data key. */
  readonly renewed: number;
  /** Whether it went on with an earlier one that had not come to its end. */
  readonly resumed: boolean;
  /** Values and blind indexes that were encrypted again. */
  readonly encrypted: number;
  /** Values that do not open, and were left as they are: 1000 at most. */
  readonly problems: readonly SecretProblem[];
  /** How all stands at the end, with what is left. */
  readonly status: KeyStatus;
}

/**
 * Wraps all data keys by the current key-encryption key; with `dataKeys` also gives each tenant a new
 * data key and encrypts all values again. The service goes on meanwhile: older data keys are retired
 * and never deleted, so what it writes with one can be read, and is told of as left.
 *
 * Run it again after it was stopped: it goes on with what is left. Then a tenant gets a new data key
 * only where its own is older than the rotation that was stopped.
 *
 * A data key that does not open, because it was moved or damaged, stays as it is and is told of in the
 * status; all others are rotated. With `dataKeys` its tenant gets a new one.
 *
 * @throws PlinthError SECRET_KEY_UNKNOWN where a key-encryption key is missing and SECRET_KEY_WRONG
 *   where one opens none of its data keys, before anything is changed; SECRET_KEY_SERVICE_FAILED,
 *   TENANCY_TENANTS_UNKNOWN or SECRET_COLUMN_INVALID; RangeError for a batch that is no whole number from 1; the reason of the
 *   signal.
 */
export async function rotateKeys(
  database: SecretDatabase,
  options: RotationOptions,
): Promise<Rotation> {
  const db = inName(database);
  const { keyEncryption, tenants: query, signal, batch = DEFAULT_BATCH } = options;
  if (!Number.isInteger(batch) || batch < 1) throw new RangeError(`a batch has ${batch} rows`);
  const secrets = findSecrets(options.schema);
  const { table, bindings } = secrets;
  await tryKeyEncryption(keyEncryption, randomBytes(KEY_BYTES));
  const { surveys } = await surveyAll(db, table, bindings, query);
  const examination = await examineKeys(keyEncryption, ownedKeys(surveys), { isSample: false });
  refuseKeys(examination);
  const damaged = new Set(examination.damaged.map(({ dataKeyId }) => dataKeyId));
  const source = { db, table, keyEncryption };
  let rewrapped = 0;
  for (const survey of surveys) {
    signal?.throwIfAborted();
    rewrapped += await rewrapDataKeys(source, survey);
  }
  const values =
    options.dataKeys === true
      ? await renewAll(source, { ...secrets, damaged }, surveys, options)
      : NOTHING_RENEWED;
  const after = await surveyAll(db, table, bindings, query);
  return { rewrapped, ...values, status: await summarize(keyEncryption, bindings, after) };
}

/** The same database, whose audit rows tell who changed keys and values. */
function inName(db: SecretDatabase): SecretDatabase {
  return { engine: db.engine, tenant: (id) => db.tenant(id, { actor: ROTATION_ACTOR }) };
}

type Renewal = Pick<Rotation, 'renewed' | 'resumed' | 'encrypted' | 'problems'>;

const NOTHING_RENEWED: Renewal = { renewed: 0, resumed: false, encrypted: 0, problems: [] };

interface RenewedSecrets extends Secrets {
  /** Ids of the data keys that do not open. */
  readonly damaged: ReadonlySet<string>;
}

async function renewAll(
  source: DataKeySource,
  secrets: RenewedSecrets,
  surveys: readonly TenantSurvey[],
  options: RotationOptions,
): Promise<Renewal> {
  const { damaged } = secrets;
  const begun = beginningOf(surveys, damaged);
  // All keys first: should it stop, what is left under the retired ones tells when it began.
  let renewed = 0;
  for (const { tenant, dataKeys } of surveys) {
    options.signal?.throwIfAborted();
    const current = dataKeys.find(({ isCurrent }) => isCurrent);
    if (current === undefined) continue;
    const isNew = begun !== undefined && current.createdAt >= begun;
    if (isNew && !damaged.has(current.id)) continue;
    if (await renewDataKey(source, tenant, current)) renewed++;
  }
  const tables = await readSecretTables(source.db, secrets.bindings);
  const written = await encryptTenants(source, secrets, tables, options);
  return { renewed, resumed: begun !== undefined, ...written };
}

/**
 * When a rotation began that has left values under retired data keys; `undefined` without one. What is
 * under damaged ones stays there for good, and tells nothing.
 */
function beginningOf(
  surveys: readonly TenantSurvey[],
  damaged: ReadonlySet<string>,
): number | undefined {
  const times = surveys.flatMap(({ dataKeys, counts }) => {
    const used = new Set(counts.map(({ dataKeyId }) => dataKeyId));
    return dataKeys.flatMap(({ id, retiredAt }) =>
      retiredAt !== undefined && used.has(id) && !damaged.has(id) ? [retiredAt] : [],
    );
  });
  return times.length === 0 ? undefined : Math.min(...times);
}

async function encryptTenants(
  source: DataKeySource,
  { table, bindings, damaged }: RenewedSecrets,
  tables: readonly SecretTable[],
  options: RotationOptions,
): Promise<Pick<Rotation, 'encrypted' | 'problems'>> {
  const problems: SecretProblem[] = [];
  let encrypted = 0;
  const { surveys } = await surveyAll(source.db, table, bindings, options.tenants);
  for (const tenant of lastRenewedFirst(surveys, damaged)) {
    const keys = new DataKeys(source, new KeyCache(1, Number.POSITIVE_INFINITY, () => 0));
    for (const each of tables) {
      for await (const batch of encryptTable(source.db, keys, each, tenant, options)) {
        encrypted += batch.encrypted;
        problems.push(...batch.problems.slice(0, MAX_PROBLEMS - problems.length));
        options.onProgress?.({ tenant, encrypted });
      }
    }
  }
  return { encrypted, problems };
}

// The tenant whose key was retired first comes last: as long as anything is left, it still tells when
// the rotation began.
function lastRenewedFirst(
  surveys: readonly TenantSurvey[],
  damaged: ReadonlySet<string>,
): readonly string[] {
  return surveys
    .filter((survey) => beginningOf([survey], NONE_DAMAGED) !== undefined)
    .map((survey) => ({
      tenant: survey.tenant,
      begun: beginningOf([survey], damaged) ?? Number.POSITIVE_INFINITY,
    }))
    .sort((one, other) => Number(one.begun < other.begun) - Number(one.begun > other.begun))
    .map(({ tenant }) => tenant);
}

const NONE_DAMAGED: ReadonlySet<string> = new Set();

async function* encryptTable(
  db: SecretDatabase,
  keys: DataKeys,
  table: SecretTable,
  tenant: string,
  { batch: size = DEFAULT_BATCH, signal }: RotationOptions,
) {
  let after: readonly string[] | undefined;
  do {
    signal?.throwIfAborted();
    const batch = await encryptBatch(db, keys, table, { tenant, size, after });
    yield batch;
    after = batch.last;
  } while (after !== undefined);
}
