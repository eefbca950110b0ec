import { describe, expect, it } from 'vitest';
import { errorOf, idsOf, inlineGraph } from './inline-graph.test.fixture.js';
import { planOffline } from './plan-offline.js';

const LINE = 'aaa1 <- bbb2 <- ccc3 <- ddd4 <- eee5';
// Left and right part at a; x, y is a history of its own, in which y needs l1.
const TREE = 'a <- l1[left] <- l2; a <- r1[right] <- r2; x[other] <- y(l1)';
const MERGED = 'a <- l1[left]; a <- r1[right]; l1, r1 <- m <- n';

describe('planOffline', () => {
  it.each<[graph: string, direction: 'upgrade' | 'downgrade', text: string, expected: string]>([
    [LINE, 'upgrade', 'head', 'aaa1 bbb2 ccc3 ddd4 eee5'],
    [LINE, 'upgrade', 'bbb2:ddd4', 'ccc3 ddd4'],
    [LINE, 'upgrade', 'bbb2:', 'ccc3 ddd4 eee5'],
    [LINE, 'upgrade', ':bbb2', 'aaa1 bbb2'],
    [LINE, 'upgrade', 'bbb2:+2', 'ccc3 ddd4'],
    [LINE, 'upgrade', '+2', 'aaa1 bbb2'],
    [LINE, 'upgrade', 'head:head', ''],
    [TREE, 'upgrade', 'x:y', 'a l1 y'],
    [TREE, 'upgrade', 'l1:heads', 'l2 r1 r2 x y'],
    [TREE, 'upgrade', 'left@head:right@head', 'r1 r2'],
    [LINE, 'downgrade', 'ddd4:bbb2', 'ddd4 ccc3'],
    [LINE, 'downgrade', 'head:base', 'eee5 ddd4 ccc3 bbb2 aaa1'],
    [LINE, 'downgrade', 'ddd4:-1', 'ddd4'],
    [LINE, 'downgrade', 'ccc3:', 'ccc3 bbb2 aaa1'],
    [TREE, 'downgrade', 'l2:a', 'l2 l1'],
    [TREE, 'downgrade', 'y:other@base', 'y x'],
    [MERGED, 'downgrade', 'n:l1', 'n m'],
  ])('%s: %s %s', (notation, direction, text, expected) => {
    expect(idsOf(planOffline(inlineGraph(notation), direction, text).revisions)).toBe(expected);
  });

  it('tells where it starts', () => {
    const graph = inlineGraph(TREE);
    expect(idsOf(planOffline(graph, 'upgrade', 'l1:heads').start)).toBe('l1');
    expect(planOffline(graph, 'upgrade', 'heads').start).toEqual([]);
  });

  it.each<['upgrade' | 'downgrade', string, string, RegExp]>([
    ['downgrade', 'bbb2', 'REVISION_RANGE_INVALID', /expected one colon/],
    ['downgrade', ':bbb2', 'REVISION_RANGE_INVALID', /has to start somewhere/],
    ['upgrade', 'current:head', 'REVISION_RANGE_INVALID', /nobody knows what is applied/],
    ['upgrade', 'current', 'REVISION_RANGE_INVALID', /nobody knows what is applied/],
    ['upgrade', '-2:head', 'REVISION_RANGE_INVALID', /nobody knows what is applied/],
    ['upgrade', 'bbb2:-1', 'REVISION_NOT_FOUND', /only leads up/],
    ['downgrade', 'bbb2:+1', 'REVISION_NOT_FOUND', /only leads down/],
    ['downgrade', 'bbb2:ccc3', 'REVISION_NOT_APPLIED', /ccc3 .* is not applied/],
    ['downgrade', 'bbb2:-3', 'REVISION_NOT_FOUND', /only 2 steps down/],
    ['upgrade', 'ddd4:+9', 'REVISION_NOT_FOUND', /only 1 revisions above/],
    ['upgrade', 'ddd4:bbb2', 'REVISION_RANGE_INVALID', /bbb2 comes before ddd4/],
  ])('refuses %s %s', (direction, text, code, words) => {
    const error = errorOf(() => planOffline(inlineGraph(LINE), direction, text));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
  });
});
