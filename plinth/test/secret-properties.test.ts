// What holds for every value, by property: it comes back as it was, only where it belongs, and a
// text that was changed anywhere does not open. A failure prints its seed.

import { pgTable, text, varchar } from 'drizzle-orm/pg-core';
import fc from 'fast-check';
import { encrypted } from 'plinth/models';
import { describe, expect, it } from 'vitest';
import { bindSecret, readEnvelope } from '../src/models/index.js';
import { associatedData } from '../src/secrets/associated-data.js';
import { readyDataKey } from '../src/secrets/data-key.js';
import { openValue, type Place, sealValue } from '../src/secrets/seal-value.js';

const ID = '6f1d2c3b-4a59-4687-9786-a5b4c3d2e1f0';
const key = readyDataKey(
  ID,
  Uint8Array.from({ length: 32 }, (_, index) => index),
);
const table = pgTable('notes', {
  id: text('id').primaryKey(),
  tenantId: varchar('tenant_id').notNull(),
  body: encrypted('body'),
});
const binding = bindSecret(table.body);

const anyText = () => fc.string({ unit: 'binary', maxLength: 200 });
const anyPlace = () =>
  fc.record({
    tenant: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    context: fc.string({ minLength: 1, maxLength: 40 }),
    row: fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), {
      minLength: 1,
      maxLength: 3,
    }),
  });

type Where = Pick<Place, 'tenant' | 'row'> & { readonly context: string };

const placeOf = ({ tenant, row, context }: Where): Place => ({
  binding: { ...binding, context },
  tenant,
  row,
});

function open(where: Where, ciphertext: string): string | undefined {
  const envelope = readEnvelope('encrypted', ciphertext);
  if (envelope === undefined || envelope.dataKeyId !== ID) return undefined;
  try {
    return openValue(key, placeOf(where), envelope);
  } catch {
    return undefined;
  }
}

describe('an encrypted value', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(anyPlace(), anyText(), (where, plaintext) => {
        const ciphertext = sealValue(key, placeOf(where), plaintext);
        expect(open(where, ciphertext)).toBe(plaintext);
      }),
      { numRuns: 200 },
    );
  });

  it('opens nowhere else', () => {
    fc.assert(
      fc.property(anyPlace(), anyPlace(), anyText(), (where, other, plaintext) => {
        fc.pre(JSON.stringify(where) !== JSON.stringify(other));
        const ciphertext = sealValue(key, placeOf(where), plaintext);
        const moves = [
          other,
          { ...where, tenant: other.tenant },
          { ...where, context: other.context },
          { ...where, row: other.row },
        ];
        for (const move of moves) {
          const isHome = JSON.stringify(move) === JSON.stringify(where);
          expect(open(move, ciphertext)).toBe(isHome ? plaintext : undefined);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('does not open when any character of it is another', () => {
    fc.assert(
      fc.property(
        anyPlace(),
        anyText(),
        fc.nat(),
        fc.string({ minLength: 1, maxLength: 1 }),
        (where, plaintext, at, other) => {
          const ciphertext = sealValue(key, placeOf(where), plaintext);
          const index = at % ciphertext.length;
          fc.pre(ciphertext[index] !== other);
          const changed = ciphertext.slice(0, index) + other + ciphertext.slice(index + 1);
          expect(open(where, changed)).toBeUndefined();
        },
      ),
      { numRuns: 400 },
    );
  });

  it('has a nonce of its own each time', () => {
    const where = { tenant: 'acme', context: 'notes.body', row: ['1'] };
    const texts = Array.from({ length: 500 }, () => sealValue(key, placeOf(where), 'the same'));
    const nonces = texts.map((each) => each.split(':')[3]?.slice(0, 16));
    expect(new Set(nonces).size).toBe(500);
  });
});

describe('associated data', () => {
  it('differ wherever their parts do', () => {
    const parts = () => fc.array(fc.string({ unit: 'binary', maxLength: 5 }), { maxLength: 5 });
    fc.assert(
      fc.property(parts(), parts(), (one, other) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other);
        const data = associatedData('value', one);
        expect(data.equals(associatedData('value', other))).toBe(isSame);
        expect(data.equals(associatedData('data key', one))).toBe(false);
      }),
      { numRuns: 400 },
    );
  });
});
