// Test vectors of what is encrypted: the format must give the same texts for ever, or what is stored
// can no longer be read. The nonce is given here, and nowhere else.

import { createDecipheriv, createHmac, createSecretKey, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pgTable, text, varchar } from 'drizzle-orm/pg-core';
import { blindIndex, encrypted } from 'plinth/models';
import { keyEncryptionFromEnv } from 'plinth/secrets';
import { describe, expect, it } from 'vitest';
import { isPlinthError } from '../src/errors/index.js';
import { bindSecret, readEnvelope } from '../src/models/index.js';
import { readyDataKey } from '../src/secrets/data-key.js';
import { indexValue, openValue, type Place, sealValue } from '../src/secrets/seal-value.js';
import { wrapKey } from '../src/secrets/wrap-key.js';

interface ValueVector {
  readonly name: string;
  readonly tenant: string;
  readonly context: string;
  readonly row: readonly string[];
  readonly plaintext: string;
  readonly nonce: string;
  readonly ciphertext: string;
}

interface Vectors {
  readonly keyEncryptionKey: { readonly id: string; readonly base64: string };
  readonly dataKey: {
    readonly id: string;
    readonly tenant: string;
    readonly hex: string;
    readonly nonce: string;
    readonly wrapped: string;
  };
  readonly derived: { readonly values: string; readonly blindIndexes: string };
  readonly values: readonly ValueVector[];
  readonly blindIndexes: readonly {
    readonly tenant: string;
    readonly context: string;
    readonly plaintext: string;
    readonly blindIndex: string;
  }[];
  /** What does not open: a ciphertext, and where it is said to belong. */
  readonly refused: readonly (Omit<ValueVector, 'plaintext' | 'nonce'> & {
    readonly because: 'envelope' | 'key' | 'authentication';
  })[];
}

const vectors: Vectors = JSON.parse(
  readFileSync(new URL('./fixtures/secret-vectors.json', import.meta.url), 'utf8'),
);
const { dataKey, keyEncryptionKey } = vectors;
const key = readyDataKey(dataKey.id, Buffer.from(dataKey.hex, 'hex'));

function bind(context: string) {
  const table = pgTable('vectors', {
    id: text('id').primaryKey(),
    tenantId: varchar('tenant_id').notNull(),
    value: encrypted('value', { context }),
    index: blindIndex('index', { of: 'value', context }),
  });
  return { value: bindSecret(table.value), index: bindSecret(table.index) };
}

function placeOf({ tenant, context, row }: Omit<Place, 'binding'> & { context: string }): Place {
  return { binding: bind(context).value, tenant, row };
}

/** As a program opens a text of a column: `undefined` for what is no envelope. */
function open(place: Place, ciphertext: string): string | undefined {
  const envelope = readEnvelope('encrypted', ciphertext);
  return envelope && openValue(key, place, envelope);
}

describe('a wrapped data key', () => {
  const context = { tenant: dataKey.tenant, dataKeyId: dataKey.id };

  it('is that of the vector', () => {
    const named = {
      id: keyEncryptionKey.id,
      key: createSecretKey(Buffer.from(keyEncryptionKey.base64, 'base64')),
    };
    const bytes = Buffer.from(dataKey.hex, 'hex');
    const wrapped = wrapKey(named, bytes, context, Buffer.from(dataKey.nonce, 'hex'));
    expect(wrapped).toBe(dataKey.wrapped);
  });

  it('is unwrapped for its tenant and id, and for no other', async () => {
    const port = keyEncryptionFromEnv({
      KEY_ENCRYPTION_KEYS: `${keyEncryptionKey.id}:${keyEncryptionKey.base64}`,
    });
    const { id } = keyEncryptionKey;
    const bytes = await port.unwrap(dataKey.wrapped, id, context);
    expect(Buffer.from(bytes).toString('hex')).toBe(dataKey.hex);
    const elsewhere = [
      { ...context, tenant: 'globex' },
      { ...context, dataKeyId: '00000000-0000-4000-8000-000000000000' },
    ];
    for (const place of elsewhere) {
      await expect(port.unwrap(dataKey.wrapped, id, place)).rejects.toMatchObject({
        code: 'SECRET_KEY_WRONG',
      });
    }
  });
});

describe('a value', () => {
  it.each(vectors.values)('is that of the vector: $name', (vector) => {
    const place = placeOf(vector);
    const nonce = Buffer.from(vector.nonce, 'hex');
    expect(sealValue(key, place, vector.plaintext, nonce)).toBe(vector.ciphertext);
    expect(open(place, vector.ciphertext)).toBe(vector.plaintext);
  });

  it.each(vectors.refused)('does not open: $name', (vector) => {
    const place = placeOf(vector);
    const envelope = readEnvelope('encrypted', vector.ciphertext);
    if (vector.because === 'envelope') {
      expect(envelope).toBeUndefined();
      return;
    }
    if (vector.because === 'key') {
      expect(envelope?.dataKeyId).not.toBe(key.id);
      return;
    }
    const opened = () => open(place, vector.ciphertext);
    expect(opened).toThrow(/does not open/);
    try {
      opened();
    } catch (error) {
      expect(isPlinthError(error, 'SECRET_NOT_AUTHENTIC')).toBe(true);
    }
  });
});

describe('a blind index', () => {
  it.each(vectors.blindIndexes)('is that of the vector: $plaintext of $tenant', (vector) => {
    const { tenant, context, plaintext } = vector;
    const made = indexValue(key, { binding: bind(context).index, tenant }, plaintext);
    expect(made).toBe(vector.blindIndex);
  });
});

// The format as docs/secrets.md describes it, written anew from node:crypto alone.
describe('the format', () => {
  const derive = (use: string) =>
    Buffer.from(hkdfSync('sha256', Buffer.from(dataKey.hex, 'hex'), '', use, 32));

  const encode = (...parts: readonly string[]) => {
    const out: Buffer[] = [Buffer.from([0, 0, 0, parts.length])];
    for (const part of parts) {
      const bytes = Buffer.from(part, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      out.push(length, bytes);
    }
    return Buffer.concat(out);
  };

  it('derives two keys from the data key', () => {
    expect(derive('plinth:1 values').toString('hex')).toBe(vectors.derived.values);
    expect(derive('plinth:1 blind indexes').toString('hex')).toBe(vectors.derived.blindIndexes);
  });

  it.each(vectors.values)('opens with node:crypto alone: $name', (vector) => {
    const [format, version, id, body] = vector.ciphertext.split(':');
    expect([format, version, id]).toEqual(['plinth', '1', dataKey.id]);
    const bytes = Buffer.from(body ?? '', 'base64url');
    const decipher = createDecipheriv(
      'aes-256-gcm',
      derive('plinth:1 values'),
      bytes.subarray(0, 12),
    );
    decipher.setAAD(
      encode('plinth:1', 'value', dataKey.id, vector.tenant, vector.context, ...vector.row),
    );
    decipher.setAuthTag(bytes.subarray(-16));
    const plaintext = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
    expect(plaintext.toString('utf8')).toBe(vector.plaintext);
  });

  it.each(vectors.blindIndexes)('indexes with node:crypto alone: $plaintext', (vector) => {
    const { tenant, context, plaintext } = vector;
    const input = encode('plinth:1', 'blind index', dataKey.id, tenant, context, plaintext);
    const digest = createHmac('sha256', derive('plinth:1 blind indexes')).update(input).digest();
    expect(vector.blindIndex).toBe(`plinth-index:1:${dataKey.id}:${digest.toString('base64url')}`);
  });
});
