// `npm run test:faults`: sets up what is missing, then runs the tests that stop servers, break
// networks and exhaust pools. Arguments go to the test runner.

import { runVitest } from './run-vitest.mjs';
import { setUp } from './set-up.mjs';

await setUp();
await runVitest('vitest.faults.config.ts');
