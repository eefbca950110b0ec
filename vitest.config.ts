// How tests run, for both workspaces: one run, one PostgreSQL server, files in parallel.

import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { ATTACKS } from './vitest.attacks.config.js';
import { PROOFS } from './vitest.diff.config.js';

export default defineConfig({
  test: {
    include: [
      'plinth/src/**/*.test.ts',
      'plinth/test/**/*.test.ts',
      'service/src/**/*.test.ts',
      'service/test/**/*.test.ts',
      'test/**/*.test.ts',
    ],
    // They stop servers and break networks, or take minutes, and have runs of their own.
    exclude: ['**/node_modules/**', 'plinth/test/{diff,faults,practice}/**', ...ATTACKS, ...PROOFS],
    globalSetup: ['test/global-setup.ts'],
    // A database client is closed with its process: a leak in one file cannot reach another.
    pool: 'forks',
    // On two cores vitest would run one file after another, and much of the time is waiting.
    maxWorkers: Math.max(2, availableParallelism()),
    // Safety nets for a test that hangs, not expectations of speed.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    // Processes and servers start and die in these tests, on machines that are shared: there a
    // second run, which is reported as one, tells a defect from a moment. At home nothing is retried.
    retry: process.env.CI ? 1 : 0,
    // Packages load as they do for a user, by Node itself; only the tests' own sources are
    // transformed.
    server: { deps: { external: [/\/plinth\/dist\//, /\/service\/dist\//] } },
  },
});
