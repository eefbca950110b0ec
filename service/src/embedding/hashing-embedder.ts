// Vectors of texts without a model and without a network: the hashing trick over words and parts of
// words. It finds texts that share words, or beginnings and ends of words; it knows no meaning.

import { setImmediate } from 'node:timers/promises';
import { EMBEDDING_DIMENSIONS } from '../limits.js';
import type { Embedder } from './embedder.js';
import { toUnitVector } from './unit-vector.js';

/** Says in every row what its vector is worth. A change of what is hashed needs another name. */
const MODEL = `feature-hashing-${EMBEDDING_DIMENSIONS}`;

/** Texts that are hashed without a pause. */
const AT_ONCE = 16;
/** Letters of a part of a word. */
const PART = 3;
/** What the parts of a word weigh together, beside the word itself. */
const WEIGHT_OF_PARTS = 0.7;
/** A word of so many letters has full weight; short ones are mostly those that every text has. */
const FULL_LENGTH = 7;

/** Deterministic: the same text has the same vector on every machine. */
export const hashingEmbedder: Embedder = {
  model: MODEL,
  embed: async (texts) => {
    const vectors: (readonly number[])[] = [];
    for (const [at, text] of texts.entries()) {
      // Other requests have their turn meanwhile.
      if (at % AT_ONCE === AT_ONCE - 1) await setImmediate();
      vectors.push(hashText(text));
    }
    return vectors;
  },
};

function hashText(text: string): readonly number[] {
  const vector = new Array<number>(EMBEDDING_DIMENSIONS).fill(0);
  for (const [feature, weight] of featuresOf(text)) {
    const hashed = hashOf(feature);
    const place = hashed % EMBEDDING_DIMENSIONS;
    // The sign, from another bit, makes two features in one place as often cancel as add up.
    const sign = hashed >= 0x8000_0000 ? -1 : 1;
    vector[place] = (vector[place] ?? 0) + sign * Math.sqrt(weight);
  }
  return toUnitVector(vector) ?? directionOf(text);
}

/** How much of each feature a text has. */
function featuresOf(text: string): ReadonlyMap<string, number> {
  const features = new Map<string, number>();
  const add = (feature: string, weight: number) =>
    features.set(feature, (features.get(feature) ?? 0) + weight);
  for (const word of wordsOf(text)) {
    const weight = Math.min(word.length, FULL_LENGTH) / FULL_LENGTH;
    add(word, weight * weight);
    const parts = partsOf(word);
    for (const part of parts) add(part, (WEIGHT_OF_PARTS * weight * weight) / parts.length);
  }
  return features;
}

/** Without case, accents and other forms of the same letter; of what has no word, its characters. */
function wordsOf(text: string): readonly string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return plain.match(/[\p{L}\p{N}]+/gu) ?? plain.match(/\S/gu) ?? [];
}

/** Of `cat`: `<ca`, `cat`, `at>`, so that beginnings and ends differ from what is between them. */
function partsOf(word: string): readonly string[] {
  const letters = [...`<${word}>`];
  const count = Math.max(1, letters.length - PART + 1);
  return Array.from({ length: count }, (_, at) => `#${letters.slice(at, at + PART).join('')}`);
}

/** Of a text without features, or whose features cancel each other to nothing. */
function directionOf(text: string): readonly number[] {
  const place = hashOf(text) % EMBEDDING_DIMENSIONS;
  return Array.from({ length: EMBEDDING_DIMENSIONS }, (_, at) => (at === place ? 1 : 0));
}

/** FNV-1a over UTF-16, and the finalizer of MurmurHash3, which spreads it over all bits. */
function hashOf(text: string): number {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x0100_0193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
