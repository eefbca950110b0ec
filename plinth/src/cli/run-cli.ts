// Declares the commands and turns what goes wrong into a line and an exit status. The work of a
// command is loaded only when it is called.

import { Command, CommanderError } from 'commander';
import { isPlinthError } from '../errors/index.js';
import type { SharedOptions } from './shared-options.js';
import type { Terminal } from './terminal.js';

/**
 * Runs one command line.
 *
 * @returns The exit status: 0, 1 when the command failed, 2 when it was not understood.
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
  addDatabaseCommands(program, terminal);
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
    .command('revision')
    .description('write a new revision file')
    .requiredOption('-m, --message <text>', 'what it does, in one line')
    .option('--head <revision>', 'the revision it revises (default: the head)')
    .option('--rev-id <id>', 'its id (default: a random one)')
    .option('--ts', 'write TypeScript instead of SQL, for work on data')
    .action(async (options) => {
      const { revisionCommand } = await import('./commands/revision.js');
      await revisionCommand(terminal, program.opts<SharedOptions>(), options);
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
