// Orders the groups and breaks the circles that are in the way: first by giving what was folded a
// statement of its own, then by making a name known before its creation, then by letting go of
// orders that are only preferred.

import { PlinthError } from '../errors/index.js';
import type { CatalogIndex } from './catalog-index.js';
import { findCycles } from './find-cycles.js';
import { rootOf } from './fold-nodes.js';
import { kindOf } from './kind-of.js';
import { type Group, groupNodes, sortGroups } from './order-nodes.js';
import type { WorkGraph, WorkNode } from './work-graph.js';

export interface Ordered {
  /** In an order in which they can run. */
  readonly groups: readonly Group[];
  /** What runs before something that its text names. */
  readonly unordered: ReadonlySet<WorkNode>;
}

/** @throws PlinthError DIFF_REFUSED where objects need each other and no order serves. */
export function orderGroups(graph: WorkGraph, from: CatalogIndex, to: CatalogIndex): Ordered {
  const unordered = new Set<WorkNode>();
  for (;;) {
    const groups = groupNodes(graph.nodes);
    const sorted = sortGroups(groups, from, to);
    if (sorted.length === groups.length) return { groups: sorted, unordered };
    const done = new Set(sorted);
    const rest = groups.filter((group) => !done.has(group));
    for (const cycle of findCycles(rest, (group) => group.before.filter((one) => !done.has(one)))) {
      if (unfold(cycle, from, to) || announce(cycle, graph) || letGo(cycle, unordered)) continue;
      throw circle(cycle);
    }
  }
}

/**
 * Unfolds the members that hold the circle together and are the easiest to write alone: the last
 * in the order of kinds, which are foreign keys where there are any.
 */
function unfold(cycle: readonly Group[], from: CatalogIndex, to: CatalogIndex): boolean {
  const inCycle = new Set(cycle.map(({ root }) => root));
  const rank = (node: WorkNode): number =>
    to.has(node.object.id) ? to.positionOf(node.object.id) : from.positionOf(node.object.id);
  const ties = cycle
    .flatMap(({ members }) => members)
    .filter((node) => node.foldedInto !== undefined)
    .flatMap((node) => tiesOf(node, cycle, inCycle));
  if (ties.length === 0) return false;
  const last = ties.reduce((a, b) => (rank(b.node) > rank(a.node) ? b : a)).node.object.kind;
  const chosen = ties.filter(({ node }) => node.object.kind === last);
  // Those that point back are kept, so that one order of the wholes is left.
  const forward = chosen.filter(({ node, to: target }) => rank(rootOf(node)) < rank(target));
  for (const { node } of forward.length > 0 ? forward : chosen) node.foldedInto = undefined;
  return true;
}

interface Tie {
  readonly node: WorkNode;
  /** The root of the group that it ties its own to. */
  readonly to: WorkNode;
}

/** A part that is created waits for other groups; a part that is dropped is waited for. */
function tiesOf(
  node: WorkNode,
  cycle: readonly Group[],
  inCycle: ReadonlySet<WorkNode>,
): readonly Tie[] {
  const own = rootOf(node);
  if (node.verb === 'create') {
    return [...node.after, ...node.preferablyAfter]
      .map(rootOf)
      .filter((root) => root !== own && inCycle.has(root))
      .map((root) => ({ node, to: root }));
  }
  return cycle
    .filter(({ root, members }) => root !== own && members.some(({ after }) => after.has(node)))
    .map(({ root }) => ({ node, to: root }));
}

/** The circle of a type and its functions: the name comes first, and its drop takes all along. */
function announce(cycle: readonly Group[], graph: WorkGraph): boolean {
  const roots = cycle.map(({ root }) => root);
  const known = roots.find(
    ({ verb, object }) =>
      (verb !== 'create' || graph.get('forward', object.id) === undefined) &&
      kindOf(object).forward?.(object) !== undefined,
  );
  if (known === undefined) return false;
  const others = cycle.flatMap(({ members }) => members).filter((node) => rootOf(node) !== known);
  if (known.verb === 'drop') {
    const drops = others.filter(({ verb, foldedInto }) => verb === 'drop' && !foldedInto);
    for (const node of drops) node.foldedInto = known;
    return drops.length > 0;
  }
  const coming = others.filter(({ verb }) => verb !== 'drop');
  const waiting = coming.filter((node) => node.after.delete(known));
  if (known.verb === 'create') {
    const forward = graph.add('forward', known.object);
    for (const node of known.after) if (!others.includes(node)) forward.after.add(node);
    for (const node of waiting) node.after.add(forward);
    known.after.add(forward);
    return true;
  }
  // It is there, and altered: its functions come before that, and go after it.
  const leaving = others.filter((node) => !coming.includes(node) && known.after.delete(node));
  return waiting.length + leaving.length > 0;
}

function letGo(cycle: readonly Group[], unordered: Set<WorkNode>): boolean {
  const inCycle = new Set(cycle.map(({ root }) => root));
  let changed = false;
  for (const node of cycle.flatMap(({ members }) => members)) {
    for (const other of node.preferablyAfter) {
      if (!inCycle.has(rootOf(other))) continue;
      node.preferablyAfter.delete(other);
      unordered.add(rootOf(node));
      changed = true;
    }
  }
  return changed;
}

function circle(cycle: readonly Group[]): PlinthError {
  const names = cycle.map(({ root }) => `${root.verb} ${root.object.id}`).sort();
  const shown = names.length > 8 ? [...names.slice(0, 8), `… ${names.length - 8} more`] : names;
  return new PlinthError(
    'DIFF_REFUSED',
    `These changes need each other, and no order serves:\n${shown.map((name) => `  ${name}`).join('\n')}`,
    { hint: 'Make the change in two steps, of which the first removes what ties them together.' },
  );
}
