// Joins nodes that one statement can do: a table with its columns and constraints, a drop with
// everything that PostgreSQL drops along.

import type { CatalogObject, Sides } from '../catalog/index.js';
import type { CatalogIndex } from './catalog-index.js';
import { kindOf } from './kind-of.js';
import type { WorkGraph, WorkNode } from './work-graph.js';

/** Folds wherever it may; where that makes a circle, `breakCycles` unfolds again. */
export function foldNodes(
  graph: WorkGraph,
  from: CatalogIndex,
  to: CatalogIndex,
  sides: Sides,
): void {
  for (const node of graph.nodes) {
    if (node.verb === 'create') foldCreation(graph, node, sides);
    if (node.verb === 'drop') foldDrop(graph, node, from, to);
  }
}

function foldCreation(graph: WorkGraph, node: WorkNode, sides: Sides): void {
  const { object } = node;
  if (object.parent === null) return;
  const whole = graph.get('create', object.parent);
  if (whole === undefined) return;
  if (kindOf(object).clause?.(object, sides, []) !== undefined) node.foldedInto = whole;
}

function foldDrop(graph: WorkGraph, node: WorkNode, from: CatalogIndex, to: CatalogIndex): void {
  const { object } = node;
  if (kindOf(object).dropsAlone === true) return;
  const comesBack = graph.get('create', object.id) !== undefined;
  const needs = from.needsOf(object.id).filter(({ strength }) => strength === 'automatic');
  const whole = needs.find(({ on }) => on === object.parent)?.on;
  if (whole !== undefined) {
    node.foldedInto = graph.get('drop', whole) ?? graph.get('discard', whole);
    if (node.foldedInto !== undefined) return;
  }
  if (leavesLate(graph, object, from)) return;
  for (const { on } of needs) {
    const base = graph.get('drop', on);
    if (base === undefined || base.foldedInto === node) continue;
    // What comes back may come before the base goes, unless it stands on its successor.
    if (comesBack && !to.dependsOn(object.id, on)) continue;
    node.foldedInto = base;
    return;
  }
}

/** Whether it is no longer bound by then to what PostgreSQL would drop it with. */
function leavesLate(graph: WorkGraph, object: CatalogObject, from: CatalogIndex): boolean {
  const { leavesAfter } = kindOf(object);
  if (leavesAfter === undefined) return false;
  return from
    .needsOf(object.id)
    .some(({ on }) => graph.get('drop', on) !== undefined && leavesAfter(object, on, true));
}

/** The node whose statement does the work of this one, itself where it stands alone. */
export function rootOf(node: WorkNode): WorkNode {
  return node.foldedInto === undefined ? node : rootOf(node.foldedInto);
}
