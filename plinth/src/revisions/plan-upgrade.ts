// Which revisions an upgrade runs, in order. Runs nothing.

import { unreachableError } from './resolve-errors.js';
import { resolveTarget, revisionsOf, type Target } from './resolve-revision.js';
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
  if (resolved.kind === 'steps' && resolved.steps < 0) {
    throw unreachableError(resolved.text, 'an upgrade only leads up');
  }
  const wanted = graph.ancestorsOf(revisionsOf(resolved).map(({ id }) => id));
  return graph.revisions.filter(({ id }) => wanted.has(id) && !applied.has(id));
}
