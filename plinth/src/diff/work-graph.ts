// The graph of what a plan has to do: a node for each drop, alteration and creation, and which
// has to come before which.

import type { CatalogObject, ObjectId } from '../catalog/index.js';
import { append } from './append.js';
import type { CatalogIndex } from './catalog-index.js';
import type { Fate, Fates } from './fate.js';
import { kindOf } from './kind-of.js';

/** `aside` and `discard` are the two ends of a swap: out of the way, and away. */
export type Verb = 'drop' | 'aside' | 'alter' | 'create' | 'discard';

export interface WorkNode {
  readonly verb: Verb;
  readonly object: CatalogObject;
  /** What has to come before it. */
  readonly after: Set<WorkNode>;
  /** What had better come before it. */
  readonly preferablyAfter: Set<WorkNode>;
  /** The node whose statement does its work as well. */
  foldedInto: WorkNode | undefined;
}

export class WorkGraph {
  readonly #nodes = new Map<string, WorkNode>();

  add(verb: Verb, object: CatalogObject): void {
    const node = {
      verb,
      object,
      after: new Set<WorkNode>(),
      preferablyAfter: new Set<WorkNode>(),
      foldedInto: undefined,
    };
    this.#nodes.set(`${verb} ${object.id}`, node);
  }

  get(verb: Verb, id: ObjectId): WorkNode | undefined {
    return this.#nodes.get(`${verb} ${id}`);
  }

  get nodes(): readonly WorkNode[] {
    return [...this.#nodes.values()];
  }

  /** The node that takes the old object away or changes it: the first that its users feel. */
  leaving(id: ObjectId): WorkNode | undefined {
    return this.get('drop', id) ?? this.get('aside', id) ?? this.get('alter', id);
  }

  /** The node after which the wanted object is there. */
  arriving(id: ObjectId): WorkNode | undefined {
    return this.get('create', id) ?? this.get('alter', id);
  }
}

export function buildWorkGraph(from: CatalogIndex, to: CatalogIndex, fates: Fates): WorkGraph {
  const graph = new WorkGraph();
  for (const fate of fates.values()) addNodes(graph, fate);
  for (const { dependent, on, strength } of from.catalog.dependencies) {
    if (strength !== 'soft') orderLeaving(graph, from, dependent, on);
  }
  for (const dependency of to.catalog.dependencies) orderArriving(graph, to, dependency);
  for (const fate of fates.values()) orderOneself(graph, fate.how === 'create' ? undefined : fate);
  orderNames(graph, fates);
  return graph;
}

function addNodes(graph: WorkGraph, fate: Fate): void {
  switch (fate.how) {
    case 'create':
      graph.add('create', fate.after);
      return;
    case 'drop':
      graph.add('drop', fate.before);
      return;
    case 'alter':
      graph.add('alter', fate.after);
      return;
    case 'rebuild':
      graph.add('drop', fate.before);
      graph.add('create', fate.after);
      return;
    case 'swap':
      graph.add('aside', fate.before);
      graph.add('create', fate.after);
      graph.add('discard', fate.before);
      return;
    case 'keep':
      return;
  }
}

/** What stands on an old object goes, or lets go of it, before that goes or changes. */
function orderLeaving(
  graph: WorkGraph,
  from: CatalogIndex,
  dependent: ObjectId,
  on: ObjectId,
): void {
  const base = graph.leaving(on);
  const user = graph.leaving(dependent);
  if (base === undefined || user === undefined) return;
  const discarded = graph.get('discard', on);
  switch (user.verb) {
    case 'drop':
      // A part of what is swapped goes when the old one is discarded.
      if (base.verb === 'aside' && from.get(dependent)?.parent === on) return;
      base.after.add(user);
      return;
    case 'alter':
      if (base.verb === 'drop') base.after.add(user);
      discarded?.after.add(user);
      return;
    case 'aside': {
      const last = graph.get('discard', dependent);
      const end = discarded ?? base;
      if (last !== undefined && base.verb !== 'alter') end.after.add(last);
      return;
    }
  }
}

/** What an object stands on is there, as wanted, before it. */
function orderArriving(
  graph: WorkGraph,
  to: CatalogIndex,
  { dependent, on, strength }: CatalogIndex['catalog']['dependencies'][number],
): void {
  const user = graph.arriving(dependent);
  if (user === undefined) return;
  if (strength === 'soft') {
    for (const id of [on, ...to.partsOf(on).map((part) => part.id)]) {
      const base = graph.arriving(id);
      if (base !== undefined && base !== user) user.preferablyAfter.add(base);
    }
    return;
  }
  const base = graph.arriving(on);
  if (base === undefined || base === user) return;
  const object = to.get(dependent);
  if (object !== undefined && kindOf(object).isNeeded?.(object, on) === false) return;
  user.after.add(base);
}

/** The old one goes before the new one of the same name comes; a swap ends after it. */
function orderOneself(graph: WorkGraph, fate: Fate | undefined): void {
  if (fate === undefined || (fate.how !== 'rebuild' && fate.how !== 'swap')) return;
  const created = graph.get('create', fate.after.id);
  const leaving = graph.leaving(fate.before.id);
  if (created !== undefined && leaving !== undefined) created.after.add(leaving);
  const discarded = graph.get('discard', fate.before.id);
  if (created !== undefined) discarded?.after.add(created);
}

/** A name is given up before another object takes it. */
function orderNames(graph: WorkGraph, fates: Fates): void {
  const leaving = new Map<string, WorkNode[]>();
  for (const fate of fates.values()) {
    if (fate.how === 'keep' || fate.how === 'create' || fate.how === 'alter') continue;
    const node = graph.leaving(fate.before.id);
    if (node === undefined) continue;
    for (const name of kindOf(fate.before).occupies?.(fate.before) ?? []) {
      append(leaving, name, node);
    }
  }
  for (const node of graph.nodes) {
    if (node.verb !== 'create') continue;
    for (const name of kindOf(node.object).occupies?.(node.object) ?? []) {
      for (const other of leaving.get(name) ?? []) {
        if (other.object.id !== node.object.id) node.after.add(other);
      }
    }
  }
}
