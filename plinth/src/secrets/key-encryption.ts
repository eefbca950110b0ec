// The port to what keeps key-encryption keys, and the calls through it: what they return is checked,
// what they throw is told apart. It keeps no key.

import { timingSafeEqual } from 'node:crypto';
import { isPlinthError, PlinthError } from '../errors/index.js';
import { KEY_ID_MAX } from '../models/index.js';
import { KEY_BYTES } from './data-key.js';

/** What a wrapped data key is bound to. */
export interface KeyContext {
  readonly tenant: string;
  readonly dataKeyId: string;
}

/**
 * Wraps data keys with a key-encryption key: the environment's, or a key management service's. The
 * context is to be bound to what is wrapped, as AWS KMS does with an encryption context.
 */
export interface KeyEncryption {
  /** Id of the key that `wrap` uses: at most 100 characters. */
  readonly currentKeyId: string;
  /** Ids of all keys it can unwrap with, where it knows them. */
  readonly knownKeyIds?: readonly string[];
  /** Wraps 32 bytes under `currentKeyId`, and gives a text without U+0000. */
  wrap(dataKey: Uint8Array, context: KeyContext): Promise<string>;
  /**
   * @throws PlinthError SECRET_KEY_UNKNOWN or SECRET_KEY_WRONG where it knows that one of these is
   *   what is wrong. With SECRET_KEY_WRONG for a data key that does not open, rotation passes that one
   *   by; any other error stops it.
   */
  unwrap(wrapped: string, keyId: string, context: KeyContext): Promise<Uint8Array>;
}

/** A data key as it is kept. */
export interface WrappedKey {
  readonly keyId: string;
  readonly wrapped: string;
}

/** @throws PlinthError SECRET_KEY_SERVICE_FAILED, or what the port throws of Plinth's own. */
export async function wrapDataKey(
  port: KeyEncryption,
  bytes: Uint8Array,
  context: KeyContext,
): Promise<WrappedKey> {
  const keyId = port.currentKeyId;
  if (keyId === '' || keyId.length > KEY_ID_MAX) {
    throw serviceFailed('name its current key', `its id has ${keyId.length} characters`);
  }
  const wrapped = await ask('wrap a data key', () => port.wrap(bytes, context));
  return { keyId, wrapped };
}

/** @throws PlinthError SECRET_KEY_SERVICE_FAILED, or what the port throws of Plinth's own. */
export async function unwrapDataKey(
  port: KeyEncryption,
  { keyId, wrapped }: WrappedKey,
  context: KeyContext,
): Promise<Uint8Array> {
  const what = `unwrap a data key with the key-encryption key ${keyId}`;
  const bytes = await ask(what, () => port.unwrap(wrapped, keyId, context));
  if (bytes.length === KEY_BYTES) return bytes;
  throw serviceFailed(what, `it gave ${bytes.length} bytes instead of ${KEY_BYTES}`);
}

/** Whether the port can wrap and unwrap at all: what comes back must be what was given. */
export async function tryKeyEncryption(port: KeyEncryption, probe: Uint8Array): Promise<void> {
  const context = { tenant: '', dataKeyId: '' };
  const back = await unwrapDataKey(port, await wrapDataKey(port, probe, context), context);
  if (timingSafeEqual(back, probe)) return;
  throw serviceFailed('give back what it wrapped', 'it gave other bytes');
}

async function ask<Result>(what: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (isPlinthError(error)) throw error;
    throw serviceFailed(what, error instanceof Error ? error.message : String(error), error);
  }
}

function serviceFailed(what: string, reason: string, cause?: unknown): PlinthError {
  return new PlinthError(
    'SECRET_KEY_SERVICE_FAILED',
    `the key encryption could not ${what}: ${reason}`,
    {
      hint: 'See that the key service can be reached and that this program may use the key.',
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
