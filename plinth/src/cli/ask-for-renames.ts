// Asks the person at the terminal what was renamed. Nothing is renamed by a guess.

import type { Catalog } from '../catalog/index.js';
import { type Rename, suggestRenames } from '../diff/index.js';
import type { Terminal } from './terminal.js';

/** The renames that were given, and those that a person says yes to; nobody is asked twice. */
export async function askForRenames(
  { ask }: Terminal,
  { from, to }: { readonly from: Catalog; readonly to: Catalog },
  given: readonly Rename[],
): Promise<readonly Rename[]> {
  if (ask === undefined) return given;
  const known = new Set(given.flatMap(({ object }) => [object, `public.${object}`]));
  const agreed: Rename[] = [...given];
  for (const rename of suggestRenames(from, to)) {
    if (known.has(rename.object)) continue;
    const question = `Is ${rename.object} called ${rename.to} now, with its data? [y/N] `;
    if (/^\s*y(es)?\s*$/i.test(await ask(question))) agreed.push(rename);
  }
  return agreed;
}
