// Rows as plain data and as a line to read.

import { integer, pgTable } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { inspectRow, toRecord } from '../../src/models/index.js';

const self: Record<string, unknown> = { name: 'self' };
self.self = self;
const list: unknown[] = [];
list.push(list);

class Money {
  constructor(readonly cents: number) {}
  toJSON(): string {
    return `${this.cents} cents`;
  }
}

describe('toRecord', () => {
  it('gives what JSON can hold', () => {
    const record = toRecord({
      id: 9_007_199_254_740_993n,
      at: new Date('2026-01-02T03:04:05.678Z'),
      never: new Date(Number.NaN),
      key: Buffer.from([0, 255, 10]),
      bytes: new Uint8Array([1]),
      share: Number.POSITIVE_INFINITY,
      none: null,
      missing: undefined,
      run: () => 1,
      tags: ['a', undefined, 2n, { at: new Date(0) }],
      price: new Money(5),
      data: { deep: { list: [1, [true]] }, __proto__: null },
    });
    expect(record).toEqual({
      id: '9007199254740993',
      at: '2026-01-02T03:04:05.678Z',
      never: 'Invalid Date',
      key: 'AP8K',
      bytes: 'AQ==',
      share: 'Infinity',
      none: null,
      tags: ['a', null, '2', { at: '1970-01-01T00:00:00.000Z' }],
      price: '5 cents',
      data: { deep: { list: [1, [true]] } },
    });
    expect(JSON.parse(JSON.stringify(record))).toEqual(record);
  });

  it('keeps a key called __proto__ a key', () => {
    const row: object = JSON.parse('{"__proto__": {"admin": true}}');
    const record = toRecord(row);
    expect(Object.keys(record)).toEqual(['__proto__']);
    expect(record.admin).toBeUndefined();
  });

  it('takes the same value twice, and refuses one within itself', () => {
    const shared = { a: 1 };
    expect(toRecord({ x: shared, y: shared })).toEqual({ x: { a: 1 }, y: { a: 1 } });
    expect(() => toRecord(self)).toThrow(TypeError);
    expect(() => toRecord({ list })).toThrow('contains itself');
  });

  it('keeps nothing back', () => {
    expect(toRecord({ password: 'hunter2' })).toEqual({ password: 'hunter2' });
  });
});

describe('inspectRow', () => {
  const notes = pgTable('notes', { id: integer() });

  it('is a line', () => {
    const row = {
      id: 7n,
      body: "it's",
      at: new Date('2026-01-02T03:04:05.678Z'),
      never: new Date(Number.NaN),
      key: Buffer.from('abc'),
      tags: ['a', 2n],
      none: null,
      done: true,
    };
    expect(inspectRow(row, notes)).toBe(
      `notes(id: 7n, body: 'it's', at: 2026-01-02T03:04:05.678Z, never: Invalid Date, key: <3 bytes>, tags: ["a","2n"], none: null, done: true)`,
    );
    expect(inspectRow({ id: 1 })).toBe('row(id: 1)');
  });

  it('cuts what is long, and never throws', () => {
    expect(inspectRow({ body: 'é'.repeat(61) })).toBe(
      `row(body: '${'é'.repeat(60)}… (61 characters)')`,
    );
    expect(inspectRow(self)).toBe("row(name: 'self', self: <circular>)");
  });
});
