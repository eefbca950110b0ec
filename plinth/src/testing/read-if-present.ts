// Reads a file that another process may remove at any moment. It never hides another failure.

import { readFileSync } from 'node:fs';

/** The text of a file, or undefined when there is no such file. */
export function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
