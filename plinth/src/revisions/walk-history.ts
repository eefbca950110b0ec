// Walks a number of steps up or down the history, and refuses to guess where it forks.

import type { PlinthError } from '../errors/index.js';
import { ambiguousError, unreachableError } from './resolve-errors.js';
import type { Revision, RevisionId } from './revision.js';
import type { RevisionGraph } from './revision-graph.js';

/** The revisions of one branch. */
export interface Lineage {
  has(id: RevisionId): boolean;
}

export interface Walk {
  readonly graph: RevisionGraph;
  /** The identifier that asks for the walk, for errors. */
  readonly text: string;
  /** The branch to stay on where the history forks. */
  readonly lineage: Lineage | undefined;
  /** Whether a walk that is too long ends at the head or the base; else it is refused. */
  readonly stopAtEnds: boolean;
}

/**
 * The revision `steps` above (or below, when negative) another; undefined is the base, at either
 * end. Only parents count as steps, not dependencies.
 *
 * @throws PlinthError `REVISION_AMBIGUOUS` at a fork, `REVISION_NOT_FOUND` past the end.
 */
export function walkHistory(
  walk: Walk,
  from: Revision | undefined,
  steps: number,
): Revision | undefined {
  let at = from;
  for (let done = 0; done < Math.abs(steps); done++) {
    at = steps > 0 ? stepUp(walk, at, done) : stepDown(walk, at, done);
  }
  return at;
}

function stepUp(walk: Walk, at: Revision | undefined, done: number): Revision | undefined {
  const above = at === undefined ? walk.graph.bases : walk.graph.childrenOf(at.id);
  const [only, ...others] = onBranch(walk, above);
  if (only === undefined) {
    if (walk.stopAtEnds) return at;
    throw unreachableError(walk.text, `there are only ${done} revisions above`);
  }
  if (others.length === 0) return only;
  const place = at === undefined ? 'the base' : at.id;
  throw forkError(walk, `several revisions follow ${place}`, [only, ...others]);
}

function stepDown(walk: Walk, at: Revision | undefined, done: number): Revision | undefined {
  if (at === undefined) {
    if (walk.stopAtEnds) return undefined;
    throw unreachableError(walk.text, `there are only ${done} steps down to the base`);
  }
  const parents = walk.graph.parentsOf(at.id);
  // Alembic gives up at every merge; with a label the way down is clear.
  const [only, ...others] = onBranch(walk, parents);
  if (others.length === 0 && (only !== undefined || parents.length === 0)) return only;
  throw forkError(walk, `${at.id} merges several revisions`, parents);
}

function forkError({ text }: Walk, reason: string, ways: readonly Revision[]): PlinthError {
  const way = /[@:]/.test(text) ? '' : `, or the way as in "${ways[0]?.id}@${text}"`;
  return ambiguousError(text, reason, ways, `Name one of these revisions by its id${way}.`);
}

function onBranch({ lineage }: Walk, revisions: readonly Revision[]): readonly Revision[] {
  return lineage === undefined ? revisions : revisions.filter(({ id }) => lineage.has(id));
}
