// What `plinth upgrade` takes.

import type { RunOptions } from '../run-options.js';
import type { Declaration } from './declaration.js';
import { examples } from './examples.js';
import { addRunOptions } from './run-options.js';

export const declaration: Declaration = (command, act) => {
  command
    .description('Apply revisions, each in a transaction of its own where PostgreSQL allows it.')
    .argument('[revision]', 'how far: head, heads, an id, label@head, +N', 'head');
  addRunOptions(command)
    .addHelpText('after', EXAMPLES)
    .action((revision: string, options: RunOptions) =>
      act(async (terminal, shared) => {
        const { upgradeCommand } = await import('../commands/upgrade.js');
        return await upgradeCommand(terminal, shared, revision, options);
      }),
    );
};

const EXAMPLES = examples([
  ['all that is pending', 'plinth upgrade'],
  ['the next one', 'plinth upgrade +1'],
  ['a script for somebody else to run', 'plinth upgrade 1f3a:head --sql > upgrade.sql'],
]);
