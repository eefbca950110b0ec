// Reads the folder of revisions. The one place that reads revision files.

import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCodeOf, folderMissingError } from './file-errors.js';
import { type RevisionResult, readRevision } from './parse-revision.js';
import type { Revision } from './revision.js';
import { revisionFormat } from './revision-format.js';
import { problemsError } from './revision-problem.js';

/**
 * All revisions in a folder (not in folders inside it): `.sql`, `.ts`, `.mts`, `.js` and `.mjs`
 * files, but no `.d.ts` and nothing that begins with a dot. Modules are not loaded.
 *
 * @throws PlinthError `REVISION_FOLDER_MISSING`, or one error with the faults of all files, as
 *   `parseRevision` throws.
 * @example const graph = buildGraph(await readRevisions('revisions'));
 */
export async function readRevisions(folder: string): Promise<readonly Revision[]> {
  const paths = await revisionPaths(folder);
  const results = readAll(paths);
  const problems = results.flatMap((result) => (result.kind === 'problems' ? result.problems : []));
  if (problems.length > 0) throw problemsError(problems);
  return results.flatMap((result) => (result.kind === 'revision' ? [result.revision] : []));
}

async function revisionPaths(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && revisionFormat(entry.name) !== undefined)
      .map((entry) => join(folder, entry.name))
      .sort();
  } catch (error) {
    const code = errorCodeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw folderMissingError(folder, error);
    throw error;
  }
}

// One after the other and without waiting: for files of this size each promise of a read would take
// several times as long as the read.
function readAll(paths: readonly string[]): readonly RevisionResult[] {
  return paths.map((path) => readRevision(path, readFileSync(path)));
}
