// Damaged data keys told apart from key-encryption keys that are missing or wrong.

import { describe, expect, it } from 'vitest';
import { PlinthError } from '../errors/index.js';
import { examineKeys, openDataKey } from './examine-keys.js';
import type { KeyEncryption } from './key-encryption.js';

/** Opens what is called "good". */
function portOf(error: Error, knownKeyIds?: readonly string[]): KeyEncryption {
  return {
    currentKeyId: 'new',
    ...(knownKeyIds === undefined ? {} : { knownKeyIds }),
    wrap: async () => 'good',
    unwrap: async (wrapped) => {
      if (wrapped === 'good') return new Uint8Array(32).fill(1);
      throw error;
    },
  };
}

const wrong = new PlinthError('SECRET_KEY_WRONG', 'it does not open', { hint: 'Restore it.' });
const unknown = new PlinthError('SECRET_KEY_UNKNOWN', 'it is not there', { hint: 'Add it.' });

/** Each is `key-encryption key: data key`, of a tenant of its own. */
function keysOf(texts: readonly string[]) {
  return texts.map((text, index) => {
    const [keyId = '', wrapped = ''] = text.split(': ');
    const row = { id: `${index}`, keyId, wrapped, isCurrent: true, createdAt: 0 };
    return { tenant: `t${index}`, row: { ...row, retiredAt: undefined } };
  });
}

describe.each([{ isSample: false }, { isSample: true }])('as a sample: $isSample', (options) => {
  it.each([
    { keys: ['new: bad'], wrong: ['new'], damaged: [] },
    { keys: ['new: bad', 'new: bad', 'new: good'], wrong: [], damaged: ['t0', 't1'] },
    { keys: ['old: bad'], wrong: ['old'], damaged: [] },
    { keys: ['old: bad', 'old: bad', 'new: good'], wrong: ['old'], damaged: [] },
    { keys: ['old: bad', 'new: good'], wrong: [], damaged: ['t0'] },
    { keys: ['old: bad', 'new: bad', 'new: bad'], wrong: ['new', 'old'], damaged: [] },
    { keys: ['old: bad', 'old: good', 'new: bad'], wrong: ['new'], damaged: ['t0'] },
    { keys: [], wrong: [], damaged: [] },
  ])('$keys: wrong $wrong, damaged $damaged', async ({ keys, ...expected }) => {
    const found = await examineKeys(portOf(wrong), keysOf(keys), options);
    const damaged = found.damaged.map(({ tenant }) => tenant);
    expect({ wrong: found.wrong, damaged }).toEqual(expected);
    expect(found.missing).toEqual([]);
  });

  it.each([
    ['that it does not list', portOf(wrong, ['new'])],
    ['that it finds missing when it is asked', portOf(unknown)],
  ])('tells of a key-encryption key %s', async (_, port) => {
    const found = await examineKeys(port, keysOf(['old: bad', 'new: good']), options);
    expect(found).toEqual({ damaged: [], wrong: [], missing: ['old'] });
  });

  it('takes a key service that fails for no damage', async () => {
    const work = examineKeys(portOf(new Error('away')), keysOf(['new: bad']), options);
    await expect(work).rejects.toMatchObject({ code: 'SECRET_KEY_SERVICE_FAILED' });
  });
});

it('opens one data key for each key-encryption key as a sample, and else all', async () => {
  const asked: string[] = [];
  const port = portOf(wrong);
  const counting: KeyEncryption = {
    ...port,
    unwrap: async (wrapped, keyId, context) => {
      asked.push(context.tenant);
      return await port.unwrap(wrapped, keyId, context);
    },
  };
  const keys = keysOf(
    Array.from({ length: 20 }, (_, index) => `${index % 2 ? 'old' : 'new'}: good`),
  );
  await examineKeys(counting, keys, { isSample: true });
  expect(asked).toEqual(['t0', 't1']);
  asked.length = 0;
  await examineKeys(counting, keys, { isSample: false });
  expect(asked.length).toBe(20);
});

it('says whose data key does not open, and why', async () => {
  const [key] = keysOf(['old: bad']);
  if (key === undefined) throw new Error('there is no key');
  expect(await openDataKey(portOf(wrong), key)).toEqual({
    damage: {
      tenant: 't0',
      dataKeyId: '0',
      keyEncryptionKeyId: 'old',
      reason: 'it does not open',
    },
  });
});
