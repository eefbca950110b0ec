// Declares the commands and turns what goes wrong into a line and an exit status. The work of a
// command is loaded only when it is called.

import { Command, CommanderError, Option } from 'commander';
import { isPlinthError } from '../errors/index.js';
import type { SharedOptions } from './shared-options.js';
import type { Terminal } from './terminal.js';

/**
 * Runs one command line.
 *
 * @returns The exit status: 0, 1 when the command failed, 2 when it was not understood or, where it
 * was asked for, when something differs.
 */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const outcome = { status: 0 };
  const program = buildProgram(terminal, outcome);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return outcome.status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    reportError(error, terminal);
    return 1;
  }
}

/** What a command that ended well says of what it found. */
interface Outcome {
  status: number;
}

function buildProgram(terminal: Terminal, outcome: Outcome): Command {
  const program = new Command('plinth')
    .description('Reversible PostgreSQL revisions.')
    .option('-c, --config <file>', 'the configuration (default: the nearest plinth.config.ts)')
    .option('--url <url>', 'the database, instead of the one in the configuration')
    .exitOverride()
    .showHelpAfterError('(run `plinth help` for the commands)')
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.error(text.trimEnd()),
    });
  addProjectCommands(program, terminal);
  addRevision(program, terminal);
  addDatabaseCommands(program, terminal);
  addDiff(program, terminal, outcome);
  addCheck(program, terminal, outcome);
  addVerify(program, terminal, outcome);
  return program;
}

function addProjectCommands(program: Command, terminal: Terminal): void {
  program
    .command('init')
    .description('start a project in this folder: plinth.config.ts and a folder of revisions')
    .action(async () => {
      const { initCommand } = await import('./commands/init.js');
      await initCommand(terminal);
    });
  program
    .command('history')
    .description('list the revisions, newest first')
    .action(async () => {
      const { historyCommand } = await import('./commands/history.js');
      await historyCommand(terminal, program.opts<SharedOptions>());
    });
  program
    .command('version')
    .description('print the version of Plinth')
    .action(async () => {
      const { PLINTH_VERSION } = await import('../migrate/index.js');
      terminal.out(`plinth ${PLINTH_VERSION}`);
    });
}

const REVISION_HELP = `
With --autogenerate both directions are written from what the models and the revisions differ in,
and run in a scratch before the file is written. Without it the file is empty.`;

/** They say what to compare, and how. */
const AUTOGENERATE_OPTIONS = ['against', 'rename', 'plain', 'scratchUrl'];

function addRevision(program: Command, terminal: Terminal): void {
  const command = program
    .command('revision')
    .description('write a new revision file')
    .requiredOption('-m, --message <text>', 'what it does, in one line')
    .option('--autogenerate', 'write what changed in the models since the last revision')
    .option('--head <revision>', 'the revision it revises (default: the head)')
    .option('--splice', 'allow it to revise one that is no head: it starts a branch')
    .option('--branch-label <label...>', 'what its branch is called')
    .option('--depends-on <revision...>', 'what must be applied before it, beside its parent')
    .option('--rev-id <id>', 'its id (default: a random one)')
    .option('--irreversible <why>', 'it cannot be undone: it has no downgrade')
    .option('--sql', 'write SQL (the default)')
    .addOption(
      new Option('--ts', 'write TypeScript instead, for work on data').conflicts([
        'sql',
        'autogenerate',
      ]),
    )
    .option('--against <url>', 'autogenerate: a database that is where the schema is now')
    .option('--rename <old=new>', 'autogenerate: what has another name now; repeatable', collect)
    .option('--plain', 'autogenerate: the short forms, which lock tables while they build or check')
    .option('--no-privileges', 'autogenerate: do not compare who may do what')
    .option('--scratch-url <url>', 'autogenerate: a server to be used as scratch')
    .addHelpText('after', REVISION_HELP);
  command.action(async (options) => {
    const lost = AUTOGENERATE_OPTIONS.find((name) => options[name] !== undefined);
    if (lost !== undefined && options.autogenerate !== true) {
      const flag = command.options.find((option) => option.attributeName() === lost)?.long;
      command.error(`error: option '${flag}' needs '--autogenerate'`);
    }
    const { revisionCommand } = await import('./commands/revision.js');
    await revisionCommand(terminal, program.opts<SharedOptions>(), options);
  });
}

function addDatabaseCommands(program: Command, terminal: Terminal): void {
  program
    .command('upgrade')
    .description('apply revisions: head, a revision, or +N')
    .argument('[revision]', 'how far', 'head')
    .action(async (revision: string) => {
      const { upgradeCommand } = await import('./commands/upgrade.js');
      await upgradeCommand(terminal, program.opts<SharedOptions>(), revision);
    });
  program
    .command('downgrade')
    .description('undo revisions: -N, a revision to go back to, or base')
    .argument('<revision>', 'how far')
    .action(async (revision: string) => {
      const { downgradeCommand } = await import('./commands/downgrade.js');
      await downgradeCommand(terminal, program.opts<SharedOptions>(), revision);
    })
    // Without it, -1 would be read as an option.
    .allowUnknownOption();
  program
    .command('current')
    .description('show which revision the database is at')
    .action(async () => {
      const { currentCommand } = await import('./commands/current.js');
      await currentCommand(terminal, program.opts<SharedOptions>());
    });
}

const DIFF_HELP = `
A side is one of:
  postgres://…, pglite://…   a database
  schema.sql, schema/        an SQL file, or a folder of them in the order of their paths
  revisions                  the history of this project, replayed
  models                     what plinth.config.ts names as its schema
  empty                      nothing

Examples:
  what a database needs to become what the files say
    plinth diff "$DATABASE_URL" schema/
  what somebody changed by hand, as a check in a pipeline
    plinth diff revisions "$DATABASE_URL" --exit-code
  a column that has another name now
    plinth diff "$DATABASE_URL" schema/ --rename users.mail=email

Exit status: 0; with --exit-code 2 where the sides differ; 1 where it failed.`;

function addDiff(program: Command, terminal: Terminal, outcome: Outcome): void {
  program
    .command('diff')
    .description('print the SQL that turns one schema into another')
    .argument('<from>', 'the schema that is')
    .argument('<to>', 'the schema that shall be')
    .option('--json', 'print the plan as one JSON object: changes, statements, hazards')
    .option('--exit-code', 'exit with 2 where the sides differ')
    .option('--plain', 'use the short forms, which lock tables while they build or check')
    .option('--rename <old=new>', 'what has another name now; may be repeated', collect)
    .option('--no-owners', 'do not compare who owns what')
    .option('--no-privileges', 'do not compare who may do what')
    .option('--scratch-url <url>', 'a server on which SQL files are loaded (default: embedded)')
    .addHelpText('after', DIFF_HELP)
    .action(async (from: string, to: string, options) => {
      const { diffCommand } = await import('./commands/diff.js');
      const shared = program.opts<SharedOptions>();
      const differs = await diffCommand(terminal, shared, [from, to], options);
      if (differs && options.exitCode === true) outcome.status = 2;
    });
}

const CHECK_HELP = `
Exit status: 0 where all agree, 1 where something differs or it failed.`;

function addCheck(program: Command, terminal: Terminal, outcome: Outcome): void {
  program
    .command('check')
    .description('compare the models with the revisions, and say what is in no revision yet')
    .option('--database [url]', 'compare a database too (default: the one in the configuration)')
    .option('--json', 'print one JSON object instead of lines')
    .option('--no-privileges', 'do not compare who may do what')
    .option('--scratch-url <url>', 'a server to be used as scratch (default: embedded)')
    .addHelpText('after', CHECK_HELP)
    .action(async (options) => {
      const { checkCommand } = await import('./commands/check.js');
      const agrees = await checkCommand(terminal, program.opts<SharedOptions>(), options);
      if (!agrees) outcome.status = 1;
    });
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function addVerify(program: Command, terminal: Terminal, outcome: Outcome): void {
  program
    .command('verify')
    .description('check the project and its database, and say what to do')
    .option('--json', 'print one JSON object instead of lines')
    .action(async (options: { readonly json?: true }) => {
      const { verifyCommand } = await import('./commands/verify.js');
      const fit = await verifyCommand(terminal, program.opts<SharedOptions>(), options);
      if (!fit) outcome.status = 1;
    });
}

function reportError(error: unknown, terminal: Terminal): void {
  if (isPlinthError(error)) {
    terminal.error(`error: ${error.message}`);
    if (error.hint !== undefined) terminal.error(`hint: ${error.hint}`);
    terminal.error(`code: ${error.code}`);
    return;
  }
  // What no code names is a defect of Plinth or of the project: its stack is wanted.
  terminal.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
