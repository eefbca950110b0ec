// Runs the examples of docs/testing.md and docs/fastify.md as a reader would: the first fence, in a file.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

let folder: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  // Inside of the repository, where its packages are found.
  folder = mkdtempSync(join(ROOT, 'node_modules', '.example-'));
});

afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function exampleOf(page: string): string {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
  const [, example = ''] = /^```js\n([\s\S]*?)^```$/m.exec(text) ?? [];
  const file = join(folder, 'example.mjs');
  writeFileSync(file, example);
  return file;
}

it('docs/testing.md', async () => {
  child = spawn(process.execPath, ['--test', exampleOf('testing.md')], { stdio: 'pipe' });
  let printed = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  const [status] = await once(child, 'close');
  expect(printed).toContain('a tenant sees its own notes');
  expect(status, printed).toBe(0);
});

it('docs/fastify.md', async () => {
  const env = { PATH: process.env.PATH, PORT: '0' };
  child = spawn(process.execPath, [exampleOf('fastify.md')], { stdio: ['ignore', 'pipe', 2], env });
  if (child.stdout === null) throw new Error('nothing can be read of it');
  const [url] = await once(createInterface(child.stdout), 'line');
  const ask = async (path: string) => await (await fetch(`${url}${path}`)).json();
  expect(await ask('/health')).toEqual({ status: 'healthy', database: 'connected' });
  expect(await ask('/notes/1')).toEqual({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'There is no note 1.',
    instance: expect.stringMatching(/^urn:uuid:/),
  });
  expect(await ask('/now')).toEqual({ now: expect.stringMatching(/^\d{4}-/) });
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([0, null]);
});
