// The program `plinth` as a process: signals, and output that nobody reads any more.

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openEngine } from 'plinth';
import { createDatabase } from 'plinth/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useServer } from '../../test/support/database.js';
import { CliProject } from './support/cli-project.js';

const PROGRAM = fileURLToPath(new URL('../bin/plinth.js', import.meta.url));
const own = useServer();
let url: string;
let drop: () => Promise<void>;
let project: CliProject;
let child: ChildProcess | undefined;

beforeEach(async () => {
  ({ url, drop } = await createDatabase(own.server.url));
  project = await CliProject.create({});
  await project.write('plinth.config.mjs', `export default { url: ${JSON.stringify(url)} };`);
});

afterEach(async () => {
  child?.kill('SIGKILL');
  await project[Symbol.asyncDispose]();
  await drop();
});

async function write(id: string, revises: string, upgrade: string): Promise<void> {
  await project.write(
    `revisions/${id}.sql`,
    `-- plinth:revision ${id}\n-- plinth:revises ${revises}\n-- plinth:message about ${id}\n` +
      `-- plinth:upgrade\n${upgrade}\n-- plinth:downgrade\n`,
  );
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

function start(...args: readonly string[]): Promise<Ended> {
  const started = spawn(process.execPath, [PROGRAM, ...args], { cwd: project.folder });
  child = started;
  const text = { out: '', error: '' };
  started.stdout.on('data', (data: Buffer) => {
    text.out += data.toString();
  });
  started.stderr.on('data', (data: Buffer) => {
    text.error += data.toString();
  });
  return new Promise((resolve) => {
    started.once('close', (code) => resolve({ code, ...text }));
  });
}

async function sleepers(): Promise<number> {
  await using engine = await openEngine({ url, poolSize: 1 });
  const { rows } = await engine.query(
    `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`,
  );
  return rows.length;
}

describe('a signal during an upgrade', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s cancels the statement and says where the database is', async (signal, code) => {
    await write('aaaa', '(base)', 'CREATE TABLE a (id int);');
    await write('bbbb', 'aaaa', 'CREATE TABLE b (id int);\nSELECT pg_sleep(600);');
    const upgrade = start('upgrade');
    await vi.waitUntil(async () => (await sleepers()) > 0, { timeout: 25_000 });
    child?.kill(signal);
    const ended = await upgrade;
    expect(ended.code).toBe(code);
    expect(ended.out).toMatch(/^upgrade {2}aaaa {2}about aaaa {2}\(.*\)\n$/);
    expect(ended.error).toContain(`stopped by ${signal}; once more to end at once\n`);
    expect(ended.error).toContain(`stopped by ${signal}; the database is at aaaa\n`);
    expect(await sleepers()).toBe(0);
    const current = await start('current', '--json');
    expect(JSON.parse(current.out)).toMatchObject({ state: 'pending', current: [{ id: 'aaaa' }] });
  });
});

describe('plinth init', () => {
  it.each([
    ['generic', ['plinth.config.ts', 'revisions']],
    ['models', ['plinth.config.ts', 'revisions', 'schema.ts']],
    ['javascript', ['plinth.config.mjs', 'revisions']],
  ])('starts from the template %s', async (template, files) => {
    await project.remove('plinth.config.mjs');
    const { code, out } = await start('init', '--template', template);
    expect(code).toBe(0);
    expect((await project.list('.')).filter((name) => !/^config-|^\./.test(name))).toEqual(files);
    expect(await start('--url', url, 'current')).toMatchObject({ code: 0, out: 'base (head)\n' });
    if (template !== 'models') return;
    // What it says to do next is done.
    const lines = [...out.matchAll(/plinth (.*)$/gm)].map(([, line = '']) => line);
    expect(lines).toEqual(['revision --autogenerate -m "create notes"', 'upgrade']);
    const written = await start('revision', '--autogenerate', '-m', 'create notes');
    expect(written.out).toContain('create  table public.notes\n');
    expect(await start('--url', url, 'upgrade')).toMatchObject({ code: 0, error: '' });
  });

  it('writes over nothing', async () => {
    await project.remove('plinth.config.mjs');
    await project.write('schema.ts', '// mine');
    const refused = await start('init', '--template', 'models');
    expect(refused.code).toBe(1);
    expect(refused.error).toContain('schema.ts exists already');
    expect(await project.list('revisions')).toEqual([]);
  });
});

describe('output that nobody reads any more', () => {
  it('does not stop an upgrade', async () => {
    await write('aaaa', '(base)', 'SELECT 1;');
    const upgrade = start('upgrade');
    child?.stdout?.destroy();
    expect(await upgrade).toMatchObject({ code: 0, error: '' });
    expect((await start('current')).out).toBe('aaaa (head)\n');
  });
});
