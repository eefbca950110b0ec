// `npm run test:faults`: sets up what is missing, then runs the tests that stop servers, break
// networks and exhaust pools. Arguments go to the test runner.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { ROOT, setUp } from './set-up.mjs';

await setUp();
const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
const args = ['run', '--config', 'vitest.faults.config.ts', ...process.argv.slice(2)];
const child = spawn(process.execPath, [vitest, ...args], { cwd: ROOT, stdio: 'inherit' });
// A terminal sends Ctrl+C to both of us; we wait for the runner to end its servers. Other signals
// reach us alone.
process.on('SIGINT', () => undefined).on('SIGTERM', (signal) => child.kill(signal));
child.on('close', (status, signal) => {
  process.exitCode = signal === null ? (status ?? 1) : 1;
});
