import { describe, expect, it } from 'vitest';
import { tidyKeys } from './index-keys.js';

describe('tidyKeys', () => {
  it.each([
    ['(a, b DESC)', '(a, b DESC)'],
    ['(((a + b)))', '((a + b))'],
    [
      '(a, ((b + c)) DESC, lower((d)::text) text_pattern_ops)',
      '(a, (b + c) DESC, lower(d::text) text_pattern_ops)',
    ],
    ['(((a)::text) COLLATE "C") INCLUDE (b)', '((a::text) COLLATE "C") INCLUDE (b)'],
    ["(((data ->> '((x'::text)), ((y)))", "((data ->> '((x'::text), (y))"],
    ['("a,(b", f(a, b))', '("a,(b", f(a, b))'],
    ['(((a + 1)) WITH =, during WITH &&)', '((a + 1) WITH =, during WITH &&)'],
    ["(a gist_trgm_ops (siglen='32'))", "(a gist_trgm_ops (siglen='32'))"],
  ])('writes %s as %s', (printed, tidy) => {
    expect(tidyKeys(printed)).toBe(tidy);
  });
});
