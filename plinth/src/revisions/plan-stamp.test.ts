import { describe, expect, it } from 'vitest';
import { appliedOf, errorOf, idsOf, inlineGraph } from './inline-graph.test.fixture.js';
import { planStamp } from './plan-stamp.js';

const LINE = 'a <- b <- c <- d';
const TREE = 'a <- l1[left] <- l2; a <- r1[right] <- r2; x[other] <- y(l1)';
const MERGED = 'a <- l1[left]; a <- r1[right]; l1, r1 <- m <- n';

describe('planStamp', () => {
  it.each<[graph: string, applied: string, targets: string, apply: string, remove: string]>([
    [LINE, '', 'head', 'a b c d', ''],
    [LINE, '', 'b', 'a b', ''],
    [LINE, 'a', 'c', 'b c', ''],
    [LINE, 'all', 'head', '', ''],
    [LINE, 'all', 'b', '', 'd c'],
    [LINE, 'all', 'base', '', 'd c b a'],
    [LINE, '', 'base', '', ''],
    [LINE, 'a b', '+1', 'c', ''],
    [LINE, 'a b', '-1', '', 'b'],
    [LINE, 'a', '-1', '', 'a'],
    [LINE, 'a c', 'c', 'b', ''],
    [LINE, 'all', 'b d', '', ''],
    [LINE, 'all', 'base b', '', 'd c'],
    [TREE, '', 'heads', 'a l1 l2 r1 r2 x y', ''],
    [TREE, 'a l1', 'r1', 'r1', ''],
    [TREE, 'a l1 r1', 'right@head', 'r2', ''],
    [TREE, 'a l1 l2 r1', 'l1', '', 'l2'],
    [TREE, 'all', 'a', '', 'y r2 r1 l2 l1'],
    [TREE, 'all', 'left@a', '', 'y l2 l1'],
    [TREE, 'a l1 l2 r1 r2', 'left@base', '', 'l2 l1'],
    [TREE, 'a l1 l2', 'left@base', '', 'l2 l1 a'],
    [TREE, 'all', 'right@base', '', 'r2 r1'],
    [TREE, 'all', 'other@base', '', 'y x'],
    [TREE, 'a', 'other@head', 'l1 x y', ''],
    [TREE, 'a l1 r1', 'left@+1', 'l2', ''],
    [TREE, 'a l1 r1', 'left@-1', '', 'l1'],
    [TREE, '', 'l1 r1', 'a l1 r1', ''],
    [TREE, 'all', 'l1 r1', '', 'r2 l2'],
    [MERGED, 'all', 'm', '', 'n'],
    [MERGED, 'all', 'l1', '', 'n m'],
    [MERGED, 'all', 'a', '', 'n m r1 l1'],
    ['a <- b; x(a) <- y', 'all', 'a', '', 'b'],
    ['', '', 'head', '', ''],
  ])('%s: applied "%s", stamp %s', (notation, applied, targets, apply, remove) => {
    const graph = inlineGraph(notation);
    const plan = planStamp(graph, appliedOf(graph, applied), targets.split(' '));
    expect(idsOf(plan.apply)).toBe(apply);
    expect(idsOf(plan.remove)).toBe(remove);
  });

  it.each([
    [TREE, '', 'head', 'REVISION_MULTIPLE_HEADS'],
    [TREE, '', 'nope', 'REVISION_NOT_FOUND'],
    [LINE, '', '-1', 'REVISION_NOT_FOUND'],
    [TREE, 'a l1 r1', '-1', 'REVISION_AMBIGUOUS'],
  ])('%s: applied "%s", refuses %s', (notation, applied, target, code) => {
    const graph = inlineGraph(notation);
    const error = errorOf(() => planStamp(graph, appliedOf(graph, applied), [target]));
    expect(error.code).toBe(code);
  });
});
