import { describe, expect, it } from 'vitest';
import { errorOf, idsOf, inlineGraph } from './inline-graph.test.fixture.js';
import { planMerge } from './plan-merge.js';

const TREE = inlineGraph('abcd1 <- l1[left] <- l2; abcd1 <- r1[right] <- r2; x <- y(l2)');

describe('planMerge', () => {
  it.each([
    [['heads'], 'l2 r2 y'],
    [['r2', 'l2'], 'r2 l2'],
    [['left@head', 'y', 'left@head'], 'l2 y'],
    [['abcd@heads'], 'l2 r2'],
  ])('%j', (targets, expected) => {
    expect(idsOf(planMerge(TREE, targets))).toBe(expected);
  });

  it('takes all heads when nothing is named', () => {
    expect(idsOf(planMerge(TREE))).toBe('l2 r2 y');
  });

  it('takes what others revise only when it is told to', () => {
    expect(errorOf(() => planMerge(TREE, ['l1', 'r2'])).hint).toContain('--splice');
    expect(idsOf(planMerge(TREE, ['l1', 'r2'], { splice: true }))).toBe('l1 r2');
  });

  it.each([
    ['a <- b', ['heads'], 'REVISION_MERGE_INVALID', /"heads" names only one:\n {2}b make b/],
    ['', ['heads'], 'REVISION_MERGE_INVALID', /"heads" names no revision/],
    ['a <- b; a <- c', ['b'], 'REVISION_MERGE_INVALID', /only one/],
    ['a <- b; a <- c', ['b', 'b'], 'REVISION_MERGE_INVALID', /"b", "b" name only one/],
    ['a <- b; a <- c', ['a', 'c'], 'REVISION_MERGE_INVALID', /nothing to merge: c descends from a/],
    ['a <- b <- c; a <- d', ['a', 'b', 'd'], 'REVISION_MERGE_INVALID', /b, d descend from a/],
    ['a <- b; a <- c', ['head', 'b'], 'REVISION_MULTIPLE_HEADS', /has 2/],
    ['a <- b; a <- c', ['b', 'nope'], 'REVISION_NOT_FOUND', /nope/],
  ])('%s: refuses %j', (notation, targets, code, words) => {
    const error = errorOf(() => planMerge(inlineGraph(notation), targets, { splice: true }));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
    expect(error.hint).toMatch(/^[A-Z].*\.$/);
  });
});
