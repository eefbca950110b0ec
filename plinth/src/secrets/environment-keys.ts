// Key-encryption keys from an environment variable: `id:base64`, with commas between, the current one
// first. No key ever stands in a message.

import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { PlinthError } from '../errors/index.js';
import { KEY_ID_MAX } from '../models/index.js';
import { KEY_BYTES } from './data-key.js';
import type { KeyEncryption } from './key-encryption.js';
import { type NamedKey, unwrapKey, wrapKey } from './wrap-key.js';

/** The variable that holds the key-encryption keys. */
export const KEYS_VARIABLE = 'KEY_ENCRYPTION_KEYS';

const KEY_ID = new RegExp(`^[A-Za-z0-9._-]{1,${KEY_ID_MAX}}$`);

/**
 * The key-encryption keys of an environment variable. New data keys are wrapped by the first; the
 * others open what was wrapped before. `plinth keys generate` prints one.
 *
 * @param variable Default: `KEY_ENCRYPTION_KEYS`.
 * @throws PlinthError SECRET_KEYS_INVALID with every problem at once, and no key.
 * @example
 * const keyEncryption = keyEncryptionFromEnv(process.env);
 */
export function keyEncryptionFromEnv(
  env: Readonly<Record<string, string | undefined>>,
  variable: string = KEYS_VARIABLE,
): KeyEncryption {
  const keys = readKeys(env[variable]?.trim() ?? '', variable);
  const [current = ''] = keys.keys();
  return {
    currentKeyId: current,
    knownKeyIds: [...keys.keys()],
    wrap: async (dataKey, context) => wrapKey(findKey(keys, current, variable), dataKey, context),
    unwrap: async (wrapped, keyId, context) =>
      unwrapKey(findKey(keys, keyId, variable), wrapped, context),
  };
}

/** A new key, as one entry of the variable. Its id names the day, so that the older one is seen. */
export function generateKeyEncryptionKey(id: string = newId()): string {
  if (!KEY_ID.test(id)) throw invalidKeys('The id of the new key', [ID_RULE]);
  return `${id}:${randomBytes(KEY_BYTES).toString('base64')}`;
}

function newId(): string {
  const day = new Date().toISOString().slice(0, 10);
  return `${day}-${randomBytes(3).toString('hex')}`;
}

function findKey(keys: ReadonlyMap<string, KeyObject>, id: string, variable: string): NamedKey {
  const key = keys.get(id);
  if (key !== undefined) return { id, key };
  throw new PlinthError(
    'SECRET_KEY_UNKNOWN',
    `a data key is wrapped by the key-encryption key ${id}, which is not in ${variable}`,
    {
      hint: `Add ${id} to ${variable}, behind the current key.`,
      details: { keyId: id, known: [...keys.keys()] },
    },
  );
}

const ID_RULE = `has an id that is not made of 1 to ${KEY_ID_MAX} letters, digits, dots, hyphens and underscores`;

function readKeys(text: string, variable: string): ReadonlyMap<string, KeyObject> {
  if (text === '') throw invalidKeys(variable, ['is not set']);
  const keys = new Map<string, KeyObject>();
  const problems: string[] = [];
  const seen = new Map<string, string>();
  for (const [index, entry] of text.split(',').entries()) {
    const { id, bytes, problem } = readEntry(entry.trim());
    // Its place and not its text: half of a key may stand where an id should.
    const name = problem === ID_PROBLEM || id === '' ? `entry ${index + 1}` : id;
    const digest = bytes.toString('base64');
    const twin = seen.get(digest);
    if (problem !== undefined) problems.push(`${name} ${problem}`);
    else if (keys.has(id)) problems.push(`${id} is there twice`);
    else if (twin !== undefined) problems.push(`${id} has the same key as ${twin}`);
    else {
      keys.set(id, createSecretKey(bytes));
      seen.set(digest, id);
    }
    bytes.fill(0);
  }
  if (problems.length > 0) throw invalidKeys(variable, problems);
  return keys;
}

const ID_PROBLEM = `is not id:key, or ${ID_RULE}`;

function readEntry(entry: string): {
  readonly id: string;
  readonly bytes: Buffer;
  readonly problem: string | undefined;
} {
  const colon = entry.indexOf(':');
  const id = entry.slice(0, Math.max(colon, 0));
  const text = entry.slice(colon + 1);
  const bytes = Buffer.from(colon === -1 ? '' : text, 'base64');
  return { id, bytes, problem: problemOf(id, text, bytes) };
}

function problemOf(id: string, text: string, bytes: Buffer): string | undefined {
  if (!KEY_ID.test(id)) return ID_PROBLEM;
  if (bytes.toString('base64') !== text) return 'has a key that is no base64';
  if (bytes.length !== KEY_BYTES) return `has a key of ${bytes.length} bytes, not ${KEY_BYTES}`;
  if (bytes.every((byte) => byte === bytes[0])) return 'has a key that is not random';
  return undefined;
}

function invalidKeys(what: string, problems: readonly string[]): PlinthError {
  return new PlinthError('SECRET_KEYS_INVALID', `${what} cannot be used: ${problems.join('; ')}`, {
    hint: `Set ${KEYS_VARIABLE} to what \`plinth keys generate\` prints.`,
    details: { problems },
  });
}
