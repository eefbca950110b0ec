import { describe, expect, it } from 'vitest';
import { segmentsOf } from './segments-of.js';

describe.each(['sentence', 'word', 'grapheme'] as const)('segments by %s', (granularity) => {
  const segmenter = new Intl.Segmenter('en', { granularity });

  it.each([
    ['words', 'Some words, and more. '.repeat(300)],
    ['faces of several parts', 'x👩‍👩‍👧‍👧'.repeat(500)],
    ['a long one between short ones', `One. ${'long'.repeat(800)}. Two. `.repeat(3)],
    ['what has no end', 'a'.repeat(5000)],
    ['flags', '🇩🇪🇫🇷🇮🇹'.repeat(150)],
    ['nothing', ''],
  ])('are those of the whole text: %s', (_what, text) => {
    const whole = Array.from(segmenter.segment(text), ({ segment }) => segment);
    expect([...segmentsOf(segmenter, text)]).toEqual(whole);
  });
});
