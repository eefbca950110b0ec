// How the practice suites run: two files at a time, each on a server of its own.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['plinth/test/practice/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // One test is a whole suite; this is a safety net for one that hangs.
    testTimeout: 1_700_000,
    hookTimeout: 60_000,
    server: { deps: { external: [/\/plinth\/dist\//] } },
  },
});
