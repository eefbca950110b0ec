// `plinth init`: a configuration and a folder of revisions. It never overwrites a file.

import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONFIG_FILES } from '../../config/index.js';
import { PlinthError } from '../../errors/index.js';
import type { Terminal } from '../terminal.js';

const CONFIG = `import { defineConfig } from 'plinth';

export default defineConfig({
  // The owner of the tables, directly and not through a pooler. PostgreSQL runs embedded, in
  // ./.plinth/data, until one of the two names a server.
  url:
    process.env.MIGRATION_DATABASE_URL || process.env.DATABASE_URL || 'pglite://./.plinth/data',
  revisions: './revisions',
});
`;

/** @throws PlinthError CONFIG_INVALID when the folder has a configuration already. */
export async function initCommand(terminal: Terminal): Promise<void> {
  const { folder } = terminal;
  const existing = CONFIG_FILES.find((name) => existsSync(join(folder, name)));
  if (existing !== undefined) {
    throw new PlinthError('CONFIG_INVALID', `${join(folder, existing)} exists already`, {
      hint: 'Edit it, or run `plinth init` in another folder.',
    });
  }
  await mkdir(join(folder, 'revisions'), { recursive: true });
  await mkdir(join(folder, '.plinth'), { recursive: true });
  // The embedded database is data, not source: git leaves it out wherever the project lies.
  await writeFile(join(folder, '.plinth', '.gitignore'), '*\n');
  await writeFile(join(folder, 'plinth.config.ts'), CONFIG, { flag: 'wx' });
  terminal.out('wrote  plinth.config.ts');
  terminal.out('wrote  revisions/');
  terminal.out('');
  terminal.out('Next:  plinth revision -m "create a table"');
  terminal.out('       edit the file it names, then: plinth upgrade');
}
