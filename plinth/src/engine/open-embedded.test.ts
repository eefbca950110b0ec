// The folder of an embedded database: what is created, what is made anew, and what is never
// touched.

import { cp, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isPlinthError } from '../errors/index.js';
import { openEngine } from './open-engine.js';

let folder: string;
let data: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plinth-embedded-'));
  data = join(folder, 'data');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function failureOf(work: Promise<unknown>): Promise<string> {
  const error = await work.catch((reason: unknown) => reason);
  expect(isPlinthError(error, 'ENGINE_EMBEDDED_FAILED')).toBe(true);
  return String(error);
}

/** What a process leaves that died while it created the database. */
async function dieWhileCreating(): Promise<void> {
  await mkdir(data);
  const { dev, ino, birthtimeNs } = await stat(data, { bigint: true });
  await writeFile(`${data}.creating`, `${dev}:${ino}:${birthtimeNs}`);
  await writeFile(join(data, 'PG_VERSION'), '18\n');
}

describe('the folder of an embedded database', () => {
  it('keeps its rows from one opening to the next, and nothing beside it', async () => {
    const first = await openEngine({ url: `pglite://${data}` });
    await first.query('CREATE TABLE kept (a int)');
    await first.close();
    const second = await openEngine({ url: `pglite://${data}` });
    expect((await second.query('SELECT * FROM kept')).rows).toEqual([]);
    await second.close();
    expect(await readdir(folder)).toEqual(['data']);
  });

  it.each([
    ['a folder', () => `pglite://${data}`],
    ['memory', () => 'pglite://memory'],
  ])('refuses in %s what a server keeps for itself', async (_name, url) => {
    await using engine = await openEngine({ url: url() });
    const refused = { code: '42939' };
    await expect(engine.query('CREATE SCHEMA pg_mine')).rejects.toMatchObject(refused);
    await expect(engine.query('CREATE TABLE pg_catalog.mine ()')).rejects.toMatchObject({
      code: '42501',
    });
  });

  it('is made anew when its creation was cut off', async () => {
    await dieWhileCreating();
    const engine = await openEngine({ url: `pglite://${data}` });
    expect((await engine.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await engine.close();
    expect(await readdir(folder)).toEqual(['data']);
  });

  it('is not emptied when somebody put a copy in the place of what was cut off', async () => {
    const backup = await openEngine({ url: `pglite://${join(folder, 'backup')}` });
    await backup.query('CREATE TABLE precious (a int)');
    await backup.close();
    await dieWhileCreating();
    await rm(data, { recursive: true });
    await cp(join(folder, 'backup'), data, { recursive: true });
    const engine = await openEngine({ url: `pglite://${data}` });
    expect((await engine.query('SELECT * FROM precious')).rows).toEqual([]);
    await engine.close();
  });

  it('is left alone when it holds something else', async () => {
    await mkdir(data);
    await writeFile(join(data, 'letter.txt'), 'mine');
    const message = await failureOf(openEngine({ url: `pglite://${data}` }));
    expect(message).toContain('not empty and holds no database');
    expect(await readdir(data)).toEqual(['letter.txt']);
    await rename(join(data, 'letter.txt'), join(data, 'PG_VERSION'));
    await writeFile(join(data, 'PG_VERSION'), '15\n');
    expect(await failureOf(openEngine({ url: `pglite://${data}` }))).toContain('PostgreSQL 15');
  });
});
