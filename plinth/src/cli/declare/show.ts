// What `plinth show` takes.

import type { Declaration } from './declaration.js';
import { examples } from './examples.js';

export const declaration: Declaration = (command, act) => {
  command
    .description('Show all that the file of a revision says of it.')
    .argument('<revision>', 'its id or the start of one, or head, heads, current, label@head …')
    .addHelpText('after', EXAMPLES)
    .action((revision: string) =>
      act(async (terminal, shared) => {
        const { showCommand } = await import('../commands/show.js');
        return await showCommand(terminal, shared, revision);
      }),
    );
};

const EXAMPLES = examples([
  ['a revision, by the start of its id', 'plinth show 1f3a'],
  ['the one below the head', 'plinth show head-1'],
]);
