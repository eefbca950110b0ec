// What `plinth edit` takes.

import type { Declaration } from './declaration.js';
import { examples } from './examples.js';

export const declaration: Declaration = (command, act) => {
  command
    .description(
      'Open the file of a revision in the editor that VISUAL or EDITOR names, and check the ' +
        'history when that has ended.',
    )
    .argument('<revision>', 'its id or the start of one, or head, current, label@head …')
    .addHelpText('after', EXAMPLES)
    .action((revision: string) =>
      act(async (terminal, shared) => {
        const { editCommand } = await import('../commands/edit.js');
        return await editCommand(terminal, shared, revision);
      }),
    );
};

const EXAMPLES = examples([['the revision that was written last', 'plinth edit head']]);
