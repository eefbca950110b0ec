// What `plinth current` takes.

import type { CurrentOptions } from '../commands/current.js';
import type { Declaration } from './declaration.js';
import { examples } from './examples.js';

export const declaration: Declaration = (command, act) => {
  command
    .description('Show which revisions a database is at, and what is pending there.')
    .option('--check-heads', 'exit with 1 unless all heads are applied')
    .option('-v, --verbose', 'say all that the files say of them')
    .addHelpText('after', `${EXAMPLES}\n${STATUS}`)
    .action((options: CurrentOptions) =>
      act(async (terminal, shared) => {
        const { currentCommand } = await import('../commands/current.js');
        return await currentCommand(terminal, shared, options);
      }),
    );
};

const EXAMPLES = examples([
  ['where is the database of this project?', 'plinth current'],
  ['may this code start on that database?', 'plinth current --check-heads --url "$DATABASE_URL"'],
]);

const STATUS = `
Exit status: 0; 1 where the database is newer than the code, where the file of
an applied revision changed, where a revision is half-way or was skipped, and,
with --check-heads, where something is pending.`;
