// What a failed file operation means for the folder of revisions.

import { PlinthError } from '../errors/index.js';

/** The code of a Node.js file error, such as ENOENT. */
export function errorCodeOf(error: unknown): string | undefined {
  const known = error instanceof Error && 'code' in error && typeof error.code === 'string';
  return known ? String(error.code) : undefined;
}

export function folderMissingError(folder: string, cause: unknown): PlinthError {
  return new PlinthError(
    'REVISION_FOLDER_MISSING',
    `The folder of revisions ${folder} does not exist.`,
    {
      hint: 'Run "plinth init", or correct the folder in plinth.config.ts.',
      details: { folder },
      cause,
    },
  );
}
