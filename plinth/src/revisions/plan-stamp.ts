// What a stamp writes into the ledger: which revisions are from now on applied, and which are
// not. Writes nothing.

import { currentHeads } from './current-heads.js';
import { lineageOf, resolveTarget, revisionsOf, type Target } from './resolve-revision.js';
import type { Revision, RevisionId } from './revision.js';
import type { RevisionGraph } from './revision-graph.js';

export interface StampPlan {
  /** Parents and dependencies first. */
  readonly apply: readonly Revision[];
  /** Children first. */
  readonly remove: readonly Revision[];
}

/**
 * What has to change so that the targets are what is applied: the state that an upgrade or a
 * downgrade to them would leave. A revision brings what is below it and takes away what descends
 * from it; other branches stay as they are. `base` takes away everything, `label@base` what only
 * that branch needs. Of several targets the highest counts; `base` beside others means these alone.
 *
 * Differences from Alembic, whose `stamp` moves heads without asking what they stood on: the other
 * side of a merge that is taken away stays applied, and so does a branch that only depends on the
 * target; `label@REV` keeps to its branch; `+N`, `-N` and `current` count from what is applied,
 * where Alembic refuses the first and counts the second from the heads.
 *
 * @param applied what the ledger says; ids that no file carries are the caller's.
 * @param targets identifiers as `resolveTarget` takes them.
 * @throws PlinthError as `resolveTarget`.
 * @example planStamp(graph, new Set(), ['head']).apply // the whole history
 */
export function planStamp(
  graph: RevisionGraph,
  applied: ReadonlySet<RevisionId>,
  targets: readonly string[],
): StampPlan {
  const wanted = new Set<RevisionId>();
  const dropped = new Set<RevisionId>();
  for (const text of targets) {
    const target = resolveTarget(graph, text, applied);
    const named = revisionsOf(target).map(({ id }) => id);
    for (const id of graph.ancestorsOf(named)) wanted.add(id);
    for (const id of droppedBy(graph, applied, target)) dropped.add(id);
  }
  return {
    apply: graph.revisions.filter(({ id }) => wanted.has(id) && !applied.has(id)),
    remove: graph.revisions
      .filter(({ id }) => dropped.has(id) && applied.has(id) && !wanted.has(id))
      .toReversed(),
  };
}

function droppedBy(
  graph: RevisionGraph,
  applied: ReadonlySet<RevisionId>,
  target: Target,
): ReadonlySet<RevisionId> {
  const branch = target.kind === 'steps' ? target.from : target.branch;
  const named = revisionsOf(target);
  if (named.length === 0) {
    if (target.kind === 'revisions') return new Set();
    return branch === undefined ? applied : onlyOn(graph, applied, branch);
  }
  const above = named.flatMap(({ id }) => graph.childrenOf(id));
  const lineage = branch === undefined ? undefined : lineageOf(graph, branch);
  const roots = above.filter(({ id }) => lineage === undefined || lineage.has(id));
  return graph.descendantsOf(roots.map(({ id }) => id));
}

// What the heads of a branch need, without what other heads need as well.
function onlyOn(
  graph: RevisionGraph,
  applied: ReadonlySet<RevisionId>,
  branch: Revision,
): ReadonlySet<RevisionId> {
  const related = new Set([...graph.ancestorsOf([branch.id]), ...graph.descendantsOf([branch.id])]);
  const others = currentHeads(graph, applied).filter(({ id }) => !related.has(id));
  const kept = graph.ancestorsOf(others.map(({ id }) => id));
  return new Set([...applied].filter((id) => !kept.has(id)));
}
