// In which orders branches may be applied and undone, from the graph alone. Pure.

import type { Revision, RevisionGraph } from '../revisions/index.js';

export interface BranchOrders {
  /** What every branch stands on, in the order it runs. */
  readonly shared: readonly Revision[];
  /**
   * Different orders of what is not shared. For each branch one that begins with it: it comes as
   * early as what it needs allows, and the others after it; last as an upgrade of an empty database
   * runs all of it. So any two revisions that neither needs the other are seen both ways round,
   * unless they are of one branch, or of one that was merged from others itself.
   */
  readonly upgrades: readonly (readonly Revision[])[];
  /** Orders in which all of it can be undone: for each branch one that begins with it. */
  readonly downgrades: readonly (readonly Revision[])[];
  /** Each branch alone, with what it needs. */
  readonly alone: readonly (readonly Revision[])[];
}

/** @param heads The revisions to be merged; none of them an ancestor of another. */
export function branchOrders(graph: RevisionGraph, heads: readonly Revision[]): BranchOrders {
  const lineages = heads.map(({ id }) => graph.ancestorsOf([id], 'revises'));
  const inAll = [...(lineages[0] ?? [])].filter((id) => lineages.every((ids) => ids.has(id)));
  const below = graph.ancestorsOf(inAll);
  const wanted = graph.ancestorsOf(heads.map(({ id }) => id));
  const own = graph.revisions.filter(({ id }) => wanted.has(id) && !below.has(id));
  const branches = lineages.map((lineage) => own.filter(({ id }) => lineage.has(id)));
  const before = edgesWithin(graph, own);
  const after = opposite(before);
  const lastFirst = own.toReversed();
  const endFirst = branches.map((branch) => branch.toReversed());
  return {
    shared: graph.revisions.filter(({ id }) => below.has(id)),
    upgrades: distinct([...rotations(branches).map((turned) => arrange(own, turned, before)), own]),
    downgrades: distinct(rotations(endFirst).map((turned) => arrange(lastFirst, turned, after))),
    alone: heads.map(({ id }) => {
      const needed = graph.ancestorsOf([id]);
      return own.filter((one) => needed.has(one.id));
    }),
  };
}

/** With each of them first. */
function rotations<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return items.map((_, index) => [...items.slice(index), ...items.slice(0, index)]);
}

type Edges = ReadonlyMap<Revision, readonly Revision[]>;

/** What each needs directly, as far as it takes part. */
function edgesWithin(graph: RevisionGraph, own: readonly Revision[]): Edges {
  const takesPart = new Set(own);
  return new Map(
    own.map((revision) => {
      const needed = [...graph.parentsOf(revision.id), ...graph.dependenciesOf(revision.id)];
      return [revision, needed.filter((one) => takesPart.has(one))];
    }),
  );
}

function opposite(edges: Edges): Edges {
  const other = new Map(
    [...edges.keys()].map((revision): [Revision, Revision[]] => [revision, []]),
  );
  for (const [revision, needed] of edges) {
    for (const one of needed) other.get(one)?.push(revision);
  }
  return other;
}

/**
 * Branch after branch; what a revision has to wait for in another branch comes right before it.
 *
 * @param own All that takes part, in an order that is possible.
 * @param first What has to come before each.
 */
function arrange(
  own: readonly Revision[],
  branches: readonly (readonly Revision[])[],
  first: Edges,
): readonly Revision[] {
  const placed = new Set<Revision>();
  for (const revision of [...branches.flat(), ...own]) {
    const isReady = (first.get(revision) ?? []).every((one) => placed.has(one));
    if (!isReady) {
      const waitedFor = reach(revision, first);
      for (const one of own) if (waitedFor.has(one)) placed.add(one);
    }
    placed.add(revision);
  }
  return [...placed];
}

/** A work list, not recursion: a branch may be longer than the call stack. */
function reach(start: Revision, edges: Edges): ReadonlySet<Revision> {
  const reached = new Set([start]);
  for (const revision of reached) {
    for (const next of edges.get(revision) ?? []) reached.add(next);
  }
  return reached;
}

function distinct(orders: readonly (readonly Revision[])[]): readonly (readonly Revision[])[] {
  const byIds = new Map<string, readonly Revision[]>();
  for (const order of orders) {
    const key = order.map(({ id }) => id).join(' ');
    if (!byIds.has(key)) byIds.set(key, order);
  }
  return [...byIds.values()];
}
