// What `plinth audit` takes.

import { Argument } from 'commander';
import { AUDIT_ACTIONS, type AuditAction, type AuditOptions } from '../commands/audit.js';
import type { Declaration } from './declaration.js';
import { examples } from './examples.js';

export const declaration: Declaration = (command, act) => {
  command
    .description('Find audit rows that were changed, removed, inserted or reordered.')
    .addArgument(new Argument('<action>', 'what to do').choices(AUDIT_ACTIONS))
    .option('--tenant <id>', 'only this tenant’s chain')
    .option('--against <file>', 'compare with heads of an earlier time, as --json printed them')
    .addHelpText('after', `${EXAMPLES}\n${STATUS}`)
    .action((_action: AuditAction, options: AuditOptions) =>
      act(async (terminal, shared) => {
        const { auditCommand } = await import('../commands/audit.js');
        return await auditCommand(terminal, shared, options);
      }),
    );
};

const EXAMPLES = examples([
  ['is every chain whole?', 'plinth audit verify'],
  [
    'keep the heads where the owner of the database cannot write',
    'plinth audit verify --json > heads.json',
  ],
  ['was anything written anew since then?', 'plinth audit verify --against heads.json'],
]);

const STATUS = `
Exit status: 1 where something was found, or it failed; else 0.`;
