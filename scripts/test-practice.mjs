// `npm run test:practice`: sets up what is missing, then lets Plinth turn the schemas of the
// practice suites into each other. They lie outside of the repository: without them it says so
// and ends well. Arguments go to the test runner.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { runVitest } from './run-vitest.mjs';
import { ROOT, setUp } from './set-up.mjs';

const folder = process.env.PLINTH_PRACTICE ?? join(ROOT, '..', 'shared', 'practice');
if (existsSync(folder)) {
  await setUp();
  await runVitest('vitest.practice.config.ts', { ...process.env, PLINTH_PRACTICE: folder });
} else {
  console.error(`\nSKIPPED: there is no practice material in ${folder}\n`);
}
