// A project of files for one test: what it lists as its schema is read, and loaded into a scratch.

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isPlinthError, type PlinthError } from '../../src/errors/index.js';
import type { SqlSource } from '../../src/scratch/index.js';
import { readSchema } from '../../src/sources/index.js';

const INSTALLED = fileURLToPath(new URL('../../../node_modules', import.meta.url));

export interface SchemaProject extends AsyncDisposable {
  readonly folder: string;
  readonly configPath: string;
  write(path: string, text: string): Promise<void>;
  read(schema: readonly string[]): Promise<readonly SqlSource[]>;
  /** What reading is refused with. Fails where it is not. */
  refusal(schema: readonly string[]): Promise<PlinthError>;
}

/** @param files Texts by path, with slashes. Packages are those of this repository. */
export async function schemaProject(
  files: Readonly<Record<string, string>>,
): Promise<SchemaProject> {
  const folder = await mkdtemp(join(tmpdir(), 'plinth-schema-'));
  await symlink(INSTALLED, join(folder, 'node_modules'), 'junction');
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  for (const [path, text] of Object.entries(files)) await write(path, text);
  const configPath = join(folder, 'plinth.config.ts');
  const read = (schema: readonly string[]) => readSchema({ schema, configPath }, folder);
  return {
    folder,
    configPath,
    read,
    write,
    async refusal(schema) {
      const outcome: unknown = await read(schema).catch((error: unknown) => error);
      if (isPlinthError(outcome)) return outcome;
      throw outcome instanceof Error ? outcome : new Error('it was not refused');
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
