// What `plinth branches` takes.

import type { BranchesOptions } from '../commands/branches.js';
import type { Declaration } from './declaration.js';

export const declaration: Declaration = (command, act) => {
  command
    .description('List the revisions that several others revise: where the history branches.')
    .option('-v, --verbose', 'say all that the files say of them')
    .action((options: BranchesOptions) =>
      act(async (terminal, shared) => {
        const { branchesCommand } = await import('../commands/branches.js');
        return await branchesCommand(terminal, shared, options);
      }),
    );
};
