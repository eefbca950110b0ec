// What messages call a file.

import { relative, sep } from 'node:path';

/** The path from a folder, with slashes; the whole path of what is not in it. */
export function nameFile(path: string, shown: string): string {
  const name = relative(shown, path);
  return name.startsWith('..') ? path : name.split(sep).join('/');
}
