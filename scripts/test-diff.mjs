// `npm run test:diff`: sets up what is missing, then turns small schemas of every kind of object
// into each other, and proves revisions and merges. Arguments go to the test runner.

import { runVitest } from './run-vitest.mjs';
import { setUp } from './set-up.mjs';

await setUp();
await runVitest('vitest.diff.config.ts');
