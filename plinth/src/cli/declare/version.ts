// What `plinth version` takes.

import type { Declaration } from './declaration.js';

export const declaration: Declaration = (command, act) => {
  command.description('Print the version of Plinth.').action(() =>
    act(async () => {
      const { versionCommand } = await import('../commands/version.js');
      return versionCommand();
    }),
  );
};
