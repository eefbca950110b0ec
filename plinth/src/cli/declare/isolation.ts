// What `plinth isolation` takes.

import type { IsolationCommandOptions } from '../commands/isolation.js';
import type { Declaration } from './declaration.js';
import { examples } from './examples.js';

export const declaration: Declaration = (command, act) => {
  command
    .description(
      'Prove that tenants cannot reach each other: fill two, and attack as each of them.',
    )
    .option('--models', 'prove what the models make, not the revisions')
    .option('--database [url]', 'prove a database as it is (default: the one in the configuration)')
    .option('--role <name>', 'the role that requests run as (default: DB_TENANT_ROLE, or app_user)')
    .option('--column <name>', 'the column that says whose a row is (default: tenant_id)')
    .option('--setting <name>', 'the setting that policies read (default: app.current_tenant_id)')
    .option('--functions', 'call functions that may change something in a database, too')
    .option('--failed', 'print only what did not hold')
    .option('--scratch-url <url>', 'a server to be used as scratch (default: embedded)')
    .addHelpText('after', `${EXAMPLES}\n${STATUS}`)
    .action((options: IsolationCommandOptions) =>
      act(async (terminal, shared) => {
        const { isolationCommand } = await import('../commands/isolation.js');
        return await isolationCommand(terminal, shared, options);
      }),
    );
};

const EXAMPLES = examples([
  ['before a merge: do the revisions keep tenants apart?', 'plinth isolation'],
  ['is the database as safe as its revisions?', 'plinth isolation --database "$DATABASE_URL"'],
]);

const STATUS = `
A database is left as it is: all happens in one transaction, which is rolled
back. Only what sequences have counted stays.

Exit status: 0 where every attack was tried and none succeeded, else 1.`;
