import { describe, expect, it } from 'vitest';
import { isPlinthError } from '../errors/index.js';
import { generateKeyEncryptionKey, keyEncryptionFromEnv } from './environment-keys.js';

const A = Buffer.from('0123456789abcdef0123456789abcdef').toString('base64');
const B = Buffer.from('fedcba9876543210fedcba9876543210').toString('base64');
const SHORT = Buffer.from('0123456789abcdef').toString('base64');
const FLAT = Buffer.alloc(32, 7).toString('base64');
const context = { tenant: 'acme', dataKeyId: '6f1d2c3b-4a59-4687-9786-a5b4c3d2e1f0' };

function problemsOf(text: string | undefined): readonly unknown[] {
  try {
    keyEncryptionFromEnv({ KEY_ENCRYPTION_KEYS: text });
  } catch (error) {
    if (!isPlinthError(error, 'SECRET_KEYS_INVALID')) throw error;
    const shown = JSON.stringify([error.message, error.hint, error.details]);
    for (const key of [A, B, SHORT, FLAT]) expect(shown).not.toContain(key.slice(0, 12));
    const { problems } = error.details;
    if (Array.isArray(problems)) return problems;
  }
  throw new Error('it was not refused');
}

describe('keyEncryptionFromEnv', () => {
  it('takes the first key as the current one, and knows all', () => {
    const port = keyEncryptionFromEnv({ KEY_ENCRYPTION_KEYS: ` k2:${B} ,\n k1:${A} ` });
    expect(port).toMatchObject({ currentKeyId: 'k2', knownKeyIds: ['k2', 'k1'] });
  });

  it.each([
    ['nothing', undefined, ['is not set']],
    ['an empty text', '  ', ['is not set']],
    ['no id', A, [expect.stringMatching(/^entry 1 is not id:key/)]],
    ['an empty id', `:${A}`, [expect.stringMatching(/^entry 1 is not id:key/)]],
    ['an id with a space', `a b:${A}`, [expect.stringMatching(/^entry 1 is not id:key/)]],
    ['a comma too many', `k1:${A},`, [expect.stringMatching(/^entry 2 is not id:key/)]],
    ['a short key', `k1:${SHORT}`, ['k1 has a key of 16 bytes, not 32']],
    ['no key', 'k1:', ['k1 has a key of 0 bytes, not 32']],
    ['a key that is cut', `k1:${A.slice(0, -2)}`, ['k1 has a key that is no base64']],
    [
      'a key with a space in it',
      `k1:${A.slice(0, 9)} ${A.slice(9)}`,
      ['k1 has a key that is no base64'],
    ],
    ['a key that is not random', `k1:${FLAT}`, ['k1 has a key that is not random']],
    ['an id twice', `k1:${A},k1:${B}`, ['k1 is there twice']],
    ['a key twice', `k1:${A},k2:${A}`, ['k2 has the same key as k1']],
    [
      'several problems',
      `k1:${SHORT},k2:!,k3:${A}`,
      ['k1 has a key of 16 bytes, not 32', 'k2 has a key that is no base64'],
    ],
  ])('refuses %s', (_, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  it('unwraps what an older key has wrapped', async () => {
    const before = keyEncryptionFromEnv({ KEYS: `k1:${A}` }, 'KEYS');
    const after = keyEncryptionFromEnv({ KEYS: `k2:${B},k1:${A}` }, 'KEYS');
    const dataKey = Buffer.from(B, 'base64');
    const wrapped = await before.wrap(dataKey, context);
    expect(await after.unwrap(wrapped, 'k1', context)).toEqual(dataKey);
    await expect(after.unwrap(wrapped, 'k2', context)).rejects.toMatchObject({
      code: 'SECRET_KEY_WRONG',
    });
    await expect(after.unwrap(wrapped, 'k3', context)).rejects.toMatchObject({
      code: 'SECRET_KEY_UNKNOWN',
      message: expect.stringContaining('k3'),
    });
  });

  it('wraps the same key to another text each time', async () => {
    const port = keyEncryptionFromEnv({ KEY_ENCRYPTION_KEYS: `k1:${A}` });
    const texts = await Promise.all(
      Array.from({ length: 50 }, () => port.wrap(Buffer.from(B, 'base64'), context)),
    );
    expect(new Set(texts).size).toBe(50);
  });
});

describe('generateKeyEncryptionKey', () => {
  it('makes a key that is taken, another each time', () => {
    const entries = Array.from({ length: 20 }, () => generateKeyEncryptionKey());
    const port = keyEncryptionFromEnv({ KEY_ENCRYPTION_KEYS: entries.join(',') });
    expect(port.knownKeyIds).toHaveLength(20);
  });

  it.each(['', 'a:b', 'a,b', 'ü', 'x'.repeat(101)])('refuses the id %j', (id) => {
    expect(() => generateKeyEncryptionKey(id)).toThrow(/letters, digits/);
  });
});
