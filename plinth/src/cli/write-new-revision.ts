// Writes the text of a new revision into a project's folder, and runs what the project wants run
// on it.

import type { Project } from '../config/index.js';
import { runPostWriteHooks, writeRevision } from '../revisions/index.js';
import type { Terminal } from './terminal.js';

/** @throws PlinthError REVISION_EXISTS, REVISION_FOLDER_MISSING or REVISION_HOOK_FAILED. */
export async function writeNewRevision(
  terminal: Terminal,
  { root, revisionsFolder, postWriteHooks }: Project,
  name: string,
  text: string,
): Promise<void> {
  const path = await writeRevision(revisionsFolder, name, text);
  await runPostWriteHooks(path, postWriteHooks, { folder: root, env: terminal.env });
}
