// What `plinth merge` takes.

import type { MergeOptions } from '../commands/merge.js';
import type { Declaration } from './declaration.js';
import { examples } from './examples.js';

export const declaration: Declaration = (command, act) => {
  command
    .description(
      'Write a revision that joins branches. Before it is written, the branches are run in a ' +
        'scratch in different orders: each has to make the same schema, and undoing them to lead ' +
        'back. Where that is not so, the objects and revisions at odds are named.',
    )
    .argument('[revisions...]', 'what to join (default: all heads)')
    .option('-m, --message <text>', 'what it does, in one line (default: what it joins)')
    .option('--branch-label <label...>', 'what the branch is called from there')
    .option('--rev-id <id>', 'its id (default: a random one)')
    .option('--splice', 'allow it to join what other revisions revise already')
    .option('--scratch-url <url>', 'a server to be used as scratch (default: embedded)')
    .option('--no-proof', 'write it without running anything')
    .addHelpText('after', EXAMPLES)
    .action((revisions: readonly string[], options: MergeOptions) =>
      act(async (terminal, shared) => {
        const { mergeCommand } = await import('../commands/merge.js');
        return await mergeCommand(terminal, shared, revisions, options);
      }),
    );
};

const EXAMPLES = examples([
  ['all heads', 'plinth merge -m "merge billing and search"'],
  ['two of them, by the names of their branches', 'plinth merge billing@head search@head'],
]);
