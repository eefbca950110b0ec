// `npm run token` beside the service, as processes.

import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import { AUDIENCE, useIdentityProvider } from './support/identity-provider.js';
import { useProcesses } from './support/process.js';
import { callUrl } from './support/service.js';

const SCRIPT = fileURLToPath(new URL('../../scripts/token.mjs', import.meta.url));
const run = promisify(execFile);
const processes = useProcesses();
const database = useDatabase();
const provider = useIdentityProvider();

async function runToken(
  cwd: string,
  args: readonly string[] = [],
  environment: Record<string, string> = {},
) {
  const env = { PATH: process.env.PATH ?? '', ...environment };
  return await run(process.execPath, [SCRIPT, ...args], { cwd, env });
}

it('its token is accepted by the service, whichever of the two comes first', async () => {
  const folder = processes.makeFolder();
  const environment = { DATABASE_URL: 'pglite://memory', AUTH_REQUIRED: 'true' };
  const before = await runToken(folder, [], environment);
  const running = processes.start(folder, environment);
  const after = await runToken(folder, ['--subject', 'ada'], environment);
  for (const { stdout, stderr } of [before, after]) {
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(stderr).toBe('');
    const headers = { authorization: `Bearer ${stdout.trim()}` };
    const answer = await callUrl(`${await running.url}/api/tasks`, 'GET', undefined, headers);
    expect(answer.status).toBe(200);
  }
  expect((await callUrl(`${await running.url}/api/tasks`, 'GET')).status).toBe(401);
  running.child.kill('SIGTERM');
  const { code, stdout, stderr } = await running.exit;
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).not.toContain('no tokens are accepted');
  // Who it was, and never the token.
  expect(stdout).toMatch(/"caller":\{"userId":"[0-9a-f-]{36}"\}/);
  expect(stdout).not.toContain(after.stdout.trim().split('.')[1]);
});

it('an issuer that is set is believed, and no other one', async () => {
  const folder = processes.makeFolder();
  const ofDevelopment = await runToken(folder, [], { DATABASE_URL: 'pglite://memory' });
  const running = processes.start(folder, {
    DATABASE_URL: database.url,
    AUTH_REQUIRED: 'true',
    AUTH_ISSUER: provider.issuer,
    AUTH_AUDIENCE: AUDIENCE,
    AUTH_JWKS_URL: provider.jwksUrl.href,
  });
  for (const [token, status] of [
    [await provider.token(), 200],
    [ofDevelopment.stdout.trim(), 401],
  ] as const) {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await callUrl(`${await running.url}/api/tasks`, 'GET', undefined, headers);
    expect(answer.status).toBe(status);
  }
  running.child.kill('SIGTERM');
  expect((await running.exit).stdout).not.toContain('no tokens are accepted');
});

it('says on standard error alone why there is no token', async () => {
  const environment = { DATABASE_URL: database.url };
  const error: unknown = await runToken(processes.makeFolder(), [], environment).catch(
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^error: there are no tokens of development on a server\nhint: /),
  });
});

it('a service with damaged keys does not start', async () => {
  const folder = processes.makeFolder();
  const environment = { DATABASE_URL: 'pglite://memory' };
  await runToken(folder, [], environment);
  const path = join(folder, '.plinth', 'memory.keys.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"d"', 'd'));
  const { code, stderr } = await processes.start(folder, environment).exit;
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^error: the development keys in \S+memory\.keys\.json are damaged\nhint: Restore the file, /,
  );
  expect(readFileSync(path, 'utf8')).toContain(' d:');
});

it('on a server without an issuer the log says at the start that no tokens are accepted', async () => {
  const running = processes.start(processes.makeFolder(), { DATABASE_URL: database.url });
  await running.url;
  running.child.kill('SIGTERM');
  const { stdout } = await running.exit;
  expect(stdout).toMatch(/"level":40,.*no tokens are accepted.*set AUTH_ISSUER, AUTH_AUDIENCE and/);
});
