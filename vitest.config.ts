// How tests run, for both workspaces: one run, one PostgreSQL server, files in parallel.

import { defineConfig } from 'vitest/config';
import { ATTACKS } from './vitest.attacks.config.js';
import { PROOFS } from './vitest.diff.config.js';
import { PROCESSES } from './vitest.processes.config.js';
import { ON_ONE_SERVER, RETRY_IN_CI } from './vitest.shared.js';

/** They stop servers and break networks, or take minutes, and have runs of their own. */
const SLOWER = ['plinth/test/{diff,faults,practice}/**', ...ATTACKS, ...PROOFS, ...PROCESSES];

export default defineConfig({
  test: {
    ...ON_ONE_SERVER,
    include: [
      'plinth/src/**/*.test.ts',
      'plinth/test/**/*.test.ts',
      'service/src/**/*.test.ts',
      'service/test/**/*.test.ts',
      'test/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', ...SLOWER],
    testTimeout: 30_000,
    retry: RETRY_IN_CI,
  },
});
