// A data key ready for use: two keys derived from it, one for values and one for blind indexes. The
// bytes themselves are wiped; what is left is in OpenSSL's memory, which wipes it when it is freed.

import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** Bytes of a data key, and of a key-encryption key. */
export const KEY_BYTES = 32;

export interface DataKey {
  readonly id: string;
  readonly values: KeyObject;
  readonly blindIndexes: KeyObject;
}

/** Derives both keys with HKDF-SHA-256 (RFC 5869, without a salt), and wipes `bytes`. */
export function readyDataKey(id: string, bytes: Uint8Array): DataKey {
  const values = deriveKey(bytes, 'plinth:1 values');
  const blindIndexes = deriveKey(bytes, 'plinth:1 blind indexes');
  bytes.fill(0);
  return { id, values, blindIndexes };
}

function deriveKey(bytes: Uint8Array, use: string): KeyObject {
  const derived = Buffer.from(hkdfSync('sha256', bytes, '', use, KEY_BYTES));
  const key = createSecretKey(derived);
  derived.fill(0);
  return key;
}
