// What `plinth completion` takes.

import { Argument } from 'commander';
import { SHELLS, type Shell } from '../completion-scripts.js';
import type { Declaration } from './declaration.js';
import { examples } from './examples.js';

export const declaration: Declaration = (command, act) => {
  command
    .description('Print a script for tab completion of commands, options and revisions.')
    .addArgument(new Argument('<shell>', 'the shell that shall complete').choices(SHELLS))
    .addHelpText('after', EXAMPLES)
    .action((shell: Shell) =>
      act(async () => {
        const { completionCommand } = await import('../commands/completion.js');
        return completionCommand(shell);
      }),
    );
};

const EXAMPLES = examples([
  ['bash, in ~/.bashrc', 'eval "$(plinth completion bash)"'],
  ['zsh, in ~/.zshrc, behind compinit', 'eval "$(plinth completion zsh)"'],
  ['fish', 'plinth completion fish > ~/.config/fish/completions/plinth.fish'],
]);
