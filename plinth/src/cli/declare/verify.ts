// What `plinth verify` takes.

import type { Declaration } from './declaration.js';

export const declaration: Declaration = (command, act) => {
  command
    .description('Check the project and its database, and say what to do.')
    .addHelpText('after', '\nExit status: 0 where nothing is wrong, 1 where a check failed.')
    .action(() =>
      act(async (terminal, shared) => {
        const { verifyCommand } = await import('../commands/verify.js');
        return await verifyCommand(terminal, shared);
      }),
    );
};
