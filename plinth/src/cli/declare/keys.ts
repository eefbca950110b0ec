// What `plinth keys` takes.

import { Argument } from 'commander';
import { KEY_ACTIONS, type KeyAction, type KeysOptions } from '../commands/keys.js';
import type { Declaration } from './declaration.js';
import { examples } from './examples.js';
import { positive } from './option-values.js';

export const declaration: Declaration = (command, act) => {
  command
    .description('Make, look at and rotate the keys of encrypted columns.')
    .addArgument(new Argument('<action>', 'what to do').choices(KEY_ACTIONS))
    .option('--id <id>', 'generate: what the new key is called (the day and some digits)')
    .option('--data-keys', 'rotate: new data keys too, and every value encrypted again')
    .option('--batch <rows>', 'rotate: rows in one transaction (100)', positive)
    .addHelpText('after', `${ACTIONS}\n${EXAMPLES}\n${STATUS}`)
    .action((action: KeyAction, options: KeysOptions) =>
      act(async (terminal, shared) => {
        const { keysCommand } = await import('../commands/keys.js');
        return await keysCommand(terminal, shared, action, options);
      }),
    );
};

const ACTIONS = `
Actions:
  generate   print a new key-encryption key, for KEY_ENCRYPTION_KEYS
  status     which keys are in use, which values are left under older ones
  rotate     wrap all data keys by the current key-encryption key, while the
             service goes on; it may be stopped and run again`;

const EXAMPLES = examples([
  ['the first key', 'plinth keys generate'],
  ['after a new one was put in front of it', 'plinth keys rotate'],
  ['after somebody may have seen data keys', 'plinth keys rotate --data-keys'],
  ['may the old key go?', 'plinth keys status'],
]);

const STATUS = `
Exit status: 1 where a key is missing or wrong, a value is unreadable, or it\nfailed; else 0.`;
