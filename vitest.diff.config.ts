// How the tests of the diff run: a server for the run, and one of the system's for pg_dump to
// judge on. Each test creates, changes and reads back whole databases.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['plinth/test/diff/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    pool: 'forks',
    // Safety nets for a test that hangs, not expectations of speed.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    server: { deps: { external: [/\/plinth\/dist\//] } },
  },
});
