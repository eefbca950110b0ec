// How the tests of whole processes run: the service, the command line and test servers are started,
// killed and started again. Most of their time is start-up, and they have a run of their own.

import { defineConfig } from 'vitest/config';
import { ON_ONE_SERVER, RETRY_IN_CI } from './vitest.shared.js';

export const PROCESSES = [
  'plinth/test/{cli,cli-process}.test.ts',
  'service/test/{auth-token,process,seed}.test.ts',
  'test/postgres-server.test.ts',
];

export default defineConfig({
  test: { ...ON_ONE_SERVER, include: PROCESSES, retry: RETRY_IN_CI },
});
