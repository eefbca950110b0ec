// Puts the groups of folded nodes into an order in which they can run. Where nothing else
// decides, drops come first, and what belongs to one table stands together.

import type { CatalogObject } from '../catalog/index.js';
import { KINDS } from '../catalog/index.js';
import { append } from './append.js';
import type { CatalogIndex } from './catalog-index.js';
import { rootOf } from './fold-nodes.js';
import { Heap } from './heap.js';
import type { Verb, WorkNode } from './work-graph.js';

/** Nodes that one statement does. */
export interface Group {
  readonly root: WorkNode;
  readonly members: readonly WorkNode[];
  readonly after: Set<Group>;
  readonly preferablyAfter: Set<Group>;
}

/** The groups, with the edges of their members between them. */
export function groupNodes(nodes: readonly WorkNode[]): readonly Group[] {
  const members = new Map<WorkNode, WorkNode[]>();
  for (const node of nodes) {
    append(members, rootOf(node), node);
  }
  const groups = new Map<WorkNode, Group>();
  for (const [root, list] of members) {
    groups.set(root, { root, members: list, after: new Set(), preferablyAfter: new Set() });
  }
  for (const group of groups.values()) {
    for (const member of group.members) {
      for (const other of member.after) link(groups, group, other, group.after);
      for (const other of member.preferablyAfter) {
        link(groups, group, other, group.preferablyAfter);
      }
    }
  }
  return [...groups.values()];
}

function link(
  groups: ReadonlyMap<WorkNode, Group>,
  group: Group,
  other: WorkNode,
  into: Set<Group>,
): void {
  const target = groups.get(rootOf(other));
  if (target !== undefined && target !== group) into.add(target);
}

/** Kahn's algorithm, with a heap that prefers what reads best. The groups must have no circle. */
export function sortGroups(
  groups: readonly Group[],
  from: CatalogIndex,
  to: CatalogIndex,
): readonly Group[] {
  const keys = new Map(groups.map((group) => [group, keyOf(group.root, from, to)]));
  const waiting = new Map<Group, number>();
  const followers = new Map<Group, Group[]>();
  const ready = new Heap<Group>((a, b) => compareKeys(keys.get(a) ?? [], keys.get(b) ?? []));
  for (const group of groups) {
    const before = new Set([...group.after, ...group.preferablyAfter]);
    waiting.set(group, before.size);
    for (const other of before) append(followers, other, group);
    if (before.size === 0) ready.push(group);
  }
  const sorted: Group[] = [];
  for (let group = ready.pop(); group !== undefined; group = ready.pop()) {
    sorted.push(group);
    for (const follower of followers.get(group) ?? []) {
      const left = (waiting.get(follower) ?? 0) - 1;
      waiting.set(follower, left);
      if (left === 0) ready.push(follower);
    }
  }
  return sorted;
}

type Key = readonly (number | string)[];

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
  const direction = PHASES[verb] === 1 ? 1 : -1;
  return [
    PHASES[verb],
    direction * rankOf(whole),
    whole.id,
    direction * side.positionOf(object.id),
    verb,
  ];
}

function rankOf({ kind }: CatalogObject): number {
  return RANKS.get(kind) ?? KINDS.length;
}

function compareKeys(a: Key, b: Key): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined || left === right) continue;
    return left < right ? -1 : 1;
  }
  return 0;
}
