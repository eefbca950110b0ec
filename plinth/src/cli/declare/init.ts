// What `plinth init` takes.

import { Option } from 'commander';
import type { InitOptions } from '../commands/init.js';
import { DEFAULT_TEMPLATE, INIT_TEMPLATES } from '../init-templates.js';
import type { Declaration } from './declaration.js';
import { examples } from './examples.js';

export const declaration: Declaration = (command, act) => {
  command
    .description('Start a project in this folder: a configuration and a folder of revisions.')
    .addOption(
      new Option('-t, --template <name>', 'what to start from')
        .choices(INIT_TEMPLATES.map(({ name }) => name))
        .default(DEFAULT_TEMPLATE),
    )
    .addHelpText('after', EXAMPLES)
    .action((options: InitOptions) =>
      act(async (terminal) => {
        const { initCommand } = await import('../commands/init.js');
        return await initCommand(terminal, options);
      }),
    );
};

const EXAMPLES = examples([
  ['revisions that are written by hand', 'plinth init'],
  ['revisions that are written from models', 'plinth init --template models'],
]);
