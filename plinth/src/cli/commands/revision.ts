// `plinth revision`: writes a new revision file, empty or from what changed in the models.

import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Project } from '../../config/index.js';
import { loadRevisions } from '../../migrate/index.js';
import {
  buildGraph,
  parseRevision,
  renderRevision,
  revisionFileName,
  runPostWriteHooks,
  writeRevision,
} from '../../revisions/index.js';
import type { AutogenerateOptions } from '../autogenerate-text.js';
import { type NewRevisionOptions, newRevision } from '../new-revision.js';
import { openProject } from '../open-project.js';
import { printNotes } from '../print-notes.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

export interface RevisionOptions extends NewRevisionOptions, AutogenerateOptions {
  readonly ts?: boolean;
  readonly autogenerate?: boolean;
}

/**
 * @throws PlinthError of the codes REVISION_*; with `autogenerate` AUTOGENERATE_*, DIFF_*, SIDE_*,
 *   SCRATCH_*, MODELS_* and MIGRATE_* too.
 */
export async function revisionCommand(
  terminal: Terminal,
  shared: SharedOptions,
  options: RevisionOptions,
): Promise<void> {
  const project = await openProject(terminal, shared);
  await mkdir(project.revisionsFolder, { recursive: true });
  const graph = await loadRevisions(project.revisionsFolder);
  const { draft, notes } = newRevision(graph, options);
  const extension = options.ts === true ? 'ts' : 'sql';
  const name = revisionFileName({
    id: draft.id,
    message: draft.message,
    date: new Date(),
    extension,
    ...(project.fileTemplate === undefined ? {} : { template: project.fileTemplate }),
  });
  const path = join(project.revisionsFolder, name);
  if (options.autogenerate !== true) {
    const text = renderRevision(draft, extension, project.revisionTemplate);
    buildGraph([...graph.revisions, parseRevision(path, text)]);
    await write(terminal, project, name, text);
  } else {
    const { autogenerateText } = await import('../autogenerate-text.js');
    const request = { project, history: graph, path, draft };
    const found = await autogenerateText(terminal, request, options);
    if (found === undefined) return;
    await write(terminal, project, name, found.text);
    for (const line of found.changes) terminal.out(line);
  }
  printNotes(terminal, notes);
}

async function write(
  terminal: Terminal,
  { root, revisionsFolder, postWriteHooks }: Project,
  name: string,
  text: string,
): Promise<void> {
  const path = await writeRevision(revisionsFolder, name, text);
  await runPostWriteHooks(path, postWriteHooks, { folder: root, env: terminal.env });
  terminal.out(`wrote  ${relative(terminal.folder, path)}`);
}
