// How batches grow and shrink.

import { describe, expect, it } from 'vitest';
import {
  afterBatch,
  afterFailure,
  BATCH_TIME,
  FIRST_PACE,
  LARGEST_BATCH,
  type Pace,
  restAfter,
  SMALLEST_BATCH,
} from './pace.js';

describe('afterBatch', () => {
  it.each([
    { what: 'a quick one', size: 100, found: 100, took: 1, next: 200 },
    { what: 'one of just the time', size: 100, found: 100, took: BATCH_TIME, next: 100 },
    { what: 'one that took a little longer', size: 100, found: 100, took: 62.5, next: 80 },
    { what: 'one that took very long', size: 100, found: 100, took: 5000, next: 50 },
    { what: 'a quick one that was not full', size: 100, found: 40, took: 1, next: 100 },
    { what: 'a slow one that was not full', size: 100, found: 40, took: 100, next: 50 },
    {
      what: 'one of the largest',
      size: LARGEST_BATCH,
      found: LARGEST_BATCH,
      took: 0,
      next: 5000,
    },
    { what: 'one of the smallest', size: SMALLEST_BATCH, found: 10, took: 500, next: 10 },
  ])('after $what wants $next rows', ({ size, found, took, next }) => {
    expect(afterBatch({ ...FIRST_PACE, size }, found, took).size).toBe(next);
  });
});

describe('afterFailure', () => {
  it('takes a quarter, and has more patience only for the smallest batch', () => {
    const paces: Pace[] = [{ size: 1000, patience: 150 }];
    for (let failures = 0; failures < 7; failures++) {
      paces.push(afterFailure(paces.at(-1) ?? FIRST_PACE));
    }
    expect(paces.map(({ size }) => size)).toEqual([1000, 250, 63, 16, 10, 10, 10, 10]);
    expect(paces.map(({ patience }) => patience)).toEqual([
      150, 150, 150, 150, 150, 300, 600, 1200,
    ]);
  });
});

describe('restAfter', () => {
  it.each([
    { share: 0.5, rest: 40 },
    { share: 0.25, rest: 120 },
    { share: 1, rest: 0 },
  ])('leaves $share of the time to batches', ({ share, rest }) => {
    expect(restAfter(40, share)).toBe(rest);
  });
});
