// What `plinth downgrade` takes.

import type { RunOptions } from '../run-options.js';
import type { Declaration } from './declaration.js';
import { examples } from './examples.js';
import { addRunOptions } from './run-options.js';

export const declaration: Declaration = (command, act) => {
  command
    .description('Undo revisions, the latest first.')
    .argument('<revision>', 'how far: an id to go back to, base, -N, label@base');
  addRunOptions(command)
    .addHelpText('after', EXAMPLES)
    .action((revision: string, options: RunOptions) =>
      act(async (terminal, shared) => {
        const { downgradeCommand } = await import('../commands/downgrade.js');
        return await downgradeCommand(terminal, shared, revision, options);
      }),
    );
};

const EXAMPLES = examples([
  ['the latest one', 'plinth downgrade -1'],
  ['back to where nothing is applied', 'plinth downgrade base'],
  ['a script for somebody else to run', 'plinth downgrade 5b80:1f3a --sql > downgrade.sql'],
]);
