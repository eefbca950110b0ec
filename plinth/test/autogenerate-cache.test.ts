// What is kept of a history that was replayed: it is found again, and nothing depends on it.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useServer } from '../../test/support/database.js';
import { CliProject, type Run } from './support/cli-project.js';

const own = useServer();
let project: CliProject;

beforeEach(async () => {
  project = await CliProject.create({ scratchUrl: own.server.url });
  await revision('aaa', '(base)', 'CREATE TABLE a (id int);');
  await project.write('schema/tables.sql', 'CREATE TABLE a (id int);');
});

afterEach(async () => {
  await project[Symbol.asyncDispose]();
});

function revision(id: string, revises: string, upgrade: string): Promise<void> {
  return project.write(
    `revisions/${id}.sql`,
    `-- plinth:revision ${id}\n-- plinth:revises ${revises}\n-- plinth:message ${id}\n
-- plinth:upgrade\n${upgrade}\n\n-- plinth:downgrade\n`,
  );
}

const CATALOGS = 'cache/catalogs';
const entries = () => project.list(CATALOGS);
const check = () => project.plinth(['check']);

const SAME: Run = { status: 0, out: 'models and revisions: no differences', error: '' };

/** What every entry says, changed; it must be found to be changed, or what it says counts. */
async function changeEntries(change: (text: string) => string): Promise<void> {
  for (const name of await entries()) {
    const path = join(project.folder, CATALOGS, name);
    const text = gunzipSync(await readFile(path)).toString('utf8');
    await writeFile(path, gzipSync(change(text)));
  }
}

/** Changes a byte in the middle, where the packed text is. */
function spoil(packed: Buffer): Buffer {
  const spoiled = Buffer.from(packed);
  const middle = packed.length >> 1;
  spoiled.writeUInt8(packed.readUInt8(middle) ^ 0xff, middle);
  return spoiled;
}

describe('the cache', () => {
  it('holds the models and the history, and is used', async () => {
    expect(await check()).toEqual(SAME);
    expect(await entries()).toHaveLength(2);
    expect(await check()).toEqual(SAME);
    // The history says something else by now, and so it is the cache that was asked.
    await changeEntries((text) => text.replaceAll('"a"', '"from_the_cache"'));
    await project.write('schema/tables.sql', 'CREATE TABLE b (id int);');
    expect((await check()).out).toContain('from_the_cache');
  });

  it('is found by whoever diffs revisions too', async () => {
    await check();
    const before = await entries();
    await project.plinth(['diff', 'revisions', 'empty', '--scratch-url', own.server.url]);
    expect(await entries()).toEqual(before);
  });

  it('has what autogenerate proved, so that the next run replays nothing', async () => {
    await project.write('schema/tables.sql', 'CREATE TABLE a (id int, b text);');
    const run = await project.plinth(['revision', '--autogenerate', '-m', 'b']);
    expect(run).toMatchObject({ status: 0, error: '' });
    const before = await entries();
    expect(before).toHaveLength(3);
    expect(await check()).toEqual(SAME);
    expect(await entries()).toEqual(before);
  });

  it.each([
    ['a statement of a revision', () => revision('aaa', '(base)', 'CREATE TABLE a (id bigint);')],
    ['a further revision', () => revision('bbb', 'aaa', 'ALTER TABLE a ALTER id TYPE bigint;')],
    ['the models', () => project.write('schema/tables.sql', 'CREATE TABLE a (id bigint);')],
  ])('does not answer for another: %s', async (_, change) => {
    await check();
    await change();
    const { status, out } = await check();
    expect(status).toBe(1);
    expect(out).toContain('ALTER COLUMN id TYPE');
    expect(await entries()).toHaveLength(3);
  });

  it('answers where only comments changed', async () => {
    await check();
    const before = await entries();
    await revision('aaa', '(base)', '-- A table.\nCREATE TABLE a (\n  id int\n);');
    expect(await check()).toEqual(SAME);
    expect(await entries()).toEqual(before);
  });

  it.each([
    ['is cut off', (packed: Buffer) => packed.subarray(0, packed.length / 2)],
    ['has another byte', spoil],
    ['is empty', () => Buffer.alloc(0)],
    ['is no catalog', () => gzipSync('{"catalog":{"objects":[]},"notes":[]}')],
    ['is of another key', () => gzipSync('{"key":"x","catalog":{"objects":[]},"notes":[]}')],
  ])('passes over an entry that %s, with a note, and mends it', async (_, damage) => {
    await check();
    for (const name of await entries()) {
      const path = join(project.folder, CATALOGS, name);
      await writeFile(path, damage(await readFile(path)));
    }
    const run = await check();
    expect(run).toMatchObject({ status: 0, out: SAME.out });
    expect(run.error.split('\n')).toHaveLength(2);
    expect(run.error).toMatch(/^note: .*\.json\.gz is no catalog that this Plinth has kept/);
    expect(await check()).toEqual(SAME);
  });

  it('may be deleted at any time', async () => {
    await check();
    await project.remove('cache');
    expect(await check()).toEqual(SAME);
    expect(await entries()).toHaveLength(2);
  });

  it('may be in a place where nothing can be written', async () => {
    await project.write('cache', 'a file and no folder');
    expect(await check()).toEqual(SAME);
    expect(await check()).toEqual(SAME);
  });

  it('keeps what was of use last, and no more than forty', async () => {
    await check();
    const [kept = ''] = await entries();
    for (let count = 0; count < 45; count++) {
      await project.write(`${CATALOGS}/${String(count).padStart(2, '0')}.json.gz`, 'old');
    }
    await check();
    await project.write('schema/tables.sql', 'CREATE TABLE a (id int, b int);');
    await check();
    expect(await entries()).toHaveLength(40);
    expect(await entries()).toContain(kept);
  });

  it('is the same for two processes at once', async () => {
    const runs = await Promise.all([check(), check(), check()]);
    expect(runs).toEqual([SAME, SAME, SAME]);
    expect(await entries()).toHaveLength(2);
  });
});
