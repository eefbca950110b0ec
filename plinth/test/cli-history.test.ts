// The commands that look at the history: history, heads, branches, show, edit. One of them asks a
// database only where it has to.

import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { createDatabase } from 'plinth/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useServer } from '../../test/support/database.js';
import { CliProject } from './support/cli-project.js';

const own = useServer();
let url: string;
let drop: () => Promise<void>;
let project: CliProject;

beforeEach(async () => {
  ({ url, drop } = await createDatabase(own.server.url));
  // Nothing is there: who connects without a need fails.
  project = await CliProject.create({ url: 'postgres://nobody@127.0.0.1:1/nothing' });
});

afterEach(async () => {
  await project[Symbol.asyncDispose]();
  await drop();
});

async function write(id: string, revises: string, ...headers: readonly string[]): Promise<void> {
  const lines = [`revision ${id}`, `revises ${revises}`, `message about ${id}`, ...headers];
  await project.write(
    `revisions/${id}.sql`,
    [
      ...lines.map((line) => `-- plinth:${line}`),
      '',
      '-- plinth:upgrade',
      `CREATE TABLE ${id} (id int);`,
      '',
      '-- plinth:downgrade',
      `DROP TABLE ${id};`,
      '',
    ].join('\n'),
  );
}

/** aaaa - bbbb - dddd, and cccc on aaaa; eeee merges both. */
async function writeDiamond(): Promise<void> {
  await write('aaaa', '(base)');
  await write('bbbb', 'aaaa');
  await write('cccc', 'aaaa', 'branch-label billing', 'no-transaction');
  await write('dddd', 'bbbb', 'depends-on cccc');
}

const run = (...args: readonly string[]) => project.plinth(args);
const out = async (...args: readonly string[]) => {
  const { status, out: text, error } = await run(...args);
  expect({ status, error }).toEqual({ status: 0, error: '' });
  return text.split('\n');
};
const json = async (...args: readonly string[]) =>
  JSON.parse((await out(...args, '--json')).join('\n'));

describe('plinth history', () => {
  beforeEach(writeDiamond);

  it('lists the newest first, with what each is', async () => {
    expect(await out('history')).toEqual([
      'bbbb -> dddd (head), about dddd',
      'aaaa -> cccc (effective head, billing), about cccc',
      'aaaa -> bbbb, about bbbb',
      'base -> aaaa (branchpoint), about aaaa',
    ]);
  });

  it('lists a range', async () => {
    expect(await out('history', '-r', 'bbbb:dddd')).toEqual([
      'bbbb -> dddd (head), about dddd',
      'aaaa -> bbbb, about bbbb',
    ]);
    expect(await out('history', '-r', '-1:dddd')).toHaveLength(2);
  });

  it('says all of each with --verbose', async () => {
    expect(await out('history', '-v', '-r', 'cccc:cccc')).toEqual([
      'Revision:      cccc (effective head, billing)',
      'Revises:       aaaa',
      'Transaction:   none',
      `Path:          ${join('revisions', 'cccc.sql')}`,
      '',
      '    about cccc',
    ]);
  });

  it('draws a tree, in the characters that the locale knows', async () => {
    await write('eeee', 'dddd, cccc');
    project.env.LC_ALL = 'C';
    const tree = await out('history', '--graph');
    expect(tree[0]).toBe('* eeee (head, mergepoint, billing), about eeee');
    expect(tree.join('\n')).toMatch(/^[ -~\n]*$/);
    project.env.LC_ALL = 'de_DE.UTF-8';
    expect((await out('history', '--graph'))[0]).toMatch(/^● eeee/);
  });

  it('marks what the database is at, which it then has to ask', async () => {
    expect((await run('--url', url, 'upgrade', 'bbbb')).status).toBe(0);
    expect(await out('history', '-i', '--url', url)).toContain(
      'aaaa -> bbbb (current), about bbbb',
    );
    expect(await out('history', '-r', 'current:dddd', '--url', url)).toHaveLength(2);
    const unreachable = await run('history', '-i');
    expect(unreachable.error).toContain('ENGINE_CONNECT_FAILED');
  });

  it('is data with --json', async () => {
    expect(await json('history', '-r', 'cccc:cccc')).toEqual({
      revisions: [
        {
          id: 'cccc',
          message: 'about cccc',
          revises: ['aaaa'],
          dependsOn: [],
          branchLabels: ['billing'],
          isHead: true,
          isBranchPoint: false,
          isMergePoint: false,
          noTransaction: true,
          irreversible: null,
          path: join(project.folder, 'revisions', 'cccc.sql'),
        },
      ],
      warnings: [],
    });
    expect(await json('history', '--graph')).toMatchObject({ revisions: { length: 4 } });
  });
});

describe('plinth heads and branches', () => {
  it('have nothing to say of an empty history', async () => {
    await project.write('revisions/.gitkeep', '');
    expect(await out('heads')).toEqual(['no revisions yet']);
    expect(await out('branches')).toEqual(['no branches']);
  });

  it('name the ends, and those that count', async () => {
    await writeDiamond();
    expect(await out('heads')).toEqual([
      'cccc (effective head, billing), about cccc',
      'dddd (head), about dddd',
    ]);
    expect(await out('heads', '--resolve-dependencies')).toEqual(['dddd (head), about dddd']);
    expect((await out('heads', '-v'))[0]).toBe('Revision:      cccc (effective head, billing)');
    expect(await json('heads')).toMatchObject({ heads: [{ id: 'cccc' }, { id: 'dddd' }] });
  });

  it('mark what the database is at', async () => {
    await writeDiamond();
    expect((await run('upgrade', 'cccc', '--url', url)).status).toBe(0);
    expect((await out('heads', '-i', '--url', url))[0]).toBe(
      'cccc (current, effective head, billing), about cccc',
    );
  });

  it('name the points where the history goes on in several directions', async () => {
    await writeDiamond();
    expect(await out('branches')).toEqual([
      'aaaa (branchpoint), about aaaa',
      '    -> bbbb, about bbbb',
      '    -> cccc (effective head, billing), about cccc',
    ]);
    expect(await json('branches')).toMatchObject({
      branchPoints: [{ id: 'aaaa', children: [{ id: 'bbbb' }, { id: 'cccc' }] }],
    });
  });
});

describe('plinth show', () => {
  beforeEach(writeDiamond);

  it('says all of a revision', async () => {
    expect(await out('show', 'dddd')).toEqual([
      'Revision:      dddd (head)',
      'Revises:       bbbb',
      'Depends on:    cccc',
      `Path:          ${join('revisions', 'dddd.sql')}`,
      '',
      '    about dddd',
    ]);
    expect(await out('show', 'billing@head')).toContain('    about cccc');
    expect(await out('show', 'heads')).toContain('    about cccc');
    expect(await out('show', 'base')).toEqual(['base is the base: there is no revision']);
  });

  it('asks the database for what only that knows', async () => {
    expect((await run('upgrade', 'bbbb', '--url', url)).status).toBe(0);
    expect((await json('show', 'current', '--url', url)).revisions[0].id).toBe('bbbb');
    expect((await run('show', 'current')).error).toContain('ENGINE_CONNECT_FAILED');
  });

  it('refuses what it does not know', async () => {
    expect(await run('show', 'bbba')).toEqual({
      status: 1,
      out: '',
      error: [
        'error: No revision or branch is called "bbba".',
        'hint: Use one of these if it was meant: bbbb.',
        'code: REVISION_NOT_FOUND',
      ].join('\n'),
    });
  });
});

describe('plinth edit', () => {
  beforeEach(async () => {
    await write('aaaa', '(base)');
    await project.write('editor', '#!/bin/sh\necho "-- $1" >> "$2"\n');
    await chmod(join(project.folder, 'editor'), 0o755);
  });

  it('opens the file in the editor of the environment, arguments and all', async () => {
    project.env.EDITOR = './editor edited';
    expect(await out('edit', 'head')).toEqual([`edited  ${join('revisions', 'aaaa.sql')}`]);
    expect(await project.read('revisions/aaaa.sql')).toMatch(/\n-- edited\n$/);
    project.env.VISUAL = './editor seen';
    await out('edit', 'aaaa');
    expect(await project.read('revisions/aaaa.sql')).toMatch(/\n-- seen\n$/);
  });

  it('reads the file again, and says what is wrong with it', async () => {
    project.env.EDITOR = './editor plinth:revision';
    const { status, error } = await run('edit', 'aaaa');
    expect(status).toBe(1);
    expect(error).toContain('aaaa.sql:');
    expect(error).toContain('code: REVISION_FILE_INVALID');
  });

  it.each([
    ['no editor', '', 'neither VISUAL nor EDITOR names an editor'],
    ['an editor that fails', 'false', 'the editor "false" failed: it ended with status 1'],
    ['an editor that is not there', './gone', 'it ended with status 127'],
  ])('refuses %s', async (_, editor, says) => {
    project.env.EDITOR = editor;
    const { status, error } = await run('edit', 'aaaa');
    expect(status).toBe(1);
    expect(error).toContain(says);
    expect(error).toContain('code: CLI_EDITOR_FAILED');
  });

  it('refuses the base', async () => {
    project.env.EDITOR = './editor edited';
    expect((await run('edit', 'base')).error).toContain('"base" names no revision to edit');
  });
});
