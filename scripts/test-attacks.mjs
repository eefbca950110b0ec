// `npm run test:attacks`: sets up what is missing, then plants holes for the prover of isolation to find,
// and sends hostile requests to every route. Arguments go to the test runner.

import { runVitest } from './run-vitest.mjs';
import { setUp } from './set-up.mjs';

await setUp();
await runVitest('vitest.attacks.config.ts');
