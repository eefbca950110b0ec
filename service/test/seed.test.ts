// `npm run seed` beside the service, as processes.

import { execFile } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { useProcesses } from './support/process.js';

const SCRIPT = fileURLToPath(new URL('../../scripts/seed.mjs', import.meta.url));
const run = promisify(execFile);
const processes = useProcesses();

async function runSeed(cwd: string, environment: Record<string, string>) {
  const env = { PATH: process.env.PATH ?? '', ...environment };
  return await run(process.execPath, [SCRIPT], { cwd, env });
}

it('fills two tenants of the service that runs, once, and finds it by its port alone', async () => {
  const folder = processes.makeFolder();
  const running = processes.start(folder);
  const { port } = new URL(await running.url);
  const first = await runSeed(folder, { PORT: port });
  expect(first.stdout.split('\n').slice(0, 2)).toEqual([
    'seeded  acme    Acme Corporation, 3 new enhancements, 2 new documents',
    'seeded  globex  Globex, 2 new enhancements, 2 new documents',
  ]);
  const again = await runSeed(folder, { PORT: port });
  expect(again.stdout).toContain('Acme Corporation, 0 new enhancements, 0 new documents');
  // Nobody is there: the folder cannot be opened, and why is said.
  const elsewhere = await runSeed(folder, { PORT: '1' }).catch((error: unknown) => error);
  expect(elsewhere).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /is in use by process \d+.*; no service answers at http:\/\/127\.0\.0\.1:1\nhint: Set PORT and HOST to where that service listens/,
    ),
  });
  running.child.kill('SIGTERM');
  expect((await running.exit).code).toBe(0);
});
