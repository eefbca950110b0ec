// Writes a new revision file, all of it or nothing. Never replaces a file.

import { randomUUID } from 'node:crypto';
import { constants, copyFile, link, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlinthError } from '../errors/index.js';
import { errorCodeOf, folderMissingError } from './file-errors.js';

/**
 * Writes the text of a revision into a folder that exists, and returns the path of the file. A
 * process that is killed meanwhile leaves no half of it under the name of a revision.
 *
 * @throws PlinthError `REVISION_EXISTS` when the file is there already, and
 *   `REVISION_FOLDER_MISSING` when the folder is not.
 */
export async function writeRevision(folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name);
  try {
    await writeWhole(join(folder, `.${name}.${randomUUID()}.unfinished`), path, text);
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

async function writeWhole(unfinished: string, path: string, text: string): Promise<void> {
  await writeFile(unfinished, text, { flush: true });
  try {
    await giveName(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** A second name for the file, which fails where the name is taken, as a renaming would not. */
async function giveName(file: string, path: string): Promise<void> {
  try {
    await link(file, path);
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') throw error;
    // Not every file system knows two names for one file.
    await copyFile(file, path, constants.COPYFILE_EXCL);
  }
}
