// What `plinth ensure-version` takes.

import type { EnsureVersionOptions } from '../commands/ensure-version.js';
import type { Declaration } from './declaration.js';
import { examples } from './examples.js';

export const declaration: Declaration = (command, act) => {
  command
    .description(
      'Create the ledger where there is none, as a user who may create a schema. `plinth upgrade` ' +
        'does so too.',
    )
    .option('--sql', 'print a script and connect to nothing')
    .addHelpText('after', EXAMPLES)
    .action((options: EnsureVersionOptions) =>
      act(async (terminal, shared) => {
        const { ensureVersionCommand } = await import('../commands/ensure-version.js');
        return await ensureVersionCommand(terminal, shared, options);
      }),
    );
};

const EXAMPLES = examples([
  ['ahead of a deployer that may create nothing', 'plinth ensure-version --url "$ADMIN_URL"'],
]);
