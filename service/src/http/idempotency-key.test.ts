import { expect, it } from 'vitest';
import { parseIdempotencyKey } from './idempotency-key.js';

it.each([
  ['"8e03978e-40d5-43dd-bc93-6894a57f9324"', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
  ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
  ['"a b, c; d"', 'a b, c; d'],
  [String.raw`"say \"a\\b\""`, String.raw`say "a\b"`],
  ['" "', ' '],
  ['order/7:abc+def==', 'order/7:abc+def=='],
  ['x', 'x'],
  ['x'.repeat(255), 'x'.repeat(255)],
  [`"${'x'.repeat(255)}"`, 'x'.repeat(255)],
  [`"${'\\\\'.repeat(255)}"`, '\\'.repeat(255)],
])('%s is a key', (field, key) => {
  expect(parseIdempotencyKey(field)).toBe(key);
});

it.each([
  '',
  ' ',
  '""',
  '"',
  '"a',
  'a"',
  '"a"b',
  '"a", "b"',
  'a, b',
  'a,b',
  'a b',
  '"a";version=1',
  'a;b',
  String.raw`"a\b"`,
  String.raw`"a\"`,
  String.raw`a\b`,
  '\xe9',
  '"\xe9"',
  'a\tb',
  '"a\x7fb"',
  'x'.repeat(256),
  `"${'x'.repeat(256)}"`,
])('%s is none', (field) => {
  expect(parseIdempotencyKey(field)).toBeUndefined();
});
