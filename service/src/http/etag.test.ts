import { describe, expect, it } from 'vitest';
import { etagOf, isEntityTags, matchesStrongly, matchesWeakly, readEntityTags } from './etag.js';

describe('etagOf', () => {
  it('is strong, in quotes, and another one for another representation', () => {
    const etag = etagOf('{"a":1}');
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    expect(etagOf('{"a":1}')).toBe(etag);
    expect(etagOf('{"a":2}')).not.toBe(etag);
    expect(readEntityTags(etag)).toEqual([etag]);
  });
});

describe('a field of entity tags', () => {
  it.each([
    ['*', '*'],
    [' * ', '*'],
    ['"a"', ['"a"']],
    ['""', ['""']],
    ['W/"a"', ['W/"a"']],
    ['"a", W/"b","c"', ['"a"', 'W/"b"', '"c"']],
    [' , "a" ,, "b"\t,', ['"a"', '"b"']],
    ['"a,b", "*"', ['"a,b"', '"*"']],
    ['"\xe9\\"', ['"\xe9\\"']],
  ])('%s is read', (field, tags) => {
    expect(isEntityTags(field)).toBe(true);
    expect(readEntityTags(field)).toEqual(tags);
  });

  it.each([
    '',
    ' ',
    ',',
    'a',
    "'a'",
    '"a',
    'a"',
    '"a" "b"',
    '"a""b"',
    '"a";"b"',
    'w/"a"',
    'W/ "a"',
    'W/a',
    '*, "a"',
    '"a", *',
    '"a b"',
    '"a\tb"',
    '"a\x7f"',
  ])('%s is refused', (field) => {
    expect(isEntityTags(field)).toBe(false);
  });

  it.each([
    ['spaces and commas', `"a"${' ,'.repeat(8000)}x`],
    ['spaces', `"a"${' '.repeat(16_000)}x`],
    ['tags', `${'"a" , '.repeat(2500)}x`],
    ['quotes', '"'.repeat(16_001)],
  ])('of a long row of %s is refused without trying every way to read it', (_name, field) => {
    expect(isEntityTags(field)).toBe(false);
  });
});

describe('comparison', () => {
  // The four cases of RFC 9110, section 8.8.3.2, and what is beside them.
  it.each([
    ['W/"1"', 'W/"1"', false, true],
    ['W/"1"', 'W/"2"', false, false],
    ['W/"1"', '"1"', false, true],
    ['"1"', 'W/"1"', false, true],
    ['"1"', '"1"', true, true],
    ['"1"', '"2"', false, false],
    ['"2", W/"3", "1"', '"1"', true, true],
    ['"a,1"', '"1"', false, false],
    ['*', '"1"', true, true],
  ])('%s with %s: strongly %s, weakly %s', (field, etag, strongly, weakly) => {
    const tags = readEntityTags(field);
    expect(matchesStrongly(tags, etag)).toBe(strongly);
    expect(matchesWeakly(tags, etag)).toBe(weakly);
  });
});
