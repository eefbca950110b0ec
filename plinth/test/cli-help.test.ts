// What holds for every command: its help, its JSON, and how it refuses what it does not understand.

import { openEngine } from 'plinth';
import { auditTable, emitModels } from 'plinth/models';
import { createDatabase } from 'plinth/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useServer } from '../../test/support/database.js';
import { COMMANDS } from '../src/cli/declare/command-list.js';
import { runCli } from '../src/cli/run-cli.js';
import { CliProject } from './support/cli-project.js';

const own = useServer();
let url: string;
let drop: () => Promise<void>;
let project: CliProject;

beforeEach(async () => {
  ({ url, drop } = await createDatabase(own.server.url));
  project = await CliProject.create({
    url,
    scratchUrl: own.server.url,
    retention: { classes: [] },
  });
});

afterEach(async () => {
  await project[Symbol.asyncDispose]();
  await drop();
});

const NAMES = COMMANDS.map(({ name }) => name);

describe('help', () => {
  it('lists every command in its group, in lines of a terminal', async () => {
    const { status, out, error } = await project.plinth(['help']);
    expect({ status, error }).toEqual({ status: 0, error: '' });
    for (const { name, summary } of COMMANDS) {
      expect(out).toMatch(new RegExp(`^  ${name} +${summary.replace(/[.,()]/g, '.')}$`, 'm'));
    }
    const groups = out.split('\n').filter((line) => /^[A-Z].*:$/.test(line));
    expect(groups).toEqual([
      'Options:',
      'Start a project:',
      'Write revisions:',
      'Look at the history:',
      'Change a database:',
      'Check:',
      'Find help:',
    ]);
    expect(await project.plinth(['--help'])).toEqual({ status, out, error });
  });

  it.each(NAMES)('of %s says what it does and takes, on one screen', async (name) => {
    const { status, out } = await project.plinth(['help', name]);
    expect(status).toBe(0);
    expect(out).toMatch(new RegExp(`^Usage: plinth ${name} .*\\n\\n[A-Z][^]*\\.\\n`));
    const lines = out.split('\n');
    expect(lines.length).toBeLessThan(50);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(await project.plinth([name, '--help'])).toMatchObject({ status: 0, out });
  });

  it.each(NAMES)('of %s has examples that are understood', async (name) => {
    const { out } = await project.plinth(['help', name]);
    const examples = [...out.matchAll(/^ {4}(?:eval "\$\()?(plinth [^>)\n]*)/gm)];
    for (const [, line = ''] of examples) {
      const known = await optionsOf(line.split(' ')[1] ?? '');
      const used = line.replace(/"[^"]*"/g, '…').match(/(?<=\s)--?[a-z][a-z-]*/g) ?? [];
      expect(used.filter((option) => !known.includes(option))).toEqual([]);
    }
    const simple = ['list-templates', 'version', 'heads', 'branches', 'verify'];
    expect(examples.length > 0).toBe(!simple.includes(name));
  });

  async function optionsOf(name: string): Promise<readonly string[]> {
    const { out } = await project.plinth(['help', name]);
    return ['--url', '--config', '--json', '-x', ...(out.match(/--?[a-z][a-z-]*/g) ?? [])];
  }
});

/** Arguments with which each command ends well in a project of two heads. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  init: [],
  'list-templates': [],
  completion: ['bash'],
  revision: ['-m', 'more', '--head', 'aaaa', '--splice'],
  merge: ['--no-proof'],
  edit: ['aaaa'],
  history: ['-i'],
  heads: [],
  branches: [],
  show: ['aaaa'],
  upgrade: ['heads'],
  downgrade: ['base'],
  stamp: ['heads'],
  'ensure-version': [],
  keys: ['generate'],
  retention: [],
  current: [],
  check: [],
  diff: ['revisions', 'empty'],
  audit: ['verify'],
  isolation: ['--role', 'postgres'],
  verify: [],
  version: [],
};

/** What `plinth audit` needs of models and database. */
async function addAuditLog(): Promise<void> {
  const role = 'current_user';
  await project.write(
    'schema/audit.mjs',
    `import { auditTable } from '${import.meta.resolve('plinth/models')}';
    export const auditLog = auditTable({ role: '${role}' });`,
  );
  await using engine = await openEngine({ url, poolSize: 1 });
  const exports = { auditLog: auditTable({ role }) };
  for (const { sql } of emitModels([{ file: 'audit.mjs', exports }])) await engine.query(sql);
}

describe('--json', () => {
  it.each(NAMES)('makes one document of all that %s says', async (name) => {
    for (const [id, revises] of [
      ['aaaa', '(base)'],
      ['bbbb', 'aaaa'],
      ['cccc', 'aaaa'],
    ] as const) {
      await project.write(
        `revisions/${id}.sql`,
        `-- plinth:revision ${id}\n-- plinth:revises ${revises}\n-- plinth:message about ${id}\n` +
          `-- plinth:upgrade\nCREATE TABLE ${id} (id int);\n-- plinth:downgrade\nDROP TABLE ${id};\n`,
      );
    }
    await project.write('schema/tables.sql', 'CREATE TABLE aaaa (id int);');
    project.env.EDITOR = 'true';
    if (name === 'audit') await addAuditLog();
    const args = ARGUMENTS[name];
    expect(args, `arguments for ${name}`).toBeDefined();
    const { out, error } = await project.plinth(['--json', name, ...(args ?? [])]);
    expect(error).toBe('');
    expect(JSON.parse(out)).toEqual(expect.any(Object));
  });

  it.each([
    [['--json', 'show', 'nothing'], 1, 'REVISION_FOLDER_MISSING'],
    [['show', 'nothing', '--json', '-c', 'gone.ts'], 1, 'CONFIG_NOT_FOUND'],
    [['show', '--json'], 2, 'CLI_USAGE'],
    [['shoe', '--json'], 2, 'CLI_USAGE'],
  ] as const)('makes one document of an error: %s', async (args, status, code) => {
    const run = await project.plinth(args);
    expect(run).toMatchObject({ status, out: '' });
    expect(JSON.parse(run.error)).toEqual({
      error: {
        code,
        message: expect.any(String),
        hint: expect.any(String),
        details: expect.any(Object),
      },
    });
  });

  it('is not meant behind two dashes', async () => {
    const run = await project.plinth(['zzzz', '--', '--json']);
    expect(run.error).toMatch(/^error: /);
  });
});

describe('what is not understood', () => {
  it.each([
    [['upgrad'], "unknown command 'upgrad'", 'Did you mean upgrade?'],
    [['help', 'upgrad'], "unknown command 'upgrad'", 'Did you mean upgrade?'],
    [['zzzz'], "unknown command 'zzzz'", 'Look at `plinth help`.'],
    [['upgrade', '--dry-rn'], "unknown option '--dry-rn'", 'Did you mean --dry-run?'],
    [['upgrade', 'a', 'b'], 'too many arguments', 'Look at `plinth help upgrade`.'],
    [['downgrade', '--zzz', 'base'], "unknown option '--zzz'", 'Look at `plinth help downgrade`.'],
    [['revision'], "required option '-m, --message <text>'", 'Look at `plinth help revision`.'],
    [['init', '-t', 'none'], 'Allowed choices are generic, models', 'Look at `plinth help init`.'],
    [['history', '--graph', '-v'], 'cannot be used with', 'Look at `plinth help history`.'],
  ])('is refused with what to do: %s', async (args, message, hint) => {
    const { status, out, error } = await project.plinth(args);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(error).toContain(`error: `);
    expect(error).toContain(message);
    expect(error).toContain(`\nhint: ${hint}\ncode: CLI_USAGE`);
  });

  it('is not the version, which is asked for in several ways', async () => {
    const { out } = await project.plinth(['version']);
    expect(out).toMatch(/^plinth \d+\.\d+\.\d+/);
    for (const flag of ['--version', '-V']) {
      const lines: string[] = [];
      const status = await runCli([flag], {
        folder: project.folder,
        env: {},
        isScreen: false,
        out: (line) => lines.push(line),
        error: (line) => lines.push(line),
      });
      expect({ status, lines }).toEqual({ status: 0, lines: [out] });
    }
  });

  it('is nothing at all: then the help is shown', async () => {
    const { status, out, error } = await project.plinth([]);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(error).toContain('Usage: plinth');
    expect(error).not.toContain('CLI_USAGE');
  });
});
