// The options that `plinth upgrade` and `plinth downgrade` have in common.

import { type Command, Option } from 'commander';
import { count, seconds } from './option-values.js';

export function addRunOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--sql',
        'print a script and connect to nothing; from:to says where it starts',
      ).conflicts(['singleTransaction', 'lockTimeout', 'lockRetries']),
    )
    .addOption(
      new Option('--dry-run', 'say what would run, with its hazards, and run nothing').conflicts(
        'sql',
      ),
    )
    .option('--single-transaction', 'all revisions in one transaction: all of them or none')
    .option('--tag <text>', 'a word for the ledger, for hooks and for .ts revisions')
    .option('--lock-timeout <seconds>', 'how long to wait for another runner (60)', seconds)
    .option(
      '--statement-lock-timeout <seconds>',
      'how long a statement waits for a lock; 0 for ever (3)',
      seconds,
    )
    .option('--lock-retries <count>', 'how often it is then tried again (10)', count);
}
