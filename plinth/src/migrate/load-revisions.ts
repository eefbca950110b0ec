// Reads a project's revisions from their folder, once, for any number of calls.

import { buildGraph, type RevisionGraph, readRevisions } from '../revisions/index.js';

/**
 * Reads and checks every revision file of a folder.
 *
 * @throws PlinthError REVISION_FOLDER_MISSING, or one that names each file that is wrong.
 */
export async function loadRevisions(folder: string): Promise<RevisionGraph> {
  return buildGraph(await readRevisions(folder));
}

/** A folder, or revisions already read from one. */
export type RevisionSource = string | RevisionGraph;

export async function resolveRevisions(source: RevisionSource): Promise<RevisionGraph> {
  return typeof source === 'string' ? await loadRevisions(source) : source;
}
