// Reads a file of SQL that says what a schema shall be.

import { readFile } from 'node:fs/promises';
import { PlinthError } from '../errors/index.js';
import type { SqlSource } from '../scratch/index.js';
import { nameFile } from './name-file.js';

/**
 * @param shown Where the names of files in messages start from.
 * @throws PlinthError SOURCES_UNSUPPORTED for a revision.
 */
export async function readSqlFile(path: string, shown: string): Promise<SqlSource> {
  const text = await readFile(path, 'utf8');
  const file = nameFile(path, shown);
  // Both directions of a revision, one after the other, would make no schema.
  if (/^\s*--\s*plinth:(?:upgrade|downgrade)\b/m.test(text)) {
    throw new PlinthError('SOURCES_UNSUPPORTED', `${file} is a revision and no schema`, {
      hint: 'Say revisions for the history of the project.',
      details: { path },
    });
  }
  return { file, text };
}
