// The sentences of a text, by the rules of Unicode (UAX 29). It cuts nothing inside a sentence.

import { segmentsOf } from './segments-of.js';

const sentences = new Intl.Segmenter('en', { granularity: 'sentence' });

/** A line end that is none of a paragraph: nothing but white space stands between it and a word. */
const LONE_LINE_END = /(?<=\S)[^\S\r\n]*(?:\r\n|\r|\n)(?=[^\S\r\n]*\S)/g;

/**
 * Sentences that are the text again when they are joined: each has the white space behind it. A
 * paragraph ends a sentence; the end of a line does not, because lines may have been broken anywhere.
 */
export function splitSentences(text: string): readonly string[] {
  // Unicode ends a sentence at every line end. White space of the same length keeps all places.
  const unbroken = text.replace(LONE_LINE_END, (end) => ' '.repeat(end.length));
  const ends: number[] = [];
  let end = 0;
  for (const segment of segmentsOf(sentences, unbroken)) {
    end += segment.length;
    // An empty line belongs to what stands before it.
    if (ends.length > 0 && segment.trim() === '') ends.pop();
    ends.push(end);
  }
  return ends.map((to, at) => text.slice(ends[at - 1] ?? 0, to));
}
