// What a person may name as a side of a diff. It reads nothing but whether a path is there.

import { statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { parseDatabaseUrl } from '../engine/index.js';
import { PlinthError } from '../errors/index.js';

export type Side =
  | { readonly kind: 'database'; readonly url: string; readonly place: Place }
  /** A `.sql` file, or a folder of them. */
  | { readonly kind: 'files'; readonly path: string }
  /** The project's history, replayed. */
  | { readonly kind: 'revisions' }
  /** What the project's configuration names as its schema. */
  | { readonly kind: 'models' }
  /** A database with nothing in it. */
  | { readonly kind: 'empty' };

/** Which argument it is, for errors. */
export type Place = 'from' | 'to';

/**
 * @param folder Where relative paths start.
 * @throws PlinthError SIDE_UNKNOWN or ENGINE_URL_INVALID; neither repeats a password.
 */
export function parseSide(text: string, place: Place, folder: string): Side {
  if (text === 'revisions' || text === 'models' || text === 'empty') return { kind: text };
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(text)) return databaseSide(text, place, folder);
  const path = resolve(folder, text);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return { kind: 'files', path };
  if (found !== undefined && /\.sql$/i.test(path)) return { kind: 'files', path };
  throw unknownSide(text, place, found !== undefined);
}

function databaseSide(text: string, place: Place, folder: string): Side {
  const target = parseDatabaseUrl(text, { variable: place });
  if (target.kind === 'server' || target.dataDir === undefined) {
    return { kind: 'database', url: text, place };
  }
  const dataDir = isAbsolute(target.dataDir) ? target.dataDir : resolve(folder, target.dataDir);
  if (statSync(dataDir, { throwIfNoEntry: false }) === undefined) {
    throw new PlinthError('SIDE_UNKNOWN', `${place}: there is no embedded database in ${dataDir}`, {
      hint: 'Name the folder of one that exists, or say empty.',
    });
  }
  return { kind: 'database', url: `pglite://${dataDir}`, place };
}

function unknownSide(text: string, place: Place, exists: boolean): PlinthError {
  // It may be a URL with a password and without its scheme.
  const shown = text.includes('@') ? 'what is given' : `"${text}"`;
  const what = exists
    ? `${shown} is no .sql file`
    : `${shown} is no file, no folder and no database URL`;
  return new PlinthError('SIDE_UNKNOWN', `${place}: ${what}`, {
    hint: 'Name a database URL, a .sql file or a folder of them, revisions, models or empty.',
    details: { place },
  });
}
