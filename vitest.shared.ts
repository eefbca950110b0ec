// What the test runs have in common that use one PostgreSQL server for all their files.

import { availableParallelism } from 'node:os';

export const ON_ONE_SERVER = {
  globalSetup: ['test/global-setup.ts'],
  // A database client is closed with its process: a leak in one file cannot reach another.
  pool: 'forks' as const,
  // On two cores vitest would run one file after another, and much of the time is waiting.
  maxWorkers: Math.max(2, availableParallelism()),
  // Safety nets for a test that hangs, not expectations of speed.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 10_000 } },
  // Packages load as they do for a user, by Node itself; only the tests' own sources are
  // transformed.
  server: { deps: { external: [/\/plinth\/dist\//, /\/service\/dist\//] } },
};

/**
 * Processes and servers start and die in some tests, on machines that are shared: there a second run,
 * which is reported as one, tells a defect from a moment. At home nothing is retried.
 */
export const RETRY_IN_CI = process.env.CI ? 1 : 0;
