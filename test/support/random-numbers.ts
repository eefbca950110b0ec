// Random numbers that are the same in every run with the same seed.

/** Numbers from 0 to 1, without 1: a counter, spread over all bits by MurmurHash3's finalizer. */
export function randomNumbers(seed: number): () => number {
  let counter = Math.imul(seed, 0x85eb_ca6b);
  return () => {
    counter = (counter + 0x9e37_79b9) | 0;
    let mixed = Math.imul(counter ^ (counter >>> 16), 0x85eb_ca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}
