// `npm test`: sets up what is missing, then checks format, rules and types, compares the service's
// models with its revisions, and runs all tests but the slower ones, which have commands of their own.
// It stops at the first step that fails. Arguments go to the test runner.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT, setUp } from './set-up.mjs';

const STEPS = [
  // Biome colours its report even where no terminal reads it.
  ['@biomejs/biome/bin/biome', 'ci', ...(process.stdout.isTTY ? [] : ['--colors=off'])],
  ['typescript/bin/tsc', '-p', 'tsconfig.test.json'],
  ['plinth/bin/plinth.js', 'check'],
  ['vitest/vitest.mjs', 'run', ...process.argv.slice(2)],
];

await setUp();
for (const [program, ...args] of STEPS) {
  const status = await run(join(ROOT, 'node_modules', program), args);
  if (status !== 0) process.exit(status);
}

/** Runs a Node program with our terminal; resolves with its exit status. */
function run(program, args) {
  const child = spawn(process.execPath, [program, ...args], { cwd: ROOT, stdio: 'inherit' });
  // A terminal sends Ctrl+C to both of us; we wait for the runner to clean up. Other signals
  // reach us alone.
  const forward = (signal) => child.kill(signal);
  const wait = () => undefined;
  process.on('SIGTERM', forward).on('SIGINT', wait);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      process.off('SIGTERM', forward).off('SIGINT', wait);
      // A shell's convention is 128 and the number of the signal; 1 is enough to say "failed".
      resolve(signal === null ? status : 1);
    });
  });
}
