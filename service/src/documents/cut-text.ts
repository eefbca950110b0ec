// A text in parts of a bounded length, cut where it hurts least. Lengths are in code points.

import { segmentsOf } from './segments-of.js';

const words = new Intl.Segmenter('en', { granularity: 'word' });
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

type Cutter = (text: string) => Iterable<string>;

/** From the best place to cut to the last one: between words, characters, code points. */
const CUTTERS: readonly Cutter[] = [
  (text) => segmentsOf(words, text),
  (text) => segmentsOf(graphemes, text),
  (text) => text,
];

/**
 * Parts that are the text again when they are joined, each of at most `size` code points. They end
 * where words do; only a word that is longer is cut inside, and a character only where it alone is
 * longer than a part may be.
 */
export function cutText(text: string, size: number): readonly string[] {
  return pack(text, size, CUTTERS);
}

function pack(text: string, size: number, [cut, ...finer]: readonly Cutter[]): readonly string[] {
  if (cut === undefined || isAtMost(text, size)) return [text];
  const parts: string[] = [];
  let part = '';
  let length = 0;
  for (const piece of cut(text)) {
    const pieceLength = codePoints(piece);
    if (length > 0 && length + pieceLength > size) {
      parts.push(part);
      part = '';
      length = 0;
    }
    if (pieceLength > size) {
      parts.push(...pack(piece, size, finer));
      continue;
    }
    part += piece;
    length += pieceLength;
  }
  return length > 0 ? [...parts, part] : parts;
}

function isAtMost(text: string, size: number): boolean {
  return text.length <= size || codePoints(text) <= size;
}

export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
