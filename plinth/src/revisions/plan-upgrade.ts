// Which revisions an upgrade runs, in order. Runs nothing.

import { unreachableError } from './resolve-errors.js';
import { resolveTarget, type Target } from './resolve-revision.js';
import type { Revision, RevisionId } from './revision.js';
import type { RevisionGraph } from './revision-graph.js';

/**
 * The revisions to run, parents and dependencies first: the target and everything below it that
 * is not applied. Empty when there is nothing to do.
 *
 * @param target an identifier as {@link resolveTarget} takes it, or what it returned.
 * @throws PlinthError as `resolveTarget` does; `REVISION_NOT_FOUND` for `-N`, which leads down.
 */
export function planUpgrade(
  graph: RevisionGraph,
  applied: ReadonlySet<RevisionId>,
  target: string | Target,
): readonly Revision[] {
  const resolved = typeof target === 'string' ? resolveTarget(graph, target, applied) : target;
  const wanted = graph.ancestorsOf(wantedIds(resolved));
  return graph.revisions.filter(({ id }) => wanted.has(id) && !applied.has(id));
}

function wantedIds(target: Target): readonly RevisionId[] {
  switch (target.kind) {
    case 'base':
      return [];
    case 'revisions':
      return target.revisions.map(({ id }) => id);
    case 'steps':
      if (target.steps < 0) throw unreachableError(target.text, 'an upgrade only leads up');
      return target.to === undefined ? [] : [target.to.id];
    default:
      return target satisfies never;
  }
}
