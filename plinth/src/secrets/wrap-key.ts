// A data key wrapped by a key-encryption key of this process: AES-256-GCM, bound to its tenant, its own
// id and the id of the key around it.

import type { KeyObject } from 'node:crypto';
import { PlinthError } from '../errors/index.js';
import { decryptBytes, encryptBytes } from './aes-gcm.js';
import { associatedData } from './associated-data.js';
import type { KeyContext } from './key-encryption.js';

export interface NamedKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** @param nonce Only for test vectors. */
export function wrapKey(
  { id, key }: NamedKey,
  dataKey: Uint8Array,
  context: KeyContext,
  nonce?: Uint8Array,
): string {
  return encryptBytes(key, dataKey, bindTo(id, context), nonce).toString('base64url');
}

/** @throws PlinthError SECRET_KEY_WRONG for a key that is another, or a data key that was moved. */
export function unwrapKey({ id, key }: NamedKey, wrapped: string, context: KeyContext): Uint8Array {
  const bytes = decryptBytes(key, Buffer.from(wrapped, 'base64url'), bindTo(id, context));
  if (bytes !== undefined) return bytes;
  const { tenant, dataKeyId } = context;
  throw new PlinthError(
    'SECRET_KEY_WRONG',
    `the key-encryption key ${id} does not open the data key ${dataKeyId} of tenant ${tenant}, which names it`,
    {
      hint: `Give ${id} the key that it had when this data key was made.`,
      details: { keyId: id, tenant, dataKeyId },
    },
  );
}

function bindTo(keyId: string, { tenant, dataKeyId }: KeyContext): Buffer {
  return associatedData('data key', [keyId, tenant, dataKeyId]);
}
