// Walks a number of steps up or down the history, and refuses to guess where it forks.

import { ambiguousError, unreachableError } from './resolve-errors.js';
import type { Revision, RevisionId } from './revision.js';
import type { RevisionGraph } from './revision-graph.js';

export interface Walk {
  readonly graph: RevisionGraph;
  /** The identifier that asks for the walk, for errors. */
  readonly text: string;
  /** The branch to stay on where the history forks. */
  readonly lineage: ReadonlySet<RevisionId> | undefined;
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

function stepUp(walk: Walk, at: Revision | undefined, done: number): Revision {
  const above = at === undefined ? walk.graph.bases : walk.graph.childrenOf(at.id);
  const [only, ...others] = onBranch(walk, above);
  if (only === undefined) {
    throw unreachableError(walk.text, `there are only ${done} revisions above`);
  }
  if (others.length === 0) return only;
  const place = at === undefined ? 'the base' : at.id;
  throw ambiguousError(walk.text, `several revisions follow ${place}`, [only, ...others]);
}

function stepDown(walk: Walk, at: Revision | undefined, done: number): Revision | undefined {
  if (at === undefined) {
    throw unreachableError(walk.text, `there are only ${done} steps down to the base`);
  }
  const parents = walk.graph.parentsOf(at.id);
  // Alembic gives up at every merge; with a label the way down is clear.
  const [only, ...others] = onBranch(walk, parents);
  if (others.length === 0 && (only !== undefined || parents.length === 0)) return only;
  throw ambiguousError(walk.text, `${at.id} merges several revisions`, parents);
}

function onBranch({ lineage }: Walk, revisions: readonly Revision[]): readonly Revision[] {
  return lineage === undefined ? revisions : revisions.filter(({ id }) => lineage.has(id));
}
