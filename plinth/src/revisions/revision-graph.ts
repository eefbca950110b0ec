// The history as a graph one can ask: parents, children, ancestors. Holds only checked
// revisions (build-graph.ts checks them); knows nothing of what is applied where.

import type { Revision, RevisionId } from './revision.js';

/** Which edges to follow: parents only, or what must be applied before as well. */
export type Through = 'revises' | 'all';

export interface RevisionGraph {
  /** Parents and dependencies first; otherwise in the order of file names. */
  readonly revisions: readonly Revision[];
  /** Revisions that no other revises. */
  readonly heads: readonly Revision[];
  /** Revisions without a parent. */
  readonly bases: readonly Revision[];
  /** By its full id. */
  get(id: string): Revision | undefined;
  /** The revision that carries a branch label. */
  withLabel(label: string): Revision | undefined;
  /** What it revises. */
  parentsOf(id: RevisionId): readonly Revision[];
  /** What revises it. */
  childrenOf(id: RevisionId): readonly Revision[];
  /** What it depends on, labels resolved. */
  dependenciesOf(id: RevisionId): readonly Revision[];
  /** These revisions and everything below them; `through` is `all` unless given. */
  ancestorsOf(ids: Iterable<RevisionId>, through?: Through): ReadonlySet<RevisionId>;
  /** These revisions and everything above them; `through` is `all` unless given. */
  descendantsOf(ids: Iterable<RevisionId>, through?: Through): ReadonlySet<RevisionId>;
}

/** The edges of a graph, both ways, for each revision. */
export interface RevisionEdges {
  readonly parents: readonly Revision[];
  readonly dependencies: readonly Revision[];
  readonly children: readonly Revision[];
  readonly dependents: readonly Revision[];
}

const NO_EDGES: RevisionEdges = { parents: [], dependencies: [], children: [], dependents: [] };

/** A graph over revisions in order, their edges and their labels. */
export function revisionGraph(
  revisions: readonly Revision[],
  edges: ReadonlyMap<RevisionId, RevisionEdges>,
  labels: ReadonlyMap<string, Revision>,
): RevisionGraph {
  const byId = new Map<string, Revision>(revisions.map((revision) => [revision.id, revision]));
  const edgesOf = (id: RevisionId) => edges.get(id) ?? NO_EDGES;
  return {
    revisions,
    heads: revisions.filter(({ id }) => edgesOf(id).children.length === 0),
    bases: revisions.filter(({ id }) => edgesOf(id).parents.length === 0),
    get: (id) => byId.get(id),
    withLabel: (label) => labels.get(label),
    parentsOf: (id) => edgesOf(id).parents,
    childrenOf: (id) => edgesOf(id).children,
    dependenciesOf: (id) => edgesOf(id).dependencies,
    ancestorsOf: (ids, through = 'all') =>
      reach(ids, (id) => {
        const { parents, dependencies } = edgesOf(id);
        return through === 'all' ? joined(parents, dependencies) : parents;
      }),
    descendantsOf: (ids, through = 'all') =>
      reach(ids, (id) => {
        const { children, dependents } = edgesOf(id);
        return through === 'all' ? joined(children, dependents) : children;
      }),
  };
}

// Most revisions depend on nothing: a copy for each of them is most of what a walk costs.
function joined(some: readonly Revision[], others: readonly Revision[]): readonly Revision[] {
  return others.length === 0 ? some : [...some, ...others];
}

// A work list, not recursion: a history may be longer than the call stack.
function reach(
  ids: Iterable<RevisionId>,
  next: (id: RevisionId) => readonly Revision[],
): ReadonlySet<RevisionId> {
  const reached = new Set(ids);
  for (const id of reached) {
    for (const revision of next(id)) reached.add(revision.id);
  }
  return reached;
}
