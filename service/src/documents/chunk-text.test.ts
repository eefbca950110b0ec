import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkText } from './chunk-text.js';
import { codePoints, cutText } from './cut-text.js';
import { splitSentences } from './split-sentences.js';

const SEED = Number(process.env.PLINTH_PROPERTY_SEED ?? 11);
const RUNS = Number(process.env.PLINTH_PROPERTY_RUNS ?? 200);
const TOLD = `PLINTH_PROPERTY_SEED=${SEED} PLINTH_PROPERTY_RUNS=${RUNS}`;

describe('splitSentences', () => {
  it.each([
    ['sentences', 'One. Two! Three?', ['One. ', 'Two! ', 'Three?']],
    ['numbers', 'It is 3.14. Yes.', ['It is 3.14. ', 'Yes.']],
    ['paragraphs', 'A heading\n\nAnd text', ['A heading\n\n', 'And text']],
    [
      'broken lines',
      'One line\nand \r\nanother.\nNext.',
      ['One line\nand \r\nanother.\n', 'Next.'],
    ],
    ['no spaces', '一つ目。二つ目。', ['一つ目。', '二つ目。']],
    ['nothing', '', []],
  ])('ends at %s', (_what, text, sentences) => {
    const found = splitSentences(text);
    expect(found.join('')).toBe(text);
    expect(found.map((one) => one.trim())).toEqual(sentences.map((one) => one.trim()));
  });
});

describe('cutText', () => {
  it.each([
    ['between words', 'one two three', 8, ['one two ', 'three']],
    ['inside a long word', 'abcdefgh ij', 5, ['abcde', 'fgh', ' ij']],
    ['between characters', '👩‍👩‍👧‍👧👩‍👩‍👧‍👧', 10, ['👩‍👩‍👧‍👧', '👩‍👩‍👧‍👧']],
    ['inside a character that is too long', 'e\u0301\u0301\u0301', 3, ['e\u0301\u0301', '\u0301']],
    ['nowhere', 'short', 5, ['short']],
  ])('cuts %s', (_where, text, size, parts) => {
    expect(cutText(text, size)).toEqual(parts);
  });
});

describe('chunkText', () => {
  it('packs whole sentences, and repeats the last ones that fit', () => {
    const text = 'First one. Second one. Third one. Fourth one. ';
    expect(chunkText(text, { size: 35, overlap: 12 })).toEqual([
      'First one. Second one. Third one. ',
      'Third one. Fourth one. ',
    ]);
    expect(chunkText(text, { size: 35, overlap: 0 })).toEqual([
      'First one. Second one. Third one. ',
      'Fourth one. ',
    ]);
    expect(chunkText('', { size: 200, overlap: 0 })).toEqual([]);
  });

  it('repeats less where what comes next is long', () => {
    const long = `${'Word '.repeat(8)}end. `;
    expect(chunkText(`Short. Also. ${long}`, { size: 50, overlap: 25 })).toEqual([
      'Short. Also. ',
      long,
    ]);
  });

  const words = fc.constantFrom(
    'a',
    'word',
    'Fähre',
    '一つ',
    '🐱',
    '👩‍👩‍👧‍👧',
    'e\u0301',
    'x'.repeat(60),
  );
  const ends = fc.constantFrom(' ', '. ', '! ', '\n', '\n\n', '。', '\r\n', '   ');
  const texts = fc.oneof(
    fc.array(fc.tuple(words, ends)).map((parts) => parts.flat().join('')),
    fc.string({ unit: 'grapheme', maxLength: 400 }),
    fc.string({ unit: 'binary', maxLength: 400 }),
  );
  const sizes = fc
    .integer({ min: 8, max: 80 })
    .chain((size) =>
      fc.record({ size: fc.constant(size), overlap: fc.integer({ min: 0, max: size >> 1 }) }),
    );

  it.each(['\n', '\u00a0', ' '])('has no chunk of %j alone', (blank) => {
    const text = `One.${blank.repeat(5000)}Two.`;
    const chunks = chunkText(text, { size: 1000, overlap: 150 });
    expect(chunks.filter((chunk) => chunk.trim() === '')).toEqual([]);
    expect(chunks.map((chunk) => chunk.trim().slice(0, 3))).toEqual(['One', 'Two']);
  });

  it(`loses nothing but white space, is never too long, and always goes on (${TOLD})`, () => {
    fc.assert(
      fc.property(texts, sizes, (text, { size, overlap }) => {
        const chunks = chunkText(text, { size, overlap });
        expect(chunkText(text, { size, overlap })).toEqual(chunks);
        let end = 0;
        for (const chunk of chunks) {
          expect(codePoints(chunk)).toBeLessThanOrEqual(size);
          expect(chunk.trim()).not.toBe('');
          // Where it begins: as far back as allowed, and never behind what is not in a chunk yet.
          const start = startOf(text, chunk, end, overlap) ?? startBehindBlank(text, chunk, end);
          expect(start, JSON.stringify(chunk)).toBeDefined();
          end = (start ?? 0) + chunk.length;
        }
        expect(text.slice(end).trim()).toBe('');
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  it(`makes no more chunks than the text is long (${TOLD})`, () => {
    fc.assert(
      fc.property(texts, sizes, (text, { size, overlap }) => {
        const count = chunkText(text, { size, overlap }).length;
        expect(count).toBeLessThanOrEqual(2 + (4 * codePoints(text)) / size);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  it('is quick with what is long and has no end', () => {
    for (const part of ['a', ' ', 'a. ', '\n', '.\n\n', '🐱', '\u0301']) {
      const text = part.repeat(Math.floor(60_000 / part.length));
      const chunks = chunkText(text, { size: 1000, overlap: 500 });
      const least = text.trim() === '' ? 0 : codePoints(text.trimEnd());
      expect(codePoints(chunks.join(''))).toBeGreaterThanOrEqual(least);
    }
  });
});

/** Where a chunk that reaches beyond `end` begins: before it by no more than the overlap. */
function startOf(text: string, chunk: string, end: number, overlap: number): number | undefined {
  for (let start = end; start >= 0; start -= 1) {
    if (codePoints(text.slice(start, end)) > overlap) return undefined;
    if (start + chunk.length > end && text.startsWith(chunk, start)) return start;
  }
  return undefined;
}

/** Where a chunk begins that nothing but white space stands before. */
function startBehindBlank(text: string, chunk: string, end: number): number | undefined {
  const blank = text.slice(end).search(/\S|$/);
  for (let start = end; start <= end + blank; start += 1) {
    if (text.startsWith(chunk, start)) return start;
  }
  return undefined;
}
