// Randomness that can be had again: the seed stands in the title of every test that uses it.

/** `PLINTH_SEED`, or a new one. */
export const SEED = Number(process.env.PLINTH_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Whole numbers from 0 to below a limit. */
export type Random = (below: number) => number;

/** A linear congruential generator (the constants of Numerical Recipes); nothing secret. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
