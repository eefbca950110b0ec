// The part of a chunk that a hit shows: around the words that were looked for, or its beginning.
// Pure. Lengths are in code points.

import { codePoints, cutText } from './cut-text.js';
import { segmentsOf } from './segments-of.js';

/** Longest snippet, without the dots that say that something was left out. */
export const SNIPPET_LENGTH = 240;

/** How much of a snippet stands before the first word that was looked for. */
const LEAD = 60;
/** Words that are looked for, and places that are compared; more would find no better ones. */
const MOST_WORDS = 64;
const MOST_PLACES = 64;

const words = new Intl.Segmenter('en', { granularity: 'word' });

interface Piece {
  readonly text: string;
  readonly length: number;
  /** The word as it is looked for; none where it is not. */
  readonly found: string | undefined;
}

/**
 * Of all windows that begin a little before a word of the query, the one with the most different
 * words of it. White space in a row becomes one space.
 *
 * @param query None for a search by vector.
 */
export function snippetOf(text: string, query: string | undefined): string {
  const plain = text.replace(/\s+/g, ' ').trim();
  if (codePoints(plain) <= SNIPPET_LENGTH) return plain;
  const wanted = new Set(query === undefined ? [] : wordsOf(query).slice(0, MOST_WORDS));
  const all = piecesOf(plain, wanted);
  const pieces = wanted.size === 0 ? beginningOf(all) : [...all];
  const starts = pieces.flatMap(({ found }, at) =>
    found === undefined ? [] : [leadOf(pieces, at)],
  );
  let best = windowFrom(pieces, 0);
  for (const start of [...new Set(starts)].slice(0, MOST_PLACES)) {
    const window = windowFrom(pieces, start);
    if (window.found > best.found) best = window;
  }
  const shown = pieces.slice(best.from, best.to).map((piece) => piece.text);
  const before = best.from > 0 ? '…' : '';
  const after = best.to < pieces.length ? '…' : '';
  return `${before}${shown.join('').trim()}${after}`;
}

interface Window {
  readonly from: number;
  readonly to: number;
  /** How many different words of the query are in it. */
  readonly found: number;
}

function windowFrom(pieces: readonly Piece[], from: number): Window {
  const found = new Set<string>();
  let length = 0;
  let to = from;
  for (let piece = pieces[to]; piece !== undefined; piece = pieces[to]) {
    length += piece.length;
    if (length > SNIPPET_LENGTH) break;
    if (piece.found !== undefined) found.add(piece.found);
    to += 1;
  }
  return { from, to, found: found.size };
}

/** Where a window begins that shows a little of what stands before a piece. */
function leadOf(pieces: readonly Piece[], at: number): number {
  let from = at;
  let length = 0;
  for (;;) {
    length += pieces[from - 1]?.length ?? LEAD + 1;
    if (length > LEAD) return from;
    from -= 1;
  }
}

/** As many as fill a snippet, and one more: where nothing is looked for, the rest is not read. */
function beginningOf(all: Iterable<Piece>): readonly Piece[] {
  const pieces: Piece[] = [];
  let length = 0;
  for (const piece of all) {
    pieces.push(piece);
    length += piece.length;
    if (length > SNIPPET_LENGTH) break;
  }
  return pieces;
}

function* piecesOf(text: string, wanted: ReadonlySet<string>): Generator<Piece> {
  for (const segment of segmentsOf(words, text)) {
    for (const part of cutText(segment, SNIPPET_LENGTH)) {
      const word = wanted.size === 0 ? '' : plainForm(part);
      yield {
        text: part,
        length: codePoints(part),
        found: wanted.has(word) ? word : undefined,
      };
    }
  }
}

/** The words of a query, without what is none. */
function wordsOf(query: string): readonly string[] {
  return [...segmentsOf(words, query)].filter((part) => /[\p{L}\p{N}]/u.test(part)).map(plainForm);
}

/** A word without case and accents. */
function plainForm(word: string): string {
  return word.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
