// How the attacks run: planted holes that the prover of isolation has to find, hostile requests to every
// route, and generated ones. They take minutes, and have a run of their own.

import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export const ATTACKS = [
  'plinth/test/isolation*.test.ts',
  'service/test/{hostile,conformance}.test.ts',
];

export default defineConfig({
  test: {
    include: ATTACKS,
    globalSetup: ['test/global-setup.ts'],
    pool: 'forks',
    maxWorkers: Math.max(2, availableParallelism()),
    // Safety nets for a test that hangs, not expectations of speed.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    server: { deps: { external: [/\/plinth\/dist\//, /\/service\/dist\//] } },
  },
});
