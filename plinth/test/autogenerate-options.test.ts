// `plinth revision`: where a new revision stands in the history, and the programs that are run on
// its file.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliProject } from './support/cli-project.js';

let project: CliProject;

beforeEach(async () => {
  project = await CliProject.create({});
});

afterEach(async () => {
  await project[Symbol.asyncDispose]();
});

/** Writes an empty revision with this id; what it prints. */
async function add(id: string, ...flags: readonly string[]) {
  return await project.plinth(['revision', '-m', `about ${id}`, '--rev-id', id, ...flags]);
}

async function added(id: string, ...flags: readonly string[]): Promise<string> {
  return await project.written(await add(id, ...flags));
}

describe('the place of a new revision', () => {
  it('is the head', async () => {
    await add('aaa');
    expect(await added('bbb')).toContain('-- plinth:revises aaa\n');
  });

  it('is one that others revise only with --splice', async () => {
    await add('aaa1');
    await add('bbb1');
    const refused = await add('ccc1', '--head', 'aaa1');
    expect(refused).toEqual({
      status: 1,
      out: '',
      error: [
        'error: aaa1 (about aaa1) is no head: bbb1 revises it already',
        'hint: Build on the head, or say --splice to start a branch there.',
        'code: REVISION_NOT_HEAD',
      ].join('\n'),
    });
    const spliced = await add('ccc1', '--head', 'aaa1', '--splice', '--branch-label', 'side');
    expect(spliced.error).toBe('note: ccc1 starts a branch; the history now has several heads');
    expect(await project.written(spliced)).toMatch(/revises aaa1\n[\s\S]*branch-label side\n/);
    expect((await add('ddd1')).error).toContain('code: REVISION_MULTIPLE_HEADS');
    expect(await added('ddd1', '--head', 'side@head')).toContain('-- plinth:revises ccc1\n');
    expect(await added('eee1', '--head', 'heads')).toMatch(/revises (bbb1, ddd1|ddd1, bbb1)\n/);
  });

  it('may be the base, where another history begins', async () => {
    await add('aaa');
    const run = await add('bbb', '--head', 'base', '--branch-label', 'other', 'second');
    expect(run.error).toBe('note: bbb starts a branch; the history now has several heads');
    expect(await project.written(run)).toMatch(
      /revises \(base\)\n[\s\S]*branch-label other, second/,
    );
  });

  it('names what it depends on, by full ids and by labels', async () => {
    await add('aaaa1');
    await add('bbbb1', '--head', 'base', '--branch-label', 'other');
    const text = await added('cccc1', '--head', 'aaaa1', '--depends-on', 'other');
    expect(text).toContain('-- plinth:depends-on other\n');
    expect(await added('dddd1', '--head', 'cccc', '--depends-on', 'bbbb')).toContain(
      '-- plinth:depends-on bbbb1\n',
    );
  });

  it.each([
    [['--rev-id', 'aaa'], 'REVISION_DUPLICATE_ID'],
    [['--rev-id', 'head'], 'REVISION_FILE_INVALID'],
    [['--branch-label', 'taken'], 'REVISION_DUPLICATE_LABEL'],
    [['--branch-label', 'two words'], 'REVISION_FILE_INVALID'],
    [['--depends-on', 'nothing'], 'REVISION_NOT_FOUND'],
    [['--head', 'nothing'], 'REVISION_NOT_FOUND'],
  ])('with %j is refused, and nothing is written', async (flags, code) => {
    await add('aaa', '--branch-label', 'taken');
    const run = await project.plinth(['revision', '-m', 'bad', ...flags]);
    expect(run).toMatchObject({ status: 1, out: '' });
    expect(run.error).toContain(`code: ${code}`);
    expect(await project.list('revisions')).toHaveLength(1);
  });

  it('says that it cannot be undone', async () => {
    const text = await added('aaa', '--irreversible', 'rows are merged');
    expect(text).toContain('-- plinth:irreversible rows are merged\n');
    expect(text).not.toContain('plinth:downgrade');
  });
});

describe('post-write hooks', () => {
  const NODE = process.execPath;

  function hooks(...scripts: readonly string[]): Promise<void> {
    return project.configure({
      postWriteHooks: scripts.map((script, index) => ({
        name: `hook${index + 1}`,
        command: [NODE, '-e', script, '{file}'],
      })),
    });
  }

  const APPEND = `require('fs').appendFileSync(process.argv[1], `;

  it('are run in their order, in the folder of the project, on the new file', async () => {
    await hooks(`${APPEND} '-- in ' + process.cwd() + '\\n')`, `${APPEND} '-- then\\n')`);
    const { realpath } = await import('node:fs/promises');
    const folder = await realpath(project.folder);
    expect((await added('aaa')).endsWith(`-- in ${folder}\n-- then\n`)).toBe(true);
  });

  it('are given the name of the file as it is, and no shell', async () => {
    await project.configure({
      fileTemplate: '{revision} $(touch gone); `ls` {slug}',
      postWriteHooks: [{ name: 'one', command: [NODE, '-e', `${APPEND} '-- seen\\n')`, '{file}'] }],
    });
    expect(await added('aaa')).toContain('-- seen\n');
    expect(await project.list('.')).not.toContain('gone');
  });

  it.each([
    [
      'that fails',
      `console.error('no such rule'); process.exit(3)`,
      'ended with status 3:\nno such rule',
    ],
    ['that breaks the file', `${APPEND} "SELECT '")`, 'left no valid revision: '],
    ['that changes what runs', `${APPEND} 'SELECT 1;')`, 'changed what the revision runs'],
    [
      'that removes the file',
      `require('fs').rmSync(process.argv[1])`,
      'left no valid revision: ENOENT',
    ],
  ])('one %s is named, and the file stays', async (_, script, message) => {
    await hooks('', script, `${APPEND} '-- never\\n')`);
    const run = await add('aaa');
    expect(run).toMatchObject({ status: 1, out: '' });
    expect(run.error).toContain('_aaa_about_aaa.sql was written');
    expect(run.error).toContain(`the hook hook2 ${message}`);
    expect(run.error).toContain('code: REVISION_HOOK_FAILED');
    for (const name of await project.list('revisions')) {
      expect(await project.read(`revisions/${name}`)).not.toContain('never');
    }
  });

  it('one that is not installed is named', async () => {
    await project.configure({
      postWriteHooks: [{ name: 'format', command: ['no-such-program', '{file}'] }],
    });
    expect((await add('aaa')).error).toContain('the hook format spawn no-such-program ENOENT');
    expect(await project.list('revisions')).toHaveLength(1);
  });

  it.each([
    [
      { postWriteHooks: [{ name: 'one', command: [] }] },
      'postWriteHooks.0.command must be a program',
    ],
    [{ postWriteHooks: [{ command: ['x'] }] }, 'postWriteHooks.0.name'],
    [{ revisionTemplate: '{headers}' }, 'revisionTemplate must contain {headers}, {upgrade}'],
  ])('and templates are checked: %j', async (config, message) => {
    await project.configure(config);
    const { error } = await add('aaa');
    expect(error).toContain(message);
    expect(error).toContain('code: CONFIG_INVALID');
  });
});
