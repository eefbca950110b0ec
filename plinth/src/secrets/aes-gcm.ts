// AES-256-GCM over bytes: nonce, ciphertext and tag in one piece. It knows neither keys' names nor
// envelopes.

import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import { NONCE_BYTES, TAG_BYTES } from '../models/index.js';

const ALGORITHM = 'aes-256-gcm';

/**
 * @param nonce Only for test vectors. Default: random bytes, as it must be: a nonce that is used
 *   twice with one key gives away both plaintexts.
 */
export function encryptBytes(
  key: KeyObject,
  plaintext: Uint8Array,
  associated: Uint8Array,
  nonce: Uint8Array = randomBytes(NONCE_BYTES),
): Buffer {
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associated);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** The plaintext; `undefined` where key, associated data and bytes do not belong together. */
export function decryptBytes(
  key: KeyObject,
  bytes: Uint8Array,
  associated: Uint8Array,
): Buffer | undefined {
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const end = bytes.length - TAG_BYTES;
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associated);
  decipher.setAuthTag(bytes.subarray(end));
  const plaintext = decipher.update(bytes.subarray(NONCE_BYTES, end));
  try {
    return Buffer.concat([plaintext, decipher.final()]);
  } catch {
    // Node throws one error for all: the tag is not of these bytes. What was decrypted until then
    // means nothing.
    plaintext.fill(0);
    return undefined;
  }
}
