// Finds which objects a conflict is about, and which revisions touch them: the orders are run once
// more, and the scratch is read after each revision. It decides nothing.

import type { Catalog, ObjectId } from '../catalog/index.js';
import { isPlinthError } from '../errors/index.js';
import type { Revision, RevisionGraph, RevisionId } from '../revisions/index.js';
import { changedObjects, wholes } from './catalog-difference.js';
import type { ConflictObject, MergeConflict } from './merge-conflict.js';
import type { MergeWalk } from './merge-walk.js';

export interface Explanation {
  readonly objects: readonly ConflictObject[];
  /** The revision that fails whatever the order is: then the order is not what is wrong. */
  readonly broken: Revision | undefined;
}

/** @param orders Orders of the upgrade to be looked at, one after the other. */
export async function explainConflict(
  walk: MergeWalk,
  graph: RevisionGraph,
  conflict: MergeConflict,
  orders: readonly (readonly Revision[])[],
): Promise<Explanation> {
  const traces = new Traces(graph);
  const stops = new Set<Revision | undefined>();
  for (const order of orders) stops.add(await traceOrder(walk, order, traces));
  const [stop] = stops;
  const broken = stops.size === 1 ? stop : undefined;
  return { objects: objectsOf(conflict, traces), broken };
}

function objectsOf(conflict: MergeConflict, traces: Traces): readonly ConflictObject[] {
  if (conflict.kind === 'differs') {
    return conflict.objects.map((object) => ({ object, revisions: traces.atOddsOver(object) }));
  }
  const failed = conflict.order.find(({ id }) => id === conflict.failure.details.revision);
  return failed === undefined ? [] : traces.atOddsWith(failed);
}

/** @returns The revision that failed. */
async function traceOrder(
  walk: MergeWalk,
  order: readonly Revision[],
  traces: Traces,
): Promise<Revision | undefined> {
  let before = await walk.begin();
  for (const revision of order) {
    try {
      const after = await walk.run([revision], 'upgrade');
      traces.add(revision, before, after);
      before = after;
    } catch (error) {
      if (isPlinthError(error, 'MIGRATE_STATEMENT_FAILED')) return revision;
      throw error;
    }
  }
  return undefined;
}

/** What each revision was seen to touch. */
class Traces {
  readonly #graph: RevisionGraph;
  readonly #touched = new Map<Revision, Set<ObjectId>>();
  readonly #catalogs: Catalog[] = [];

  constructor(graph: RevisionGraph) {
    this.#graph = graph;
  }

  add(revision: Revision, before: Catalog, after: Catalog): void {
    const touched = this.#touched.get(revision) ?? new Set();
    for (const id of changedObjects(before, after)) touched.add(id);
    this.#touched.set(revision, touched);
    this.#catalogs.push(before, after);
  }

  /** The revisions that touch an object, or what it stands on or carries, each apart from another. */
  atOddsOver(object: ObjectId): readonly RevisionId[] {
    const direct = this.#touching(new Set([object]));
    const apart = direct.filter((one) => direct.some((other) => this.#areApart(one, other)));
    if (apart.length > 0) return apart.map(({ id }) => id);
    const near = this.#touching(this.#neighboursOf(new Set([object])));
    const added = near.filter((one) => direct.some((other) => this.#areApart(one, other)));
    const found = new Set([...direct, ...added]);
    return this.#graph.revisions.flatMap((one) => (found.has(one) ? [one.id] : []));
  }

  /** What a revision touches and one apart from it touches too; else what hangs together. */
  atOddsWith(revision: Revision): readonly ConflictObject[] {
    const own = this.#touched.get(revision) ?? new Set<ObjectId>();
    const others = [...this.#touched].filter(([other]) => this.#areApart(other, revision));
    const objects = wholes(own, this.#catalogs);
    const both = objects.flatMap((object) => {
      const touching = others.flatMap(([other, ids]) => (ids.has(object) ? [other.id] : []));
      return touching.length === 0 ? [] : [{ object, revisions: [...touching, revision.id] }];
    });
    if (both.length > 0) return both;
    const near = this.#neighboursOf(own);
    const hanging = others.flatMap(([other, ids]) =>
      wholes(new Set([...ids].filter((id) => near.has(id))), this.#catalogs).map((object) => ({
        object,
        revisions: [other.id],
      })),
    );
    if (hanging.length === 0) return [];
    return [...hanging, ...objects.map((object) => ({ object, revisions: [revision.id] }))];
  }

  #touching(objects: ReadonlySet<ObjectId>): readonly Revision[] {
    return this.#graph.revisions.filter((revision) => {
      const ids = this.#touched.get(revision);
      return ids !== undefined && [...objects].some((object) => ids.has(object));
    });
  }

  /** Neither needs the other. */
  #areApart(one: Revision, other: Revision): boolean {
    if (one === other) return false;
    const below = (id: RevisionId) => this.#graph.ancestorsOf([id]);
    return !below(one.id).has(other.id) && !below(other.id).has(one.id);
  }

  /** What stands on one of these, and what one of these stands on or is a part of. */
  #neighboursOf(objects: ReadonlySet<ObjectId>): ReadonlySet<ObjectId> {
    const near = new Set<ObjectId>();
    const tie = (one: ObjectId, other: ObjectId) => {
      if (objects.has(one)) near.add(other);
      if (objects.has(other)) near.add(one);
    };
    for (const catalog of this.#catalogs) {
      for (const { dependent, on } of catalog.dependencies) tie(dependent, on);
      for (const { id, parent } of catalog.objects) if (parent !== null) tie(id, parent);
    }
    return near;
  }
}
