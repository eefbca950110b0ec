// Pairs of schemas from other projects: nearly all must be turned into each other, both ways.

import { expect, it } from 'vitest';
import { judgePair } from './judge-pair.js';
import { usePracticeServer } from './practice-server.js';
import { readSuite, Scores } from './practice-suites.js';

const SUITES = ['pgschema', 'migra'];
const SHARE = 0.98;
const practice = usePracticeServer();

it('the pairs converge', async () => {
  const all: Scores[] = [];
  for (const suite of SUITES) {
    const scores = new Scores(suite);
    for (const { name, old, fresh } of readSuite(suite)) {
      scores.add(name, await judgePair(practice.server, old, fresh));
    }
    scores.report();
    all.push(scores);
  }
  const sum = (what: 'good' | 'counted') => all.reduce((total, scores) => total + scores[what], 0);
  const failures = all.flatMap((scores) => scores.failures).join('\n');
  expect(sum('counted')).toBeGreaterThan(0);
  expect(sum('good') / sum('counted'), failures).toBeGreaterThanOrEqual(SHARE);
});
