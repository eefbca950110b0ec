// Which data keys open, and which do not: what tells one damaged row from a key-encryption key that is
// missing or wrong. It opens no value and changes nothing.

import { isPlinthError, PlinthError } from '../errors/index.js';
import type { DataKeyRow } from './data-key-rows.js';
import { type KeyEncryption, unwrapDataKey } from './key-encryption.js';

/** Data keys that are opened at the same time. */
const AT_ONCE = 8;

export interface OwnedKey {
  readonly tenant: string;
  readonly row: DataKeyRow;
}

/** A data key that does not open, though its key-encryption key is there and opens others. */
export interface DamagedDataKey {
  readonly tenant: string;
  readonly dataKeyId: string;
  readonly keyEncryptionKeyId: string;
  readonly reason: string;
}

export interface Examination {
  /** Those whose key-encryption key is neither missing nor wrong. */
  readonly damaged: readonly DamagedDataKey[];
  /** Ids of key-encryption keys that data keys name and that are not there, sorted. */
  readonly missing: readonly string[];
  /** Ids of key-encryption keys that are there and are others, sorted. */
  readonly wrong: readonly string[];
}

/** The data keys that name one key-encryption key, as far as they were looked at. */
interface Group {
  readonly id: string;
  readonly dataKeys: number;
  readonly isMissing: boolean;
  readonly opens: boolean;
  readonly damaged: readonly DamagedDataKey[];
}

/**
 * Opens data keys: all of them, or as a sample, for each key-encryption key, until one opens.
 *
 * A key-encryption key that opens none of its data keys is wrong. An older one is not, where the
 * current one opens data keys and has no fewer of them: then it is damaged data keys that rotation had
 * to leave, and they are to keep no service from starting.
 *
 * @throws PlinthError SECRET_KEY_SERVICE_FAILED.
 */
export async function examineKeys(
  port: KeyEncryption,
  keys: readonly OwnedKey[],
  { isSample }: { readonly isSample: boolean },
): Promise<Examination> {
  const groups: Group[] = [];
  for (const id of new Set(keys.map(({ row }) => row.keyId))) {
    const its = keys.filter(({ row }) => row.keyId === id);
    groups.push(await examineGroup(port, id, its, isSample));
  }
  const current = groups.find(({ id }) => id === port.currentKeyId);
  const isWrong = ({ id, dataKeys, isMissing, opens }: Group) => {
    if (isMissing || opens) return false;
    return id === current?.id || current?.opens !== true || current.dataKeys < dataKeys;
  };
  const wrong = groups.filter(isWrong);
  return {
    damaged: groups.filter((group) => !wrong.includes(group)).flatMap(({ damaged }) => damaged),
    missing: idsOf(groups.filter(({ isMissing }) => isMissing)),
    wrong: idsOf(wrong),
  };
}

function idsOf(groups: readonly Group[]): readonly string[] {
  return groups.map(({ id }) => id).sort();
}

async function examineGroup(
  port: KeyEncryption,
  id: string,
  keys: readonly OwnedKey[],
  isSample: boolean,
): Promise<Group> {
  const group = { id, dataKeys: keys.length, isMissing: false, opens: false };
  const damaged: DamagedDataKey[] = [];
  if (port.knownKeyIds?.includes(id) === false) return { ...group, isMissing: true, damaged };
  const atOnce = isSample ? 1 : AT_ONCE;
  try {
    for (let start = 0; start < keys.length && !(isSample && group.opens); start += atOnce) {
      const some = keys.slice(start, start + atOnce);
      for (const found of await Promise.all(some.map((key) => openDataKey(port, key)))) {
        if ('damage' in found) damaged.push(found.damage);
        else {
          found.bytes.fill(0);
          group.opens = true;
        }
      }
    }
  } catch (error) {
    if (!isPlinthError(error, 'SECRET_KEY_UNKNOWN')) throw error;
    return { ...group, isMissing: true, damaged: [] };
  }
  return { ...group, damaged };
}

/**
 * The bytes of a data key, which the caller wipes, or why it does not open.
 *
 * @throws PlinthError SECRET_KEY_UNKNOWN or SECRET_KEY_SERVICE_FAILED: these are not of this data key.
 */
export async function openDataKey(
  port: KeyEncryption,
  { tenant, row }: OwnedKey,
): Promise<{ readonly bytes: Uint8Array } | { readonly damage: DamagedDataKey }> {
  try {
    return { bytes: await unwrapDataKey(port, row, { tenant, dataKeyId: row.id }) };
  } catch (error) {
    const isOfThisKey =
      isPlinthError(error, 'SECRET_KEY_WRONG') || isPlinthError(error, 'SECRET_NOT_AUTHENTIC');
    if (!isOfThisKey) throw error;
    const { id: dataKeyId, keyId: keyEncryptionKeyId } = row;
    return { damage: { tenant, dataKeyId, keyEncryptionKeyId, reason: error.message } };
  }
}

/** @throws PlinthError SECRET_KEY_UNKNOWN or SECRET_KEY_WRONG, with all that are. */
export function refuseKeys({ missing, wrong }: Examination): void {
  if (missing.length > 0) throw missingKeys(missing);
  if (wrong.length > 0) throw wrongKeys(wrong);
}

function missingKeys(missing: readonly string[]): PlinthError {
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

function wrongKeys(wrong: readonly string[]): PlinthError {
  const names = wrong.join(', ');
  const [what, opens] = wrong.length === 1 ? ['key', 'opens'] : ['keys', 'open'];
  return new PlinthError(
    'SECRET_KEY_WRONG',
    `the key-encryption ${what} ${names} ${opens} none of the data keys that name ${wrong.length === 1 ? 'it' : 'them'}`,
    {
      hint: `Give ${names} the key that it had when these data keys were made; where the key is right, restore the data keys from a backup.`,
      details: { wrong },
    },
  );
}
