// A new embedded database from the files of another: it is as new, and a spoiled file does no harm.

import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openInMemory } from './embedded-memory.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plinth-template-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function useOnce(template: string): Promise<unknown> {
  const database = await openInMemory({}, template);
  try {
    await database.exec('CREATE TABLE mine (id int); INSERT INTO mine VALUES (1)');
    return (await database.query('SELECT id FROM mine')).rows;
  } finally {
    await database.close();
  }
}

it('keeps the files of the first, and makes the second from them', async () => {
  const template = join(folder, 'cache', 'template.tar');
  expect(await useOnce(template)).toEqual([{ id: 1 }]);
  expect(await readdir(join(folder, 'cache'))).toEqual(['template.tar']);
  expect(await useOnce(template)).toEqual([{ id: 1 }]);
});

it('opens without a template that it cannot read, and takes it away', async () => {
  const template = join(folder, 'template.tar');
  await writeFile(template, 'no archive');
  expect(await useOnce(template)).toEqual([{ id: 1 }]);
  expect(existsSync(template)).toBe(false);
});

it('opens where it may keep nothing', async () => {
  await writeFile(join(folder, 'file'), '');
  expect(await useOnce(join(folder, 'file', 'template.tar'))).toEqual([{ id: 1 }]);
});
