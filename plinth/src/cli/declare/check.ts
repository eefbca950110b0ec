// What `plinth check` takes.

import type { CheckOptions } from '../commands/check.js';
import type { Declaration } from './declaration.js';
import { examples } from './examples.js';

export const declaration: Declaration = (command, act) => {
  command
    .description('Compare the models with the revisions, and say what is in no revision yet.')
    .option('--database [url]', 'compare a database too (default: the one in the configuration)')
    .option('--no-privileges', 'do not compare who may do what')
    .option('--scratch-url <url>', 'a server to be used as scratch (default: embedded)')
    .addHelpText('after', `${EXAMPLES}\n${STATUS}`)
    .action((options: CheckOptions) =>
      act(async (terminal, shared) => {
        const { checkCommand } = await import('../commands/check.js');
        return await checkCommand(terminal, shared, options);
      }),
    );
};

const EXAMPLES = examples([
  ['before a merge: is every change of a model in a revision?', 'plinth check'],
  ['did somebody change the database by hand?', 'plinth check --database'],
]);

const STATUS = `
Exit status: 0 where all agree, 1 where something differs or it failed.`;
