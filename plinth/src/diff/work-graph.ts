// The graph of what a plan has to do: a node for each drop, alteration and creation, and which
// has to come before which.

import type { CatalogObject, ObjectId, Sides } from '../catalog/index.js';
import { append } from './append.js';
import type { CatalogIndex } from './catalog-index.js';
import type { Fate, Fates } from './fate.js';
import { kindOf } from './kind-of.js';

/**
 * `aside` and `discard` are the two ends of a swap: out of the way, and away. `forward` makes a
 * name known before its creation, where that and something else need each other.
 */
export type Verb = 'drop' | 'aside' | 'alter' | 'forward' | 'create' | 'discard';

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
  readonly #nodes: WorkNode[] = [];
  readonly #byObject = new Map<ObjectId, Partial<Record<Verb, WorkNode>>>();

  add(verb: Verb, object: CatalogObject): WorkNode {
    const node: WorkNode = {
      verb,
      object,
      after: new Set<WorkNode>(),
      preferablyAfter: new Set<WorkNode>(),
      foldedInto: undefined,
    };
    this.#nodes.push(node);
    const others = this.#byObject.get(object.id);
    if (others === undefined) this.#byObject.set(object.id, { [verb]: node });
    else others[verb] = node;
    return node;
  }

  get(verb: Verb, id: ObjectId): WorkNode | undefined {
    return this.#byObject.get(id)?.[verb];
  }

  get nodes(): readonly WorkNode[] {
    return this.#nodes;
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

export function buildWorkGraph(
  from: CatalogIndex,
  to: CatalogIndex,
  fates: Fates,
  sides: Sides,
): WorkGraph {
  const graph = new WorkGraph();
  for (const fate of fates.values()) addNodes(graph, fate);
  // Both ends of an edge change, so what stands on objects that are kept need not be looked at.
  for (const on of fates.keys()) {
    for (const { dependent, strength } of from.dependentsOf(on)) {
      if (strength === 'soft' || !fates.has(dependent)) continue;
      if (isUnmoved(from, fates, dependent, on)) continue;
      orderLeaving(graph, from, dependent, on);
      if (isDisturbed(fates, on)) orderDisturbed(graph, from, to, fates, dependent, on);
      else orderAltered(graph, from, to, dependent, on);
    }
  }
  for (const dependent of fates.keys()) {
    for (const dependency of to.needsOf(dependent)) orderArriving(graph, to, dependency);
  }
  for (const fate of fates.values()) orderOneself(graph, fate.how === 'create' ? undefined : fate);
  orderNames(graph, fates);
  orderAwaited(graph, sides);
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
    case 'retire': {
      const aside = graph.add('aside', fate.before);
      graph.add('discard', fate.before).after.add(aside);
      return;
    }
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
      if (!leavesAfter(user.object, base, on)) base.after.add(user);
      else if (standsAlone(graph, 'drop', user)) user.after.add(base);
      return;
    case 'alter':
      if (base.verb === 'drop') orderLettingGo(from, user, base, dependent, on);
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

/** Whether what is altered does not mind that something stands on it that goes or lets go. */
function isUnmoved(from: CatalogIndex, fates: Fates, dependent: ObjectId, on: ObjectId): boolean {
  const fate = fates.get(on);
  if (fate?.how !== 'alter' || fate.disturbs) return false;
  // With a table, what it owns changes hands.
  const isSaid = fate.statements.length === 0 && fate.before.owner === fate.after.owner;
  const object = from.get(dependent);
  if (isSaid || object === undefined) return true;
  return kindOf(fate.before).altersFreely?.(fate.before, object) === true;
}

function isDisturbed(fates: Fates, id: ObjectId): boolean {
  const fate = fates.get(id);
  return fate?.how === 'alter' && fate.disturbs;
}

/**
 * What lets go of an object does so before that takes another type. What takes one along with it,
 * as the column of a child does, must be free of its own users by then.
 */
function orderDisturbed(
  graph: WorkGraph,
  from: CatalogIndex,
  to: CatalogIndex,
  fates: Fates,
  dependent: ObjectId,
  on: ObjectId,
): void {
  const base = graph.get('alter', on);
  const user = graph.get('alter', dependent);
  if (base === undefined || user === undefined) return;
  if (!to.dependsOn(dependent, on)) base.after.add(user);
  else if (isDisturbed(fates, dependent)) {
    for (const node of leavingUsers(graph, from, fates, dependent)) base.after.add(node);
  }
}

/** What lets go of an object does so before that changes: a key, before a column may be null. */
function orderAltered(
  graph: WorkGraph,
  from: CatalogIndex,
  to: CatalogIndex,
  dependent: ObjectId,
  on: ObjectId,
): void {
  const base = graph.get('alter', on);
  const user = graph.get('alter', dependent);
  if (base === undefined || user === undefined || to.dependsOn(dependent, on)) return;
  orderLettingGo(from, user, base, dependent, on);
}

function leavingUsers(
  graph: WorkGraph,
  from: CatalogIndex,
  fates: Fates,
  id: ObjectId,
): readonly WorkNode[] {
  return from.dependentsOf(id).flatMap(({ dependent, strength }) => {
    if (strength === 'soft') return [];
    if (isDisturbed(fates, dependent)) return leavingUsers(graph, from, fates, dependent);
    return graph.get('drop', dependent) ?? [];
  });
}

/** What stays lets go of what is dropped, or is let go of by its drop. */
function orderLettingGo(
  from: CatalogIndex,
  user: WorkNode,
  base: WorkNode,
  dependent: ObjectId,
  on: ObjectId,
): void {
  const before = from.get(dependent);
  if (before !== undefined && leavesAfter(before, base, on)) user.after.add(base);
  else base.after.add(user);
}

function leavesAfter(object: CatalogObject, { verb }: WorkNode, on: ObjectId): boolean {
  return kindOf(object).leavesAfter?.(object, on, verb !== 'alter') === true;
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
  // What is there already may change first: it gives up a name or an owner by that.
  const comes = base.verb === 'create';
  if (comes && object !== undefined && kindOf(object).isNeeded?.(object, on) === false) return;
  if (object === undefined || kindOf(object).arrivesBefore?.(object, on, comes) !== true) {
    user.after.add(base);
  } else if (standsAlone(graph, 'create', user)) base.after.add(user);
}

/** Whether it is done by itself: what it is a part of stays. */
function standsAlone(graph: WorkGraph, verb: Verb, { object }: WorkNode): boolean {
  return object.parent === null || graph.get(verb, object.parent) === undefined;
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

function orderAwaited(graph: WorkGraph, sides: Sides): void {
  for (const node of graph.nodes) {
    if (node.verb !== 'create') continue;
    for (const id of kindOf(node.object).awaits?.(node.object, sides) ?? []) {
      const gone = graph.get('drop', id);
      if (gone !== undefined) node.after.add(gone);
    }
  }
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
