// What `plinth heads` takes.

import type { HeadsOptions } from '../commands/heads.js';
import type { Declaration } from './declaration.js';

export const declaration: Declaration = (command, act) => {
  command
    .description('List the revisions that no other one revises: where the history ends.')
    .option('-v, --verbose', 'say all that the files say of them')
    .option('-i, --indicate-current', 'mark what the database is at')
    .option('--resolve-dependencies', 'leave out a head that another revision depends on')
    .action((options: HeadsOptions) =>
      act(async (terminal, shared) => {
        const { headsCommand } = await import('../commands/heads.js');
        return await headsCommand(terminal, shared, options);
      }),
    );
};
