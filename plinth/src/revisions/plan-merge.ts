// Which revisions a merge joins, and whether they can be joined. Writes no file.

import { PlinthError } from '../errors/index.js';
import { listRevisions } from './resolve-errors.js';
import { resolveTarget } from './resolve-revision.js';
import type { Revision } from './revision.js';
import type { RevisionGraph } from './revision-graph.js';

export interface PlanMergeOptions {
  /** Whether revisions that others revise already may be joined too. Default: false. */
  readonly splice?: boolean;
}

/**
 * The parents of a merge, in the order in which they are named.
 *
 * @param targets identifiers as `resolveTarget` takes them, where nothing is applied. Default:
 *   every head. Alembic's `heads` leaves out a head that another one depends on, and so merges to
 *   more than one head; here it is joined as well.
 * @throws PlinthError `REVISION_MERGE_INVALID` for fewer than two revisions, for one that another
 *   descends from, and without `splice` for one that is no head; otherwise as `resolveTarget`.
 * @example planMerge(graph, ['left@head', 'right@head'])
 */
export function planMerge(
  graph: RevisionGraph,
  targets: readonly string[] = ['heads'],
  { splice = false }: PlanMergeOptions = {},
): readonly Revision[] {
  const parents = [...new Set(targets.flatMap((text) => named(graph, text)))];
  refuseTooFew(targets, parents);
  refuseAncestors(graph, parents);
  const taken = parents.filter(({ id }) => graph.childrenOf(id).length > 0);
  if (taken.length > 0 && !splice) {
    throw mergeError(
      `Of the revisions to merge, others revise these already:${listRevisions(taken)}`,
      'Merge the heads above them, or allow it with --splice.',
      taken,
    );
  }
  return parents;
}

function named(graph: RevisionGraph, text: string): readonly Revision[] {
  const target = resolveTarget(graph, text, new Set());
  return target.kind === 'revisions' ? target.revisions : [];
}

function refuseTooFew(targets: readonly string[], parents: readonly Revision[]): void {
  if (parents.length > 1) return;
  const asked = targets.map((text) => `"${text}"`).join(', ');
  const found = parents.length === 0 ? ' no revision.' : ` only one:${listRevisions(parents)}`;
  throw mergeError(
    `A merge joins two revisions or more, and ${asked} ${targets.length > 1 ? 'name' : 'names'}${found}`,
    'Name the heads to merge; "plinth heads" lists them.',
    parents,
  );
}

function refuseAncestors(graph: RevisionGraph, parents: readonly Revision[]): void {
  const under = parents.flatMap(({ id }) => graph.parentsOf(id).map((parent) => parent.id));
  const below = graph.ancestorsOf(under, 'revises');
  const ancestor = parents.find(({ id }) => below.has(id));
  if (ancestor === undefined) return;
  const above = graph.descendantsOf([ancestor.id], 'revises');
  const descendants = parents.filter((other) => other !== ancestor && above.has(other.id));
  throw mergeError(
    `There is nothing to merge: ${descendants.map(({ id }) => id).join(', ')} ` +
      `${descendants.length === 1 ? 'descends' : 'descend'} from ${ancestor.id}.`,
    `Leave ${ancestor.id} out.`,
    [ancestor, ...descendants],
  );
}

function mergeError(message: string, hint: string, revisions: readonly Revision[]): PlinthError {
  return new PlinthError('REVISION_MERGE_INVALID', message, {
    hint,
    details: { ids: revisions.map(({ id }) => id) },
  });
}
