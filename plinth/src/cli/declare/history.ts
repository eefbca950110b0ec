// What `plinth history` takes.

import { Option } from 'commander';
import type { HistoryOptions } from '../commands/history.js';
import type { Declaration } from './declaration.js';
import { examples } from './examples.js';

export const declaration: Declaration = (command, act) => {
  command
    .description('List the revisions, newest first.')
    .option('-r, --rev-range <range>', 'only these: a:b, a: or :b, where either may be relative')
    .option('-v, --verbose', 'say all that the files say of them')
    .addOption(new Option('--graph', 'draw them as a tree').conflicts('verbose'))
    .option('-i, --indicate-current', 'mark what the database is at')
    .addHelpText('after', EXAMPLES)
    .action((options: HistoryOptions) =>
      act(async (terminal, shared) => {
        const { historyCommand } = await import('../commands/history.js');
        return await historyCommand(terminal, shared, options);
      }),
    );
};

const EXAMPLES = examples([
  ['what is pending, and the revision below it', 'plinth history -r current:heads -i'],
  ['branches and merges, as a tree', 'plinth history --graph'],
  ['the last three', 'plinth history -r -3:head'],
]);
