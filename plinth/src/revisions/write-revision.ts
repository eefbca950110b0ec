// Writes a new revision file. Never replaces a file.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlinthError } from '../errors/index.js';
import { errorCodeOf, folderMissingError } from './file-errors.js';

/**
 * Writes the text of a revision into a folder that exists, and returns the path of the file.
 *
 * @throws PlinthError `REVISION_EXISTS` when the file is there already, and
 *   `REVISION_FOLDER_MISSING` when the folder is not.
 */
export async function writeRevision(folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name);
  try {
    await writeFile(path, text, { flag: 'wx' });
    return path;
  } catch (error) {
    const code = errorCodeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw folderMissingError(folder, error);
    if (code !== 'EEXIST') throw error;
    throw new PlinthError('REVISION_EXISTS', `The file ${path} exists already.`, {
      hint: 'Choose another message or id, or remove the file.',
      details: { path },
      cause: error,
    });
  }
}
