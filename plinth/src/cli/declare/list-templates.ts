// What `plinth list-templates` takes.

import type { Declaration } from './declaration.js';

export const declaration: Declaration = (command, act) => {
  command.description('List the templates that `plinth init` can start from.').action(() =>
    act(async () => {
      const { listTemplatesCommand } = await import('../commands/list-templates.js');
      return listTemplatesCommand();
    }),
  );
};
