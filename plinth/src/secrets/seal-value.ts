// One value and one data key: sealing, opening, blind indexes. Pure but for the nonce; it asks
// nobody for keys.

import { createHmac } from 'node:crypto';
import { PlinthError } from '../errors/index.js';
import {
  type BlindIndex,
  type Ciphertext,
  type Envelope,
  type SecretBinding,
  writeBlindIndex,
  writeCiphertext,
} from '../models/index.js';
import { decryptBytes, encryptBytes } from './aes-gcm.js';
import { associatedData } from './associated-data.js';
import type { DataKey } from './data-key.js';

/** Where a value belongs. */
export interface Place {
  readonly binding: SecretBinding;
  readonly tenant: string;
  /** Values of the row's columns, as PostgreSQL writes them. */
  readonly row: readonly string[];
}

/**
 * @param nonce Only for test vectors.
 * @throws PlinthError SECRET_PLAINTEXT_INVALID for a text that UTF-8 cannot hold.
 */
export function sealValue(
  key: DataKey,
  place: Place,
  plaintext: string,
  nonce?: Uint8Array,
): Ciphertext {
  const bytes = encryptBytes(key.values, toBytes(place, plaintext), bindTo(place, key.id), nonce);
  return writeCiphertext({ dataKeyId: key.id, bytes });
}

/** @throws PlinthError SECRET_NOT_AUTHENTIC for a value that was changed, or belongs elsewhere. */
export function openValue(key: DataKey, place: Place, envelope: Envelope): string {
  const bytes = decryptBytes(key.values, envelope.bytes, bindTo(place, key.id));
  if (bytes === undefined) throw notAuthentic(place, key.id);
  const plaintext = bytes.toString('utf8');
  bytes.fill(0);
  return plaintext;
}

/** @throws PlinthError SECRET_PLAINTEXT_INVALID for a text that UTF-8 cannot hold. */
export function indexValue(
  key: DataKey,
  { binding, tenant }: Pick<Place, 'binding' | 'tenant'>,
  plaintext: string,
): BlindIndex {
  const normal = binding.normalize(plaintext);
  toBytes({ binding }, normal);
  const input = associatedData('blind index', [key.id, tenant, binding.context, normal]);
  const bytes = createHmac('sha256', key.blindIndexes).update(input).digest();
  input.fill(0);
  return writeBlindIndex({ dataKeyId: key.id, bytes });
}

function bindTo({ binding, tenant, row }: Place, dataKeyId: string): Buffer {
  return associatedData('value', [dataKeyId, tenant, binding.context, ...row]);
}

function toBytes({ binding }: Pick<Place, 'binding'>, plaintext: string): Buffer {
  const bytes = Buffer.from(plaintext, 'utf8');
  if (bytes.toString('utf8') === plaintext) return bytes;
  throw new PlinthError(
    'SECRET_PLAINTEXT_INVALID',
    `the plaintext for ${binding.place} holds half of a surrogate pair, which UTF-8 cannot hold`,
    { hint: 'Give it a text of whole characters.', details: { column: binding.place } },
  );
}

function notAuthentic({ binding, tenant, row }: Place, dataKeyId: string): PlinthError {
  const where = `row ${row.join(', ')} of tenant ${tenant}`;
  return new PlinthError(
    'SECRET_NOT_AUTHENTIC',
    `a value of ${binding.place} does not open as that of ${where}: it was changed, or belongs elsewhere`,
    {
      hint: 'Restore it from a backup; where its table or column was renamed, set context to the old name.',
      details: { column: binding.place, tenant, row, dataKeyId },
    },
  );
}
