// What `plinth revision` takes.

import { type Command, Option } from 'commander';
import type { RevisionOptions } from '../commands/revision.js';
import type { Declaration } from './declaration.js';
import { examples } from './examples.js';
import { collect } from './option-values.js';

/** They say what to compare, and how. */
const AUTOGENERATE_OPTIONS = ['against', 'rename', 'plain', 'scratchUrl'] as const;

export const declaration: Declaration = (command, act) => {
  command
    .description(
      'Write a new revision file. With --autogenerate both directions are written from what the ' +
        'models and the revisions differ in, and run in a scratch before the file is written. ' +
        'Without it the file is empty.',
    )
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
    .addHelpText('after', EXAMPLES)
    .action((options: RevisionOptions) => {
      refuseLostOptions(command, options);
      return act(async (terminal, shared) => {
        const { revisionCommand } = await import('../commands/revision.js');
        return await revisionCommand(terminal, shared, options);
      });
    });
};

const EXAMPLES = examples([
  ['an empty file, to be written by hand', 'plinth revision -m "create tasks"'],
  [
    'what changed in the models, where a column has another name now',
    'plinth revision --autogenerate -m "rename mail" --rename users.mail=email',
  ],
  [
    'the first revision of a branch of its own',
    'plinth revision -m "create bills" --head base --branch-label billing',
  ],
]);

function refuseLostOptions(command: Command, options: RevisionOptions): void {
  const lost = AUTOGENERATE_OPTIONS.find((name) => options[name] !== undefined);
  if (lost === undefined || options.autogenerate === true) return;
  const flag = command.options.find((option) => option.attributeName() === lost)?.long;
  command.error(`error: option '${flag}' needs '--autogenerate'`);
}
