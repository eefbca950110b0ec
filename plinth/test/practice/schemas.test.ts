// Schemas of other projects as schema sources: one revision makes each from nothing, and the check
// then finds nothing, in the embedded scratch and on a server, where the revision is run too.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDatabase } from 'plinth/testing';
import { describe, expect, it } from 'vitest';
import { useServer } from '../../../test/support/database.js';
import { CliProject } from '../support/cli-project.js';

const { PLINTH_PRACTICE = '', PLINTH_PRACTICE_ONLY = '' } = process.env;
const FOLDER = join(PLINTH_PRACTICE, 'schemas');
const server = useServer();

const SCHEMAS = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.sql') && new RegExp(PLINTH_PRACTICE_ONLY).test(file))
  .sort();

describe.each(SCHEMAS)('the schema %s', (file) => {
  it.each(['embedded', 'server'])('is one revision from nothing, %s', async (where) => {
    const { url, drop } = await createDatabase(server.server.url);
    await using project = await CliProject.create(
      where === 'server' ? { url, scratchUrl: server.server.url } : { url },
    );
    await project.write(`schema/${file}`, readFileSync(join(FOLDER, file), 'utf8'));
    const commands = [
      ['revision', '--autogenerate', '-m', 'all of it'],
      ['check'],
      ['upgrade'],
      ['check', '--database'],
      ['downgrade', 'base'],
    ];
    for (const args of commands) {
      const run = await project.plinth(args);
      expect(run.status, `plinth ${args.join(' ')}\n${run.out}\n${run.error}`).toBe(0);
    }
    // Without what was kept, the history is replayed.
    await project.remove('cache');
    expect(await project.plinth(['check'])).toMatchObject({ status: 0 });
    expect(await project.list('revisions')).toHaveLength(1);
    await drop();
  });
});
