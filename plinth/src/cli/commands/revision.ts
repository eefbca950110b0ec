// `plinth revision`: writes a new revision file on top of the head.

import { mkdir } from 'node:fs/promises';
import { relative } from 'node:path';
import { PlinthError } from '../../errors/index.js';
import { loadRevisions } from '../../migrate/index.js';
import {
  newRevisionId,
  type Revision,
  type RevisionGraph,
  renderRevision,
  resolveTarget,
  revisionFileName,
  writeRevision,
} from '../../revisions/index.js';
import { openProject } from '../open-project.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

export interface RevisionOptions {
  readonly message: string;
  readonly head?: string;
  readonly revId?: string;
  readonly ts?: boolean;
}

/** @throws PlinthError REVISION_MULTIPLE_HEADS, REVISION_NOT_FOUND or REVISION_EXISTS. */
export async function revisionCommand(
  terminal: Terminal,
  shared: SharedOptions,
  options: RevisionOptions,
): Promise<void> {
  const project = await openProject(terminal, shared);
  await mkdir(project.revisionsFolder, { recursive: true });
  const graph = await loadRevisions(project.revisionsFolder);
  const parents = chooseParents(graph, options.head);
  const id = options.revId ?? newRevisionId();
  const clash = graph.get(id);
  if (clash !== undefined) {
    throw new PlinthError('REVISION_DUPLICATE_ID', `${clash.path} has the id ${id} already`, {
      hint: 'Give another --rev-id, or leave it out.',
    });
  }
  const extension = options.ts === true ? 'ts' : 'sql';
  const { message } = options;
  const revises = parents.map((parent) => parent.id);
  const text = renderRevision({ id, revises, message }, extension);
  const name = revisionFileName({
    id,
    message,
    date: new Date(),
    extension,
    ...(project.fileTemplate === undefined ? {} : { template: project.fileTemplate }),
  });
  const path = await writeRevision(project.revisionsFolder, name, text);
  terminal.out(`wrote  ${relative(terminal.folder, path)}`);
  if (graph.heads.length > 0 && parents.every((parent) => graph.heads.includes(parent)) === false) {
    terminal.error(`note: ${id} starts a branch; the history now has several heads`);
  }
}

function chooseParents(graph: RevisionGraph, head: string | undefined): readonly Revision[] {
  if (head === undefined) {
    if (graph.heads.length <= 1) return graph.heads;
    const names = graph.heads.map(({ id, message }) => `${id} (${message})`);
    throw new PlinthError(
      'REVISION_MULTIPLE_HEADS',
      `the history has ${names.length} heads: ${names.join(', ')}`,
      { hint: 'Name the one to build on with --head.' },
    );
  }
  const target = resolveTarget(graph, head, new Set());
  switch (target.kind) {
    case 'base':
      return [];
    case 'revisions':
      return target.revisions;
    case 'steps':
      return target.to === undefined ? [] : [target.to];
  }
}
