// Clients that run a script as people do: psql, where there is one, and a plain connection that
// sends statement after statement. Both go on after an error.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { openEngine } from 'plinth';
import { systemBinDirs } from '../../../test/support/pg-dump.js';
import { splitStatements } from '../../src/sql/index.js';

const run = promisify(execFile);

export interface SqlClient {
  readonly name: string;
  /** @returns What went wrong, in order. */
  run(url: string, script: string): Promise<readonly string[]>;
}

/** The plain one first. */
export function sqlClients(): readonly SqlClient[] {
  const psql = findPsql();
  return psql === undefined ? [plainClient] : [plainClient, psqlClient(psql)];
}

const plainClient: SqlClient = {
  name: 'a plain client',
  run: async (url, script) => {
    await using engine = await openEngine({ url, poolSize: 1 });
    return await engine.withConnection(async (connection) => {
      const errors: string[] = [];
      for (const { text } of splitStatements(script)) {
        await connection.query(text).catch((error: unknown) => {
          errors.push(error instanceof Error ? error.message : String(error));
        });
      }
      return errors;
    });
  },
};

function findPsql(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...systemBinDirs()];
  return folders.map((folder) => join(folder, 'psql')).find((path) => existsSync(path));
}

function psqlClient(psql: string): SqlClient {
  return {
    name: 'psql',
    run: async (url, script) => {
      const folder = await mkdtemp(join(tmpdir(), 'plinth-script-'));
      const file = join(folder, 'script.sql');
      try {
        await writeFile(file, script);
        const { stderr } = await run(psql, ['-X', '-q', '-f', file, `--dbname=${url}`]);
        return [...stderr.matchAll(/ERROR: {2}(.*)/g)].map(([, message = '']) => message);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
