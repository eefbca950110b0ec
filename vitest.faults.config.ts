// How the fault tests run: each file on servers of its own, two files at a time.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['plinth/test/faults/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Faults take their time to be found out; these are safety nets for a promise that hangs.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    // What a fault hits depends on the moment: a second run, which is reported as one, tells a
    // defect from a moment.
    retry: 1,
    server: { deps: { external: [/\/plinth\/dist\//] } },
  },
});
