import { describe, expect, it } from 'vitest';
import { toRfc3339 } from './rfc3339.js';

describe('toRfc3339', () => {
  it.each([
    ['2026-01-02 03:04:05.123456+00', '2026-01-02T03:04:05.123456+00:00'],
    ['2026-01-02 03:04:05+00', '2026-01-02T03:04:05.000000+00:00'],
    ['2026-01-02 03:04:05.12-08', '2026-01-02T03:04:05.120000-08:00'],
    ['2026-01-02 03:04:05.1+05:45', '2026-01-02T03:04:05.100000+05:45'],
  ])('%s becomes %s', (text, expected) => {
    expect(toRfc3339(text)).toBe(expected);
  });

  it.each(['infinity', '0044-03-15 12:00:00+00 BC', '12026-01-01 00:00:00+00', ''])(
    'refuses %j',
    (text) => {
      expect(() => toRfc3339(text)).toThrow(RangeError);
    },
  );
});
