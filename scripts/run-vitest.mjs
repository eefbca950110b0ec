// Runs the tests of one configuration, with the arguments of this process, and takes over how
// they ended.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { ROOT } from './set-up.mjs';

/**
 * Resolves when they have ended; their exit status becomes this process's, unless it has one.
 *
 * @returns Whether they passed, and whether somebody has asked this process to end.
 */
export async function runVitest(config, env = process.env, args = process.argv.slice(2)) {
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', '--config', config, ...args], {
    cwd: ROOT,
    env,
    stdio: 'inherit',
  });
  let stopped = false;
  // A terminal sends Ctrl+C to both of us; we wait for the runner to end its servers. Other
  // signals reach us alone.
  const onSignal = (signal) => {
    stopped = true;
    if (signal === 'SIGTERM') child.kill(signal);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(signal === null ? (code ?? 1) : 1));
  });
  process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  process.exitCode ||= status;
  return { passed: status === 0, stopped };
}
