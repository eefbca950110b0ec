// What `plinth stamp` takes.

import { Option } from 'commander';
import type { StampCommandOptions } from '../commands/stamp.js';
import type { Declaration } from './declaration.js';
import { examples } from './examples.js';
import { seconds } from './option-values.js';

export const declaration: Declaration = (command, act) => {
  command
    .description('Say in the ledger which revisions are applied, without running any.')
    .argument('<revision...>', 'where the database is: head, base, an id, label@head …')
    .option('--purge', 'make them all that is applied: what else the ledger says is taken away')
    .option('--tag <text>', 'a word for the ledger')
    .option('--lock-timeout <seconds>', 'how long to wait for another runner (60)', seconds)
    .addOption(
      new Option(
        '--sql',
        'print a script and connect to nothing; from:to says where it starts',
      ).conflicts(['purge', 'lockTimeout']),
    )
    .addHelpText('after', EXAMPLES)
    .action((revisions: readonly string[], options: StampCommandOptions) =>
      act(async (terminal, shared) => {
        const { stampCommand } = await import('../commands/stamp.js');
        return await stampCommand(terminal, shared, revisions, options);
      }),
    );
};

const EXAMPLES = examples([
  ['a database that has the schema already', 'plinth stamp head'],
  ['a ledger that has nothing to do with these files any more', 'plinth stamp --purge head'],
]);
