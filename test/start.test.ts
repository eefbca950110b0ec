// `npm start` as a newcomer types it: it comes up, and it ends with the npm that started it.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const npmCommand = process.platform === 'win32' ? 'npm.cmd' : 'npm';
let npm: ChildProcess | undefined;

afterEach(() => {
  npm?.kill('SIGKILL');
});

async function startService(): Promise<string> {
  npm = spawn(npmCommand, ['start'], {
    cwd: ROOT,
    env: { ...process.env, PORT: '0', DATABASE_URL: 'pglite://memory', APP_ENV: 'development' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (npm.stdout === null) throw new Error('npm has no output');
  for await (const line of createInterface({ input: npm.stdout })) {
    const url = /listening on (http:\S+)$/.exec(line)?.[1];
    if (url !== undefined && !line.startsWith('{')) return url;
  }
  throw new Error('npm start ended before the service listened');
}

async function answers(url: string): Promise<boolean> {
  return await fetch(`${url}/health/live`).then(
    () => true,
    () => false,
  );
}

describe('npm start', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)('ends when npm gets %s', async (signal) => {
    const url = await startService();
    expect(await answers(url)).toBe(true);
    const ended = npm === undefined ? Promise.resolve([]) : once(npm, 'exit');
    npm?.kill(signal);
    await ended;
    await expect.poll(() => answers(url), { timeout: 10_000 }).toBe(false);
  });
});
