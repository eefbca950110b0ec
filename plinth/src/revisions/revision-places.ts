// What a revision is within the history: head, branch point, merge point, and the branches it is
// on. For whatever lists revisions; it decides nothing.

import type { Revision, RevisionId } from './revision.js';
import type { RevisionGraph } from './revision-graph.js';

export interface RevisionPlace {
  /** No revision revises it. */
  readonly head: boolean;
  /** A head that another revision depends on: Alembic's "effective head". */
  readonly needed: boolean;
  readonly base: boolean;
  /** Several revisions revise it. */
  readonly branchPoint: boolean;
  /** It revises several. */
  readonly mergePoint: boolean;
  /**
   * The labels of the branches it is on: those of every revision it descends from, and those from
   * above, down to where the history branches or merges. Alembic's documentation says so; its code
   * stops at a fork above the label too.
   */
  readonly branchLabels: readonly string[];
}

export interface BranchPoint {
  readonly revision: Revision;
  readonly children: readonly Revision[];
}

/** The revisions that several others revise, with these; in the order of the graph. */
export function branchPoints(graph: RevisionGraph): readonly BranchPoint[] {
  return graph.revisions
    .map((revision) => ({ revision, children: graph.childrenOf(revision.id) }))
    .filter(({ children }) => children.length > 1);
}

/**
 * The place of every revision, as Alembic shows it in brackets: `(head)`, `(effective head)`,
 * `(branchpoint)`, `(mergepoint)` and branch labels.
 *
 * @example revisionPlaces(graph).get(revision.id)?.head
 */
export function revisionPlaces(graph: RevisionGraph): ReadonlyMap<RevisionId, RevisionPlace> {
  const labels = labelsReaching(graph);
  const needed = new Set(graph.revisions.flatMap(({ id }) => graph.dependenciesOf(id)));
  return new Map(
    graph.revisions.map((revision) => {
      const { id } = revision;
      const children = graph.childrenOf(id).length;
      const parents = graph.parentsOf(id).length;
      const place: RevisionPlace = {
        head: children === 0,
        needed: children === 0 && needed.has(revision),
        base: parents === 0,
        branchPoint: children > 1,
        mergePoint: parents > 1,
        branchLabels: [...(labels.get(id) ?? [])],
      };
      return [id, place];
    }),
  );
}

function labelsReaching(graph: RevisionGraph): ReadonlyMap<RevisionId, ReadonlySet<string>> {
  const reaching = new Map<RevisionId, Set<string>>();
  for (const { id, branchLabels } of graph.revisions) {
    const labels = new Set(branchLabels);
    // Parents come before their children in a graph, so theirs are complete.
    for (const parent of graph.parentsOf(id)) {
      for (const label of reaching.get(parent.id) ?? []) labels.add(label);
    }
    reaching.set(id, labels);
  }
  for (const { id, branchLabels } of graph.revisions) {
    if (branchLabels.length === 0) continue;
    for (const below of lineBelow(graph, id)) {
      for (const label of branchLabels) reaching.get(below)?.add(label);
    }
  }
  return reaching;
}

/** What a revision stands on, down to where the history branches or merges, and without that. */
function* lineBelow(graph: RevisionGraph, id: RevisionId): Generator<RevisionId> {
  for (let at = id; ; ) {
    const [parent, ...others] = graph.parentsOf(at);
    if (parent === undefined || others.length > 0) return;
    if (graph.childrenOf(parent.id).length > 1 || graph.parentsOf(parent.id).length > 1) return;
    yield parent.id;
    at = parent.id;
  }
}
