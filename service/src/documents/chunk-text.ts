// A text in chunks: whole sentences, as many as fit, each chunk beginning with the end of the one
// before. Pure and deterministic. Lengths are in code points.

import { codePoints, cutText } from './cut-text.js';
import { splitSentences } from './split-sentences.js';

export interface ChunkSizes {
  /** Longest chunk. */
  readonly size: number;
  /** Most that a chunk repeats of the one before; at most half of the size. */
  readonly overlap: number;
}

interface Sentence {
  readonly text: string;
  readonly length: number;
}

/**
 * The chunks of a text, in its order. Every character of it is in at least one, except for white space
 * that would fill a chunk alone: there is nothing to find in it. A sentence that is longer than a chunk
 * is cut, where a word ends.
 */
export function chunkText(text: string, sizes: ChunkSizes): readonly string[] {
  return packSentences(text, sizes).filter((chunk) => chunk.trim() !== '');
}

function packSentences(text: string, { size, overlap }: ChunkSizes): readonly string[] {
  const sentences = sentencesOf(text, size);
  const chunks: string[] = [];
  let first = 0;
  let length = 0;
  for (const [at, sentence] of sentences.entries()) {
    if (length + sentence.length > size) {
      chunks.push(textOf(sentences.slice(first, at)));
      // No more than leaves room for what is new.
      const repeated = endOf(sentences, at, Math.min(overlap, size - sentence.length));
      first = at - repeated.count;
      length = repeated.length;
    }
    length += sentence.length;
  }
  return length > 0 ? [...chunks, textOf(sentences.slice(first))] : chunks;
}

function sentencesOf(text: string, size: number): readonly Sentence[] {
  return splitSentences(text)
    .flatMap((sentence) => cutText(sentence, size))
    .map((part) => ({ text: part, length: codePoints(part) }));
}

/** How many of the sentences before a place have at most so many code points together. */
function endOf(sentences: readonly Sentence[], before: number, atMost: number) {
  let count = 0;
  let length = 0;
  for (;;) {
    const next = sentences[before - count - 1];
    if (next === undefined || length + next.length > atMost) return { count, length };
    count += 1;
    length += next.length;
  }
}

function textOf(sentences: readonly Sentence[]): string {
  return sentences.map(({ text }) => text).join('');
}
