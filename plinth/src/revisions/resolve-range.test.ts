import { describe, expect, it } from 'vitest';
import { appliedOf, errorOf, idsOf, inlineGraph } from './inline-graph.test.fixture.js';
import { resolveRange } from './resolve-range.js';

const LINE = 'aaa1 <- bbb2 <- ccc3 <- ddd4 <- eee5';
// Left and right part at a; x, y is a history of its own, in which y needs l1.
const TREE = 'a <- l1[left] <- l2; a <- r1[right] <- r2; x[other] <- y(l1)';
const MERGED = 'a <- l1[left]; a <- r1[right]; l1, r1 <- m <- n';

describe('resolveRange', () => {
  it.each<[graph: string, applied: string, range: string, expected: string]>([
    [LINE, '', 'bbb2:ddd4', 'bbb2 ccc3 ddd4'],
    [LINE, '', ' bbb2 : ddd4 ', 'bbb2 ccc3 ddd4'],
    [LINE, '', 'ccc3:', 'ccc3 ddd4 eee5'],
    [LINE, '', ':ccc3', 'aaa1 bbb2 ccc3'],
    [LINE, '', ':', 'aaa1 bbb2 ccc3 ddd4 eee5'],
    [LINE, '', 'base:head', 'aaa1 bbb2 ccc3 ddd4 eee5'],
    [LINE, '', 'ccc3:ccc3', 'ccc3'],
    [LINE, '', 'base:base', ''],
    [LINE, 'aaa1 bbb2', 'current:', 'bbb2 ccc3 ddd4 eee5'],
    [LINE, 'aaa1 bbb2', ':current', 'aaa1 bbb2'],
    [LINE, '', 'current:', 'aaa1 bbb2 ccc3 ddd4 eee5'],
    [LINE, '', ':current', ''],
    [LINE, 'aaa1 bbb2 ccc3 ddd4', '-2:current', 'bbb2 ccc3 ddd4'],
    [LINE, 'aaa1', '-2:current', 'aaa1'],
    [LINE, '', '-1:', 'ddd4 eee5'],
    [LINE, '', '-9:ccc3', 'aaa1 bbb2 ccc3'],
    [LINE, '', 'bbb2:+2', 'bbb2 ccc3 ddd4'],
    [LINE, '', 'ddd4:+9', 'ddd4 eee5'],
    [LINE, '', ':+2', 'aaa1 bbb2'],
    [LINE, 'aaa1 bbb2 ccc3', '-1:+1', 'bbb2 ccc3 ddd4'],
    [LINE, 'aaa1 bbb2', '+1:head', 'ccc3 ddd4 eee5'],
    [LINE, 'aaa1 bbb2 ccc3', 'aaa1:-1', 'aaa1 bbb2'],
    [LINE, '', 'head-2:head-1', 'ccc3 ddd4'],
    [LINE, '', 'bbb2+1:eee5-1', 'ccc3 ddd4'],
    [TREE, '', 'l1:', 'l1 l2'],
    [TREE, '', 'a:heads', 'a l1 l2 r1 r2'],
    [TREE, '', 'a:left@head', 'a l1 l2'],
    [TREE, '', 'left@a:', 'a l1 l2'],
    [TREE, '', 'left@base:', 'a l1 l2'],
    [TREE, '', 'left@base:left@head', 'a l1 l2'],
    [TREE, '', 'other@base:', 'a l1 x y'],
    [TREE, '', 'x:y', 'x y'],
    [TREE, '', ':y', 'a l1 x y'],
    [TREE, '', '-1:', 'l1 l2 r1 r2 x y'],
    [TREE, '', 'left@-1:', 'l1 l2'],
    ['a <- b <- c <- d; a <- x', '', '-1:', 'a c d x'],
    [TREE, '', 'a:right@+1', 'a r1'],
    [TREE, 'a l1 r1', 'current:heads', 'l1 l2 r1 r2'],
    [MERGED, '', 'l1:n', 'l1 m n'],
    [MERGED, '', 'a:', 'a l1 r1 m n'],
    [MERGED, '', 'left@-2:', 'l1 m n'],
    ['', '', ':', ''],
    ['', '', 'base:head', ''],
  ])('%s: applied "%s", %s', (notation, applied, range, expected) => {
    const graph = inlineGraph(notation);
    expect(idsOf(resolveRange(graph, range, appliedOf(graph, applied)).revisions)).toBe(expected);
  });

  it('tells its two ends', () => {
    const graph = inlineGraph(TREE);
    const { text, lower, upper } = resolveRange(graph, ' a:heads', new Set());
    expect([text, idsOf(lower), idsOf(upper)]).toEqual(['a:heads', 'a', 'l2 r2 y']);
    expect(resolveRange(graph, ':l1', new Set()).lower).toEqual([]);
  });

  it.each([
    [LINE, 'bbb2', 'REVISION_RANGE_INVALID', /"bbb2" is no range: expected one colon/],
    [LINE, 'a:b:c', 'REVISION_RANGE_INVALID', /expected one colon/],
    [LINE, 'ddd4:bbb2', 'REVISION_RANGE_INVALID', /bbb2 comes before ddd4/],
    [LINE, 'bbb2:base', 'REVISION_RANGE_INVALID', /the base comes before bbb2/],
    [LINE, 'bbb2:current', 'REVISION_RANGE_INVALID', /the base comes before bbb2/],
    [TREE, 'l1:r2', 'REVISION_RANGE_INVALID', /r2 does not descend from l1/],
    [TREE, 'l1:x', 'REVISION_RANGE_INVALID', /x does not descend from l1/],
    [TREE, 'a:head', 'REVISION_MULTIPLE_HEADS', /"head" names one head/],
    [TREE, 'a:+1', 'REVISION_AMBIGUOUS', /several revisions follow a/],
    [MERGED, '-3:head', 'REVISION_AMBIGUOUS', /m merges several/],
    [LINE, 'nope:head', 'REVISION_NOT_FOUND', /"nope"/],
    [LINE, 'aaa1:nope', 'REVISION_NOT_FOUND', /"nope"/],
  ])('%s: refuses %s', (notation, range, code, words) => {
    const error = errorOf(() => resolveRange(inlineGraph(notation), range, new Set()));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
    expect(error.hint).toMatch(/^[A-Z].*\.$/);
  });
});
