// What `plinth retention` takes.

import type { RetentionCommandOptions } from '../commands/retention.js';
import type { Declaration } from './declaration.js';
import { examples } from './examples.js';
import { collect, part, seconds } from './option-values.js';

export const declaration: Declaration = (command, act) => {
  command
    .description('Remove the rows whose time is up, as the classes in plinth.config.ts say.')
    .option('--dry-run', 'count what is due and say why, and remove nothing')
    .option('--class <name>', 'only this class; may be repeated', collect)
    .option('--share <part>', 'the part of the time that batches may take (0.5)', part)
    .option(
      '--max-replica-lag <seconds>',
      'wait for replicas that are further behind (10)',
      seconds,
    )
    .addHelpText('after', `${EXAMPLES}\n${STATUS}`)
    .action((options: RetentionCommandOptions) =>
      act(async (terminal, shared) => {
        const { retentionCommand } = await import('../commands/retention.js');
        return await retentionCommand(terminal, shared, options);
      }),
    );
};

const EXAMPLES = examples([
  ['what would go, and why?', 'plinth retention --dry-run'],
  ['remove it, beside a service at work', 'plinth retention'],
  ['at night, as fast as it goes', 'plinth retention --share 1'],
]);

const STATUS = `
One run at a time works on a database; another ends at once. It may be stopped
at any time: the next one goes on.

Exit status: 1 where rows could not be removed or replicas stayed behind, 130
or 143 where a signal stopped it, else 0.`;
