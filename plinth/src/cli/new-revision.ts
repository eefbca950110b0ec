// Where a new revision stands in the history: its id, its parents, and what else its headers say.
// It writes nothing.

import { PlinthError } from '../errors/index.js';
import {
  newRevisionId,
  type Revision,
  type RevisionDraft,
  type RevisionGraph,
} from '../revisions/index.js';
import { namedRevisions } from './named-revisions.js';

export interface NewRevisionOptions {
  readonly message: string;
  readonly head?: string;
  /** Whether it may revise what others revise already. */
  readonly splice?: boolean;
  readonly branchLabel?: readonly string[];
  readonly dependsOn?: readonly string[];
  readonly revId?: string;
  readonly irreversible?: string;
}

export interface NewRevision {
  readonly draft: RevisionDraft;
  /** What a person should know of its place. */
  readonly notes: readonly string[];
}

/**
 * @throws PlinthError REVISION_MULTIPLE_HEADS, REVISION_NOT_FOUND, REVISION_NOT_HEAD or
 *   REVISION_DUPLICATE_ID.
 */
export function newRevision(graph: RevisionGraph, options: NewRevisionOptions): NewRevision {
  const { message, branchLabel = [], irreversible } = options;
  const id = chooseId(graph, options.revId);
  const parents = chooseParents(graph, options.head);
  const spliced = parents.filter((parent) => !graph.heads.includes(parent));
  if (spliced.length > 0 && options.splice !== true) throw notHead(graph, spliced);
  const draft: RevisionDraft = {
    id,
    revises: parents.map((parent) => parent.id),
    message,
    branchLabels: branchLabel,
    dependsOn: (options.dependsOn ?? []).flatMap((name) => resolveNeeded(graph, name)),
    ...(irreversible === undefined ? {} : { irreversible }),
  };
  const branches = spliced.length > 0 || (parents.length === 0 && graph.heads.length > 0);
  const notes = branches ? [`${id} starts a branch; the history now has several heads`] : [];
  return { draft, notes };
}

function chooseId(graph: RevisionGraph, given: string | undefined): string {
  const id = given ?? newRevisionId();
  const clash = graph.get(id);
  if (clash === undefined) return id;
  throw new PlinthError('REVISION_DUPLICATE_ID', `${clash.path} has the id ${id} already`, {
    hint: 'Give another --rev-id, or leave it out.',
  });
}

function chooseParents(graph: RevisionGraph, head: string | undefined): readonly Revision[] {
  if (head !== undefined) return namedRevisions(graph, head);
  if (graph.heads.length <= 1) return graph.heads;
  const names = graph.heads.map(({ id, message }) => `${id} (${message})`);
  throw new PlinthError(
    'REVISION_MULTIPLE_HEADS',
    `the history has ${names.length} heads: ${names.join(', ')}`,
    { hint: 'Name the one to build on with --head.' },
  );
}

/** A label stays one: it follows its branch. */
function resolveNeeded(graph: RevisionGraph, name: string): readonly string[] {
  if (graph.withLabel(name) !== undefined) return [name];
  return namedRevisions(graph, name).map(({ id }) => id);
}

function notHead(graph: RevisionGraph, parents: readonly Revision[]): PlinthError {
  const said = parents.map(({ id, message }) => {
    const children = graph.childrenOf(id).map((child) => child.id);
    return `${id} (${message}) is no head: ${children.join(', ')} revises it already`;
  });
  return new PlinthError('REVISION_NOT_HEAD', said.join('; '), {
    hint: 'Build on the head, or say --splice to start a branch there.',
    details: { revisions: parents.map(({ id }) => id) },
  });
}
