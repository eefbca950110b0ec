// Finds the files that a project lists as its schema. It reads none of them.

import { realpath, stat } from 'node:fs/promises';
import { dirname, extname, join, resolve, sep } from 'node:path';
import { escapePath, glob, isDynamicPattern } from 'tinyglobby';
import { PlinthError } from '../errors/index.js';
import { nameFile } from './name-file.js';
import type { SchemaSettings } from './read-schema.js';

export interface SchemaFile {
  readonly path: string;
  readonly kind: 'sql' | 'module';
}

/**
 * The files, in the order of the list, those of a folder or a pattern sorted by path. Each is there
 * once. An entry that begins with `!` takes files away, from all the others.
 *
 * @param shown Where the names of files in messages start from.
 * @throws PlinthError SOURCES_EMPTY for an entry that names no file; SOURCES_UNSUPPORTED.
 */
export async function findSchemaFiles(
  { schema, configPath }: SchemaSettings,
  shown: string,
): Promise<readonly SchemaFile[]> {
  const wanted = schema.filter((entry) => !entry.startsWith('!'));
  const ignore = schema.filter((entry) => entry.startsWith('!')).map((entry) => entry.slice(1));
  if (wanted.length === 0) throw noSchema(configPath);
  const search: Search = { root: dirname(configPath), ignore, configPath };
  const lists = await Promise.all(wanted.map((entry) => findFiles(entry, search)));
  const found = new Map<string, SchemaFile>();
  for (const path of lists.flat()) {
    const key = await realpath(path);
    if (!found.has(key)) found.set(key, { path, kind: kindOf(path, shown) });
  }
  return [...found.values()];
}

interface Search {
  readonly root: string;
  readonly ignore: readonly string[];
  readonly configPath: string;
}

/** The paths of one entry. */
async function findFiles(entry: string, search: Search): Promise<readonly string[]> {
  const path = resolve(search.root, entry);
  const found = await stat(path).catch(() => undefined);
  const isPattern = found === undefined && isDynamicPattern(entry);
  if (found === undefined && !isPattern) throw namesNothing(entry, search, 'is not there');
  const name = found === undefined ? entry : escapePath(entry.split(sep).join('/'));
  const pattern = found?.isDirectory() === true ? `${name.replace(/\/+$/, '')}/${IN_FOLDER}` : name;
  const paths = await glob(pattern, {
    cwd: search.root,
    absolute: true,
    expandDirectories: false,
    dot: found?.isFile() === true,
    caseSensitiveMatch: found === undefined,
    ignore: [...search.ignore, ...(found?.isFile() === true ? [] : NO_MODELS)],
  });
  if (paths.length === 0) throw namesNothing(entry, search, 'matches no file');
  // By code units: the order is the same on every machine.
  return paths.toSorted((a, b) => (a < b ? -1 : 1)).map((each) => join(each));
}

const IN_FOLDER = '**/*.{sql,ts,mts,cts,js,mjs,cjs}';

/** Files that lie among models and hold none. */
const NO_MODELS = [
  '**/node_modules/**',
  '**/*.d.{ts,mts,cts}',
  '**/*.{test,spec}.{ts,mts,cts,js,mjs,cjs}',
];

/** @throws PlinthError SOURCES_UNSUPPORTED */
function kindOf(path: string, shown: string): SchemaFile['kind'] {
  const ending = extname(path);
  if (/^\.sql$/i.test(ending)) return 'sql';
  if (/^\.[cm]?[jt]s$/.test(ending)) return 'module';
  const file = nameFile(path, shown);
  throw new PlinthError('SOURCES_UNSUPPORTED', `${file} is neither SQL nor a module`, {
    hint: 'List .sql, .ts and .js files in schema; take this one out with an entry that begins with !.',
    details: { path },
  });
}

function noSchema(configPath: string): PlinthError {
  return new PlinthError('SOURCES_EMPTY', `${configPath} names no schema`, {
    hint: "List the files of the wanted schema in it: schema: ['./src/db/schema.ts'].",
  });
}

function namesNothing(entry: string, { configPath }: Search, what: string): PlinthError {
  return new PlinthError('SOURCES_EMPTY', `${entry}, which ${configPath} names, ${what}`, {
    hint: 'Correct the entry in schema.',
    details: { entry },
  });
}
