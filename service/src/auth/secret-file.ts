// A file with a secret in it: made once, with its whole content, and read by its owner alone. It
// never replaces a file.

import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, open, readFile, rm } from 'node:fs/promises';

/** Codes of file systems that have no links. */
const NO_LINKS: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/**
 * The text of the file. Where there is none it is made with what `make` gives; several processes
 * that make it at once all read what the first one wrote.
 *
 * @throws Errors of the file system, which name the path.
 */
export async function readOrCreate(path: string, make: () => Promise<string>): Promise<string> {
  const known = await readIfThere(path);
  if (known !== undefined) return known;
  const draft = `${path}.${randomUUID()}.new`;
  try {
    await writeDurably(draft, await make());
    await place(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  return await readFile(path, 'utf8');
}

export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Gives the draft its name, unless the name is taken. */
async function place(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path).catch(async (error: unknown) => {
      if (!NO_LINKS.has(codeOf(error))) throw error;
      await copyFile(draft, path, constants.COPYFILE_EXCL);
    });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}
