// How the tests of the diff and of proofs run: a server for the run, and one of the system's for pg_dump
// to judge on. Each test creates, changes and reads back whole databases.

import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Revisions, merges and orders of sources that are proved, some of them on several servers. */
export const PROOFS = [
  'plinth/test/{autogenerate-proof,autogenerate-servers,merge-proof,sources-order}.test.ts',
];

export default defineConfig({
  test: {
    include: ['plinth/test/diff/**/*.test.ts', ...PROOFS],
    globalSetup: ['test/global-setup.ts'],
    pool: 'forks',
    maxWorkers: Math.max(2, availableParallelism()),
    // Safety nets for a test that hangs, not expectations of speed.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    server: { deps: { external: [/\/plinth\/dist\//] } },
  },
});
