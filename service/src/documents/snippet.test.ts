import { describe, expect, it, vi } from 'vitest';
import { codePoints } from './cut-text.js';
import { SNIPPET_LENGTH, snippetOf } from './snippet.js';

const FILLER = 'nothing of interest stands in this part of the text at all, ';

describe('snippetOf', () => {
  it('is the whole of a short text, on one line', () => {
    expect(snippetOf(' A short\n\ttext. ', 'text')).toBe('A short text.');
  });

  it('begins a little before the word that was looked for', () => {
    const snippet = snippetOf(`${FILLER.repeat(9)}The Fähre leaves. ${FILLER.repeat(9)}`, 'fahre?');
    expect(snippet).toMatch(/^….{20,60}The Fähre leaves\. nothing.*…$/);
  });

  it('shows the place with the most of the words', () => {
    const text = `${FILLER}One cat. ${FILLER.repeat(9)}A cat and a dog. ${FILLER.repeat(9)}`;
    expect(snippetOf(text, 'cat dog')).toContain('A cat and a dog.');
  });

  it.each([undefined, 'elsewhere', '?!'])('is the beginning where nothing fits %s', (query) => {
    const snippet = snippetOf(`Here it begins. ${FILLER.repeat(9)}`, query);
    expect(snippet).toMatch(/^Here it begins\..*…$/);
  });

  it('ends with the text', () => {
    const snippet = snippetOf(`${FILLER.repeat(9)}The very last word`, 'last');
    expect(snippet).toMatch(/^….*The very last word$/);
  });

  it.each([
    ['one long word', 'x'.repeat(9000)],
    ['faces of several parts', '👩‍👩‍👧‍👧'.repeat(400)],
    ['accents without end', `a${'\u0301'.repeat(9000)}`],
    ['no spaces', '長い文章'.repeat(600)],
  ])('is bounded for %s', (_what, text) => {
    const snippet = snippetOf(text, '長い xx 👩‍👩‍👧‍👧');
    expect(codePoints(snippet)).toBeLessThanOrEqual(SNIPPET_LENGTH + 2);
    expect(codePoints(snippet)).toBeGreaterThan(SNIPPET_LENGTH / 2);
  });

  it('reads no more of a text than it shows where nothing is looked for', () => {
    const segment = vi.spyOn(Intl.Segmenter.prototype, 'segment');
    try {
      for (const query of [undefined, '?!']) snippetOf('長い文章'.repeat(2000), query);
      const read = segment.mock.calls.reduce((sum, [text]) => sum + text.length, 0);
      expect(read).toBeGreaterThan(0);
      expect(read).toBeLessThan(3000);
    } finally {
      segment.mockRestore();
    }
  });

  it('cuts no face in two', () => {
    const snippet = snippetOf('👩‍👩‍👧‍👧'.repeat(400), undefined);
    expect(snippet.replaceAll('👩‍👩‍👧‍👧', '')).toBe('…');
  });
});
