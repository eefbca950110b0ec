// A history of one production schema, state by state: every step must go forward and back.

import { expect, it } from 'vitest';
import { judgePair } from './judge-pair.js';
import { usePracticeServer } from './practice-server.js';
import { readSuite, Scores } from './practice-suites.js';

const practice = usePracticeServer();

it('every step of the chain converges', async () => {
  const scores = new Scores('chain-crates.io');
  const steps = readSuite('chain-crates.io');
  for (const { name, old, fresh } of steps) {
    scores.add(name, await judgePair(practice.server, old, fresh));
  }
  scores.report();
  expect(scores.failures).toEqual([]);
  expect(scores.counted).toBe(2 * steps.length);
});
