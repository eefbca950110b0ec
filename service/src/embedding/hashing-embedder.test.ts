import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMBEDDING_DIMENSIONS } from '../limits.js';
import { hashingEmbedder } from './hashing-embedder.js';

const SEED = Number(process.env.PLINTH_PROPERTY_SEED ?? 12);

async function vectorOf(text: string): Promise<readonly number[]> {
  const [vector = []] = await hashingEmbedder.embed([text]);
  return vector;
}

async function similarity(a: string, b: string): Promise<number> {
  const [first = [], second = []] = await hashingEmbedder.embed([a, b]);
  return first.reduce((sum, value, at) => sum + value * (second[at] ?? 0), 0);
}

describe('the offline embedder', () => {
  it(`makes a unit vector of any text, the same each time (seed ${SEED})`, async () => {
    const texts = fc.string({ unit: 'binary', maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const vector = await vectorOf(text);
        expect(vector).toHaveLength(EMBEDDING_DIMENSIONS);
        const length = Math.hypot(...vector);
        expect(Math.abs(length - 1)).toBeLessThan(1e-5);
        expect(await vectorOf(text)).toEqual(vector);
      }),
      { seed: SEED, numRuns: 50 },
    );
  });

  it.each(['', ' ', '!?', '🐱', '\u0301'])('has a direction for %j', async (text) => {
    expect((await vectorOf(text)).some((value) => value !== 0)).toBe(true);
  });

  it('is the same on every machine', async () => {
    const vector = await vectorOf('cat');
    const places = vector.flatMap((value, at) => (value === 0 ? [] : [at]));
    expect(places).toEqual([7, 28, 98, 123]);
  });

  it('sees through case, accents and other forms of a letter', async () => {
    expect(await similarity('Die FÄHRE ﬁndet', 'die fahre findet')).toBeCloseTo(1, 5);
  });

  it.each([
    ['the same word', 'a printer is on fire', 'printer', 'holiday'],
    ['another form of it', 'the printers are printing', 'printed', 'planned'],
    ['long words more than short ones', 'the extinguisher', 'an extinguisher', 'the cat'],
  ])('finds %s', async (_what, text, near, far) => {
    expect(await similarity(text, near)).toBeGreaterThan((await similarity(text, far)) + 0.1);
  });

  it('knows no meaning', async () => {
    expect(await similarity('automobile', 'car')).toBeLessThan(0.2);
  });

  it('says in its name what it is', () => {
    expect(hashingEmbedder.model).toBe('feature-hashing-384');
  });
});
