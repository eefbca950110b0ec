// Puts the groups of folded nodes into an order in which they can run. Where nothing else
// decides, drops come first, and what belongs to one table stands together.

import { KINDS, type ObjectId } from '../catalog/index.js';
import type { CatalogIndex } from './catalog-index.js';
import { rootOf } from './fold-nodes.js';
import { Heap } from './heap.js';
import type { Verb, WorkNode } from './work-graph.js';

/** Nodes that one statement does. */
export interface Group {
  readonly root: WorkNode;
  readonly members: WorkNode[];
  /** What has to come before it, or had better; one may stand there twice. */
  readonly before: Group[];
}

/** The groups, with the edges of their members between them. */
export function groupNodes(nodes: readonly WorkNode[]): readonly Group[] {
  const groups = new Map<WorkNode, Group>();
  for (const node of nodes) {
    const root = rootOf(node);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, { root, members: [node], before: [] });
    else group.members.push(node);
  }
  for (const group of groups.values()) {
    for (const { after } of group.members) link(groups, group, after);
    for (const { preferablyAfter } of group.members) link(groups, group, preferablyAfter);
  }
  return [...groups.values()];
}

function link(
  groups: ReadonlyMap<WorkNode, Group>,
  group: Group,
  others: ReadonlySet<WorkNode>,
): void {
  for (const other of others) {
    const target = groups.get(rootOf(other));
    if (target !== undefined && target !== group) group.before.push(target);
  }
}

/** A group on its way into the order. */
interface Waiting {
  readonly group: Group;
  readonly key: Key;
  readonly followers: Waiting[];
  /** How many of those before it have not come yet. */
  left: number;
}

/**
 * Kahn's algorithm, with a heap that prefers what reads best. Groups in a circle, and those that
 * wait for one, are left out.
 */
export function sortGroups(
  groups: readonly Group[],
  from: CatalogIndex,
  to: CatalogIndex,
): readonly Group[] {
  const places = new Map<Group, Waiting>();
  for (const group of groups) {
    const left = group.before.length;
    places.set(group, { group, key: keyOf(group.root, from, to), followers: [], left });
  }
  const ready = new Heap<Waiting>((a, b) => compareKeys(a.key, b.key));
  for (const place of places.values()) {
    for (const before of place.group.before) places.get(before)?.followers.push(place);
    if (place.left === 0) ready.push(place);
  }
  const sorted: Group[] = [];
  for (let place = ready.pop(); place !== undefined; place = ready.pop()) {
    sorted.push(place.group);
    for (const follower of place.followers) {
      follower.left -= 1;
      if (follower.left === 0) ready.push(follower);
    }
  }
  return sorted;
}

interface Key {
  readonly phase: number;
  readonly rank: number;
  readonly whole: ObjectId;
  readonly position: number;
  readonly verb: Verb;
}

const PHASES: Readonly<Record<Verb, number>> = {
  drop: 0,
  aside: 0,
  alter: 1,
  forward: 1,
  create: 1,
  discard: 2,
};
const RANKS: ReadonlyMap<string, number> = new Map(KINDS.map(({ name }, rank) => [name, rank]));

function keyOf({ verb, object }: WorkNode, from: CatalogIndex, to: CatalogIndex): Key {
  const side = to.has(object.id) ? to : from;
  const whole = side.get(side.wholeOf(object.id)) ?? object;
  const phase = PHASES[verb];
  const direction = phase === 1 ? 1 : -1;
  return {
    phase,
    rank: direction * (RANKS.get(whole.kind) ?? KINDS.length),
    whole: whole.id,
    position: direction * side.positionOf(object.id),
    verb,
  };
}

function compareKeys(a: Key, b: Key): number {
  if (a.phase !== b.phase) return a.phase - b.phase;
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.whole !== b.whole) return a.whole < b.whole ? -1 : 1;
  if (a.position !== b.position) return a.position - b.position;
  if (a.verb !== b.verb) return a.verb < b.verb ? -1 : 1;
  return 0;
}
