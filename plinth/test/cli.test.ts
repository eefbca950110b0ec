// The program `plinth`, run as a person runs it: a process in a folder.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';

const PROGRAM = fileURLToPath(new URL('../bin/plinth.js', import.meta.url));
const server = useDatabase();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plinth-cli-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Run {
  readonly status: number;
  readonly out: string;
  readonly error: string;
}

function plinth(args: readonly string[], env: Record<string, string> = {}): Promise<Run> {
  const { DATABASE_URL: _unset, ...inherited } = process.env;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [PROGRAM, ...args],
      { cwd: folder, env: { ...inherited, ...env } },
      (_failure, out, error) => resolve({ status: child.exitCode ?? -1, out, error }),
    );
  });
}

/** Writes a revision through the command and puts SQL into it. */
async function addRevision(message: string, up: string, down: string): Promise<string> {
  const { out, status, error } = await plinth(['revision', '-m', message]);
  expect({ status, error }).toEqual({ status: 0, error: '' });
  const path = join(folder, out.replace('wrote', '').trim());
  const text = await readFile(path, 'utf8');
  await writeFile(
    path,
    text
      .replace('-- plinth:upgrade\n', `-- plinth:upgrade\n${up}\n`)
      .replace('-- plinth:downgrade\n', `-- plinth:downgrade\n${down}\n`),
  );
  return path;
}

describe('a new project', () => {
  it('goes from nothing to a table and back, with no installation in its folder', {
    timeout: 120_000,
  }, async () => {
    const init = await plinth(['init']);
    expect(init).toMatchObject({ status: 0, error: '' });
    expect((await readdir(folder)).toSorted()).toEqual([
      '.plinth',
      'plinth.config.ts',
      'revisions',
    ]);
    expect(await plinth(['history'])).toMatchObject({ status: 0, out: 'no revisions yet\n' });
    await addRevision('create notes', 'CREATE TABLE notes (id int);', 'DROP TABLE notes;');
    await addRevision(
      'add a body',
      'ALTER TABLE notes ADD body text;',
      'ALTER TABLE notes DROP body;',
    );
    const up = await plinth(['upgrade']);
    expect(up).toMatchObject({ status: 0, error: '' });
    expect(up.out).toMatch(/^upgrade {2}\w{12} {2}create notes {2}\(\d+ ms\)\nupgrade /);
    expect(up.out).toMatch(/2 revisions applied, at \w{12}\n$/);
    expect((await plinth(['current'])).out).toMatch(/^\w{12} \(head\)\n$/);
    expect((await plinth(['upgrade', 'head'])).out).toMatch(/^nothing to do, at \w{12}\n$/);
    expect((await plinth(['downgrade', '-1'])).out).toContain('add a body');
    expect((await plinth(['current'])).out).toContain('1 pending:\n');
    expect((await plinth(['downgrade', 'base'])).out).toMatch(/1 revision undone, at base\n$/);
    const history = await plinth(['history']);
    expect(history.out).toMatch(
      /^(\w{12}) -> \w{12} \(head\), add a body\nbase -> \1, create notes\n$/,
    );
  });

  it('is not started over an existing one', async () => {
    await plinth(['init']);
    await writeFile(join(folder, 'plinth.config.ts'), '// mine');
    const again = await plinth(['init']);
    expect(again.status).toBe(1);
    expect(again.error).toContain('plinth.config.ts exists already');
    expect(await readFile(join(folder, 'plinth.config.ts'), 'utf8')).toBe('// mine');
  });
});

describe('a project on a server', () => {
  it('takes the URL from the environment, from .env, or from --url', async () => {
    await plinth(['init']);
    await addRevision('one', 'SELECT 1;', '');
    expect((await plinth(['upgrade'], { DATABASE_URL: server.url })).status).toBe(0);
    await writeFile(join(folder, '.env'), `DATABASE_URL=${server.url}\n`);
    expect((await plinth(['upgrade'])).out).toContain('nothing to do');
    const elsewhere = await plinth(['current'], { DATABASE_URL: 'pglite://memory' });
    expect(elsewhere.out).toContain('1 pending');
    const flagged = await plinth(['--url', server.url, 'current'], {
      DATABASE_URL: 'pglite://memory',
    });
    expect(flagged.out).toContain('(head)');
  });

  it('is found from a folder below it', async () => {
    await plinth(['init']);
    const root = folder;
    await mkdir(join(root, 'deep', 'down'), { recursive: true });
    folder = join(root, 'deep', 'down');
    expect(await plinth(['history'])).toMatchObject({ status: 0, out: 'no revisions yet\n' });
    folder = root;
  });
});

describe('what goes wrong', () => {
  it('names file, line, statement and PostgreSQL’s own message, and exits 1', async () => {
    await plinth(['init']);
    const path = await addRevision('break', 'SELECT 1;\nSELECT nothing FROM nowhere;', '');
    const { status, error, out } = await plinth(['upgrade']);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(error).toContain(`at ${path}:7`);
    expect(error).toContain('| SELECT nothing FROM nowhere');
    expect(error).toContain('relation "nowhere" does not exist (SQLSTATE 42P01)');
    expect(error).toContain('hint: ');
    expect(error).not.toMatch(/^\s+at .*\.js/m);
  });

  it.each([
    { args: ['upgrade'], files: {}, says: 'no plinth.config.ts', status: 1 },
    { args: ['upgrad'], files: {}, says: 'Did you mean upgrade?', status: 2 },
    { args: ['revision'], files: {}, says: "required option '-m, --message <text>'", status: 2 },
    { args: ['downgrade'], files: {}, says: "missing required argument 'revision'", status: 2 },
    {
      args: ['upgrade'],
      files: { 'plinth.config.ts': 'export default { url: 7, colour: 1 };' },
      says: 'url must be a database URL',
      status: 1,
    },
    {
      args: ['upgrade'],
      files: { 'plinth.config.ts': 'import "./missing.js";' },
      says: 'plinth.config.ts cannot be loaded',
      status: 1,
    },
    {
      args: ['upgrade'],
      files: { 'plinth.config.ts': 'export default { url: "pglite://memory", revisions: "no" };' },
      says: 'REVISION_FOLDER_MISSING',
      status: 1,
    },
    {
      args: ['--url', 'postgres://u:s3cr@et@h/d', 'upgrade'],
      files: { 'plinth.config.ts': 'export default { url: "pglite://memory" };' },
      says: '--url cannot be used: write "@" in a user name or password as %40',
      status: 1,
    },
  ])('$args: $says', async ({ args, files, says, status }) => {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const run = await plinth(args);
    expect(run.status).toBe(status);
    expect(run.error).toContain(says);
    expect(run.error).not.toMatch(/s3cr|et@/);
  });

  it('asks which head to build on when there are two', async () => {
    await plinth(['init']);
    await addRevision('one', 'SELECT 1;', '');
    const branch = await plinth(['revision', '-m', 'aside', '--head', 'base', '--rev-id', 'side']);
    expect(branch.status).toBe(0);
    const third = await plinth(['revision', '-m', 'three']);
    expect(third.status).toBe(1);
    expect(third.error).toMatch(/2 heads: .*\(one\).*side \(aside\)|2 heads: side \(aside\)/);
    const upgraded = await plinth(['upgrade']);
    expect(upgraded.status).toBe(1);
    expect(upgraded.error).toContain('REVISION_MULTIPLE_HEADS');
    const twin = await plinth(['revision', '-m', 'again', '--rev-id', 'side', '--head', 'side']);
    expect(twin.error).toContain('has the id side already');
  });

  it('writes a TypeScript revision that runs', async () => {
    await plinth(['init']);
    expect((await plinth(['revision', '-m', 'fill', '--ts'])).out).toMatch(/_fill\.ts\n$/);
    expect((await plinth(['upgrade'])).out).toContain('1 revision applied');
    expect((await plinth(['downgrade', 'base'])).out).toContain('1 revision undone');
  });
});
