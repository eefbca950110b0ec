// The keys of a development machine: one to sign tokens with, one to encrypt secrets under. They
// lie in a file beside the embedded data, made once and never changed.

import { randomBytes } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  type CryptoKey,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import { type EmbeddedTarget, isPlinthError } from 'plinth';
import { keyEncryptionFromEnv } from 'plinth/secrets';
import { z } from 'zod';
import { StartError } from '../start-error.js';
import { codeOf, readOrCreate } from './secret-file.js';
import type { Verifier } from './verifier.js';

export interface DevelopmentKeys {
  readonly signingKey: CryptoKey;
  /** Accepts what the signing key signed. */
  readonly verifier: Verifier;
  /** As KEY_ENCRYPTION_KEYS has them. A secret. */
  readonly keyEncryptionKeys: string;
}

export const DEVELOPMENT_ALGORITHM = 'ES256';
const ISSUER = 'urn:plinth:development';
const AUDIENCE = 'plinth-service';

const fileSchema = z.object({
  signingKey: z.object({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: z.string(),
    y: z.string(),
    d: z.string(),
  }),
  keyEncryptionKeys: z.string().min(1),
});

type KeyFile = z.infer<typeof fileSchema>;

/**
 * Reads the keys that belong to an embedded database, and makes them where there are none; several
 * processes that make them at once agree on those of the first.
 *
 * @param folder What a relative folder of the database is relative to.
 * @throws StartError where the file is damaged, or cannot be read or written.
 */
export async function loadDevelopmentKeys(
  { dataDir }: EmbeddedTarget,
  folder: string,
): Promise<DevelopmentKeys> {
  const data = resolve(folder, dataDir ?? join('.plinth', 'memory'));
  let path = data;
  let text: string;
  try {
    path = `${await resolveLinks(data)}.keys.json`;
    text = await readOrCreate(path, makeKeys);
  } catch (cause) {
    throw notAccessible(path, cause);
  }
  const keys = await readKeys(text);
  if (keys === undefined) throw damaged(path);
  return keys;
}

/** Whichever way leads to a folder, its keys are the same. */
async function resolveLinks(data: string): Promise<string> {
  // As the engine makes it, and before it does: nobody else may read what is in there.
  await mkdir(dirname(data), { recursive: true, mode: 0o700 });
  try {
    return await realpath(data);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return join(await realpath(dirname(data)), basename(data));
  }
}

async function makeKeys(): Promise<string> {
  const { privateKey } = await generateKeyPair(DEVELOPMENT_ALGORITHM, { extractable: true });
  const keyId = `development-${randomBytes(4).toString('hex')}`;
  const keys: KeyFile = fileSchema.parse({
    signingKey: await exportJWK(privateKey),
    keyEncryptionKeys: `${keyId}:${randomBytes(32).toString('base64')}`,
  });
  return `${JSON.stringify(keys, undefined, 2)}\n`;
}

/** `undefined` for a text that holds no keys. What is wrong with it nobody says: it is a secret. */
async function readKeys(text: string): Promise<DevelopmentKeys | undefined> {
  const { data } = fileSchema.safeParse(parseJson(text));
  if (data === undefined) return undefined;
  const { d: _, ...publicKey } = data.signingKey;
  const signingKey = await importKey(data.signingKey);
  if (signingKey === undefined || !areKeys(data.keyEncryptionKeys)) return undefined;
  const findKey = createLocalJWKSet({ keys: [{ ...publicKey, alg: DEVELOPMENT_ALGORITHM }] });
  const verifier = { issuer: ISSUER, audience: AUDIENCE, findKey };
  return { signingKey, verifier, keyEncryptionKeys: data.keyEncryptionKeys };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function importKey(jwk: JWK): Promise<CryptoKey | undefined> {
  try {
    const key = await importJWK(jwk, DEVELOPMENT_ALGORITHM);
    return key instanceof Uint8Array ? undefined : key;
  } catch {
    // Whichever way the numbers are wrong, they are no key.
    return undefined;
  }
}

function areKeys(keyEncryptionKeys: string): boolean {
  try {
    keyEncryptionFromEnv({ KEY_ENCRYPTION_KEYS: keyEncryptionKeys });
    return true;
  } catch (error) {
    if (isPlinthError(error, 'SECRET_KEYS_INVALID')) return false;
    throw error;
  }
}

function damaged(path: string): StartError {
  return new StartError(`the development keys in ${path} are damaged`, {
    hint:
      'Restore the file, and do not delete it: secrets in the database beside it are encrypted ' +
      'under a key in it.',
  });
}

function notAccessible(path: string, cause: unknown): StartError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StartError(`the development keys in ${path} cannot be read or made: ${reason}`, {
    hint:
      'Let this user read and write the file, and do not delete it: secrets in the database ' +
      'beside it are encrypted under a key in it.',
    cause,
  });
}
