import { describe, expect, it } from 'vitest';
import { toFragmentPointer, toPointer } from './json-pointer.js';

describe('toFragmentPointer', () => {
  // The table of RFC 6901, section 6, and names that no URI can carry.
  it.each([
    [[], '#'],
    [['foo', 0], '#/foo/0'],
    [[''], '#/'],
    [['a/b'], '#/a~1b'],
    [['c%d'], '#/c%25d'],
    [['e^f'], '#/e%5Ef'],
    [['i\\j'], '#/i%5Cj'],
    [[' '], '#/%20'],
    [['m~n'], '#/m~0n'],
    [['~1'], '#/~01'],
    [['\uD800'], '#/%EF%BF%BD'],
  ])('writes %j as %s', (path, pointer) => {
    expect(toFragmentPointer(path)).toBe(pointer);
  });
});

it('toPointer escapes "~" before "/"', () => {
  expect(toPointer(['a/~b'])).toBe('/a~1~0b');
});
