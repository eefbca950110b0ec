// Reads SQL files from the disk, for a side that is a file or a folder.

import { readdir, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { PlinthError } from '../errors/index.js';
import type { SqlSource } from '../scratch/index.js';
import { readSqlFile } from '../sources/index.js';

/**
 * The `.sql` files at a path, those of a folder sorted by their path in it.
 *
 * @param shown Where the names of files in messages start from.
 * @throws PlinthError SIDE_EMPTY, or SOURCES_UNSUPPORTED for revisions.
 */
export async function readSources(path: string, shown: string): Promise<readonly SqlSource[]> {
  const files = await listFiles(path);
  if (files.length === 0) {
    throw new PlinthError('SIDE_EMPTY', `${path} holds no .sql file`, {
      hint: 'Name a folder with .sql files in it, or say empty.',
      details: { path },
    });
  }
  return await Promise.all(files.map((file) => readSqlFile(file, shown)));
}

async function listFiles(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && /\.sql$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ file, key: file.split(sep).join('/') }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ file }) => file);
}
