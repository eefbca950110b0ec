// What `plinth diff` takes.

import type { DiffCommandOptions } from '../commands/diff.js';
import type { Declaration } from './declaration.js';
import { examples } from './examples.js';
import { collect } from './option-values.js';

export const declaration: Declaration = (command, act) => {
  command
    .description('Print the SQL that turns one schema into another.')
    .argument('<from>', 'the schema that is')
    .argument('<to>', 'the schema that shall be')
    .option('--exit-code', 'exit with 2 where the sides differ')
    .option('--plain', 'use the short forms, which lock tables while they build or check')
    .option('--rename <old=new>', 'what has another name now; may be repeated', collect)
    .option('--no-owners', 'do not compare who owns what')
    .option('--no-privileges', 'do not compare who may do what')
    .option('--scratch-url <url>', 'a server on which SQL files are loaded (default: embedded)')
    .addHelpText('after', `${SIDES}\n${EXAMPLES}\n${STATUS}`)
    .action((from: string, to: string, options: DiffCommandOptions) =>
      act(async (terminal, shared) => {
        const { diffCommand } = await import('../commands/diff.js');
        return await diffCommand(terminal, shared, [from, to], options);
      }),
    );
};

const SIDES = `
A side is one of:
  postgres://…, pglite://…   a database
  schema.sql, schema/        an SQL file, or a folder of them in order of path
  revisions                  the history of this project, replayed
  models                     what plinth.config.ts names as its schema
  empty                      nothing`;

const EXAMPLES = examples([
  ['what a database needs to become what the files say', 'plinth diff "$DATABASE_URL" schema/'],
  [
    'what somebody changed by hand, as a check in a pipeline',
    'plinth diff revisions "$DATABASE_URL" --exit-code',
  ],
  [
    'a column that has another name now',
    'plinth diff "$DATABASE_URL" schema/ --rename users.mail=email',
  ],
]);

const STATUS = `
Exit status: 0; with --exit-code 2 where the sides differ; 1 where it failed.`;
