import { describe, expect, it } from 'vitest';
import { readyDataKey } from './data-key.js';
import type { DataKeyRow } from './data-key-rows.js';
import { KeyCache } from './key-cache.js';

function row(id: string): DataKeyRow {
  const times = { createdAt: 0, retiredAt: undefined };
  return { id, keyId: 'k1', wrapped: '', isCurrent: true, ...times };
}

describe('KeyCache', () => {
  it('forgets what was read too long ago', () => {
    let now = 0;
    const cache = new KeyCache(2, 1000, () => now);
    cache.put('acme', [row('a')]);
    now = 999;
    expect(cache.get('acme')?.rows).toEqual([row('a')]);
    now = 1000;
    expect(cache.get('acme')).toBeUndefined();
  });

  it('holds so many tenants, and lets go of the one not used for the longest time', () => {
    const cache = new KeyCache(2, 1000, () => 0);
    cache.put('acme', [row('a')]);
    cache.put('globex', [row('b')]);
    cache.get('acme');
    cache.put('initech', [row('c')]);
    const held = ['acme', 'globex', 'initech'].filter((tenant) => cache.get(tenant) !== undefined);
    expect(held).toEqual(['acme', 'initech']);
  });

  it('keeps what was unwrapped when rows are read again, of keys that are still there', async () => {
    const cache = new KeyCache(2, 1000, () => 0);
    const { ready } = cache.put('acme', [row('a'), row('b')]);
    ready.set('a', Promise.resolve(readyDataKey('a', new Uint8Array(32))));
    ready.set('b', Promise.resolve(readyDataKey('b', new Uint8Array(32))));
    const again = cache.put('acme', [row('b'), row('c')]);
    expect([...again.ready.keys()]).toEqual(['b']);
    // Who has the first one takes out of it what could not be unwrapped.
    expect(again.ready).toBe(ready);
  });

  it('forgets a tenant when it is told to', () => {
    const cache = new KeyCache(2, 1000, () => 0);
    cache.put('acme', [row('a')]);
    cache.forget('acme');
    expect(cache.get('acme')).toBeUndefined();
  });
});

describe('readyDataKey', () => {
  it('wipes the bytes it was given', () => {
    const bytes = new Uint8Array(32).fill(9);
    readyDataKey('a', bytes);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
  });
});
