// `npm run test:processes`: sets up what is missing, then starts, kills and starts again the service, the
// command line and test servers. Arguments go to the test runner.

import { runVitest } from './run-vitest.mjs';
import { setUp } from './set-up.mjs';

await setUp();
await runVitest('vitest.processes.config.ts');
