// The program as commander knows it: every command by its name, and the declaration of the one that
// is called. It runs nothing.

import { Command } from 'commander';
import { COMMANDS, type CommandEntry } from './declare/command-list.js';
import type { Act } from './declare/declaration.js';
import { collectPair } from './declare/option-values.js';
import type { Report } from './report.js';
import type { SharedOptions } from './shared-options.js';
import type { Terminal } from './terminal.js';

/** Does the work of a command with the options that every command takes. */
export type Perform = (
  work: (terminal: Terminal, shared: SharedOptions) => Promise<Report>,
  shared: SharedOptions,
) => Promise<void>;

export interface Program {
  readonly program: Command;
  /** Loads what a command takes; the name of one that exists. */
  readonly declare: (command: Command) => Promise<void>;
}

export function buildProgram(terminal: Terminal, perform: Perform): Program {
  const program = new Command('plinth')
    .description('Reversible PostgreSQL revisions.')
    .usage('[options] <command> [...]')
    .enablePositionalOptions()
    .helpCommand(false)
    .helpOption('-h, --help', 'show this')
    .exitOverride()
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.error(text.trimEnd()),
      // run-cli.ts says it, as all other errors.
      outputError: () => undefined,
    })
    .addHelpText('after', AFTER_HELP);
  addSharedOptions(program);
  const entries = new Map(COMMANDS.map((entry) => [entry.name, entry]));
  for (const { name, group, summary } of COMMANDS) {
    program.command(name).summary(summary).helpGroup(group);
  }
  const act = actOf(program, perform);
  const declare = async (command: Command) => {
    await declareCommand(command, entries.get(command.name()), act(command));
  };
  addHelpCommand(program, declare);
  program.hook('preSubcommand', async (_, command) => await declare(command));
  return { program, declare };
}

const AFTER_HELP = `
See \`plinth help <command>\` for what a command takes, with examples.`;

const AFTER_COMMAND_HELP = `
Every command also takes --config, --url, -x and --json: see \`plinth help\`.`;

function addSharedOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'the configuration (the nearest plinth.config.ts)')
    .option('--url <url>', 'the database, instead of the one in the configuration')
    .option('-x <key=value>', 'a value for hooks and for .ts revisions; repeatable', collectPair)
    .option('--json', 'print one JSON document; an error is one too');
}

async function declareCommand(
  command: Command,
  entry: CommandEntry | undefined,
  act: Act,
): Promise<void> {
  if (entry === undefined) return;
  const { declaration } = await entry.load();
  declaration(command, act);
  const own = command.options.length;
  addSharedOptions(command);
  for (const option of command.options.slice(own)) option.hideHelp();
  command.addHelpText('after', AFTER_COMMAND_HELP);
}

/** What stands before the name of a command counts, and what stands behind it counts more. */
function actOf(program: Command, perform: Perform): (command: Command) => Act {
  return (command) => async (work) => {
    const before = program.opts<SharedOptions>();
    const behind = command.opts<SharedOptions>();
    const { config = before.config, url = before.url, json = before.json } = behind;
    await perform(work, {
      ...(config === undefined ? {} : { config }),
      ...(url === undefined ? {} : { url }),
      ...(json === undefined ? {} : { json }),
      x: { ...before.x, ...behind.x },
    });
  };
}

function addHelpCommand(program: Command, declare: Program['declare']): void {
  program
    .command('help')
    .summary('show this, or the help of a command')
    .helpGroup('Find help:')
    .argument('[command]')
    .action(async (name: string | undefined) => {
      if (name === undefined) return program.outputHelp();
      const command = program.commands.find((known) => known.name() === name);
      // It is refused as a command would be, with the name that is near.
      if (command === undefined) {
        await program.parseAsync([name], { from: 'user' });
        return;
      }
      await declare(command);
      command.outputHelp();
    });
}
