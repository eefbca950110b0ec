// Tab completion: what may come next, and the script for bash in a bash.

import { execFile } from 'node:child_process';
import { chmod, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SHELLS } from '../src/cli/completion-scripts.js';
import { COMMANDS } from '../src/cli/declare/command-list.js';
import { runCli } from '../src/cli/run-cli.js';
import { CliProject } from './support/cli-project.js';

let project: CliProject;

beforeEach(async () => {
  project = await CliProject.create({});
  // It would not load: completion runs no configuration.
  await project.write(
    'plinth.config.ts',
    "throw new Error('it was run');\nexport default {\n  revisions: './history',\n};\n",
  );
  await project.write(
    'history/20260101_1_1f3a9c0d27b4_create_tasks.sql',
    '-- plinth:revision 1f3a9c0d27b4\n-- plinth:message create tasks\n',
  );
  await project.write(
    'history/20260102_2_bills.ts',
    '// plinth:revision bills\r\n// plinth:message create bills\r\n// plinth:branch-label billing\r\n',
  );
  await project.write('history/notes.sql', 'SELECT 1;');
  await project.write('history/README.md', '-- plinth:revision readme\n');
});

afterEach(async () => {
  await project[Symbol.asyncDispose]();
});

async function complete(...words: readonly string[]): Promise<readonly string[]> {
  const lines: string[] = [];
  const status = await runCli(['__complete', '--', ...words], {
    folder: project.folder,
    env: project.env,
    isScreen: false,
    out: (line) => lines.push(line),
    error: (line) => lines.push(`error: ${line}`),
  });
  expect(status).toBe(0);
  return lines;
}

const words = async (...typed: readonly string[]) =>
  (await complete(...typed)).map((line) => line.split('\t')[0]);

const REVISIONS = ['head', 'heads', 'base', 'current', 'billing@head', 'bills', '1f3a9c0d27b4'];

describe('what may come next', () => {
  it('are the commands, with what they do', async () => {
    expect(await words('')).toEqual([...COMMANDS.map(({ name }) => name), 'help']);
    expect(await complete('upg')).toEqual(['upgrade\tapply revisions']);
    expect(await words('-c', 'other.ts', '--url', 'pglite://x', 'stam')).toEqual(['stamp']);
    expect(await words('help', 'upg')).toEqual(['upgrade']);
  });

  it.each([
    [['--'], ['--config', '--url', '--json']],
    [
      ['history', '--'],
      ['--rev-range', '--graph', '--json', '--url'],
    ],
    [
      ['upgrade', 'head', '--'],
      ['--sql', '--tag', '--lock-timeout'],
    ],
  ])('are options: %s', async (typed, expected) => {
    expect(await words(...typed)).toEqual(expect.arrayContaining(expected));
  });

  it.each([
    [
      ['upgrade', ''],
      ['+1', ...REVISIONS],
    ],
    [['downgrade', '-'], ['-1']],
    [
      ['downgrade', ''],
      ['-1', ...REVISIONS],
    ],
    [['show', '1f'], ['1f3a9c0d27b4']],
    [['show', '1f3a9c0d27b4', ''], []],
    [['stamp', 'bills', '1f'], ['1f3a9c0d27b4']],
    [['history', '-r', 'bills:1'], ['bills:1f3a9c0d27b4']],
    [
      ['history', '-r', 'billing@h'],
      ['billing@head', 'billing@heads'],
    ],
    [
      ['revision', '-m', 'text', '--head', 'bil'],
      ['billing@head', 'bills'],
    ],
    [['revision', '--head=bills'], ['--head=bills']],
    [['revision', '-m', ''], []],
    [['revision', '-m', 'head', ''], []],
    [
      ['init', '--template', ''],
      ['generic', 'models', 'javascript'],
    ],
    [['completion', 'f'], ['fish']],
    [['unknown', ''], []],
  ])('are values: %s', async (typed, expected) => {
    const found = await words(...typed);
    const shown = found.filter(
      (word) => expected.includes(String(word)) || !/^-[-a-z]/.test(String(word)),
    );
    expect(shown).toEqual(expected);
  });

  it('are told with their messages', async () => {
    expect(await complete('show', 'bills')).toEqual(['bills\tcreate bills']);
  });

  it('is nothing of a project that is not there', async () => {
    await project.remove('plinth.config.ts');
    expect(await words('show', '')).toEqual(['head', 'heads', 'base', 'current']);
  });
});

describe('the scripts', () => {
  it.each(SHELLS)('of %s is printed', async (shell) => {
    const { status, out } = await project.plinth(['completion', shell]);
    expect(status).toBe(0);
    expect(out).toContain('__complete --');
  });

  it('of another shell is refused, with those that are known', async () => {
    const { status, error } = await project.plinth(['completion', 'tcsh']);
    expect(status).toBe(2);
    expect(error).toContain('Allowed choices are bash, zsh, fish');
  });

  it.each([
    ['plinth sho', ['show']],
    ['plinth show 1f3', ['1f3a9c0d27b4']],
    ['plinth history -r bills:1f', ['1f3a9c0d27b4']],
    ['plinth upgrade billing@he', ['head', 'heads']],
    ['plinth upgrade --sql 1f', ['1f3a9c0d27b4']],
    ['plinth completion ', ['bash', 'zsh', 'fish']],
  ])('work in a bash: %s', async (line, expected) => {
    const { out } = await project.plinth(['completion', 'bash']);
    await project.write('completion.bash', out);
    await mkdir(join(project.folder, 'bin'));
    const program = fileURLToPath(new URL('../bin/plinth.js', import.meta.url));
    await symlink(program, join(project.folder, 'bin', 'plinth'));
    await chmod(program, 0o755);
    const asked = [
      'source ./completion.bash',
      `COMP_LINE=${JSON.stringify(line)} COMP_POINT=${line.length}`,
      '_plinth_complete',
      `printf "%s\\n" "\${COMPREPLY[@]}"`,
    ].join('\n');
    const { stdout } = await promisify(execFile)('bash', ['-c', asked], {
      cwd: project.folder,
      env: { ...process.env, PATH: `${join(project.folder, 'bin')}:${process.env.PATH}` },
    });
    expect(stdout.trimEnd().split('\n')).toEqual(expected);
  });
});
