// Reads SQL files from the disk, for a side that is a file, a folder or a project's list of both.

import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { PlinthError } from '../errors/index.js';
import type { SqlSource } from '../scratch/index.js';

/**
 * The `.sql` files at a path, those of a folder sorted by their path in it.
 *
 * @param shown Where the names of files in messages start from.
 * @throws PlinthError SIDE_EMPTY, or SIDE_UNKNOWN for a folder of revisions.
 */
export async function readSources(path: string, shown: string): Promise<readonly SqlSource[]> {
  const files = await listFiles(path);
  if (files.length === 0) {
    throw new PlinthError('SIDE_EMPTY', `${path} holds no .sql file`, {
      hint: 'Name a folder with .sql files in it, or say empty.',
      details: { path },
    });
  }
  return await Promise.all(files.map((file) => readSource(file, shown)));
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

async function readSource(path: string, shown: string): Promise<SqlSource> {
  const text = await readFile(path, 'utf8');
  const name = relative(shown, path);
  const file = name.startsWith('..') ? path : name;
  // Both directions of a revision, one after the other, would make no schema.
  if (/^\s*--\s*plinth:(?:upgrade|downgrade)\b/m.test(text)) {
    throw new PlinthError('SIDE_UNKNOWN', `${file} is a revision and no schema`, {
      hint: 'Say revisions for the history of the project.',
      details: { path },
    });
  }
  return { file, text };
}

/**
 * The SQL files that a project names as its schema, in the order it names them.
 *
 * @throws PlinthError SIDE_EMPTY, or SIDE_MODELS_UNSUPPORTED for what is not SQL.
 */
export async function readModels(
  { schema, configPath }: { readonly schema: readonly string[]; readonly configPath: string },
  shown: string,
): Promise<readonly SqlSource[]> {
  if (schema.length === 0) {
    throw new PlinthError('SIDE_EMPTY', `${configPath} names no schema`, {
      hint: "List the .sql files of the wanted schema in it: schema: ['./schema'].",
    });
  }
  const missing = schema.find((path) => !existsSync(path));
  if (missing !== undefined) {
    throw new PlinthError('SIDE_EMPTY', `${missing}, which ${configPath} names, is not there`, {
      hint: 'Correct the path in schema.',
    });
  }
  const module = schema.find((path) => /\.[cm]?[jt]s$/i.test(path));
  if (module !== undefined) {
    throw new PlinthError(
      'SIDE_MODELS_UNSUPPORTED',
      `${module} is a module, and this Plinth reads only SQL as models`,
      { hint: 'List .sql files, or folders of them, in schema.', details: { path: module } },
    );
  }
  const sources = await Promise.all(schema.map((path) => readSources(path, shown)));
  return sources.flat();
}
