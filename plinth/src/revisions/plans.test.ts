import { describe, expect, it } from 'vitest';
import { currentHeads } from './current-heads.js';
import { appliedOf, errorOf, idsOf as ids, inlineGraph } from './inline-graph.test.fixture.js';
import { planDowngrade } from './plan-downgrade.js';
import { planUpgrade } from './plan-upgrade.js';
import { resolveTarget } from './resolve-revision.js';

const LINE = inlineGraph('aaaa1 <- aaab2 <- cccc3 <- add-2');
// Left and right part at a; x, y is a history of its own, in which y needs l1.
const TREE = inlineGraph('a <- l1[left] <- l2; a <- r1[right] <- r2; x[other] <- y(l1)');
const MERGED = inlineGraph('a <- l1[left]; a <- r1[right]; l1, r1 <- m <- n');
const TWINS = inlineGraph('abcd1 <- abcd2');
const EMPTY = inlineGraph('');
const GRAPHS = { LINE, TREE, MERGED, TWINS, EMPTY };
type Name = keyof typeof GRAPHS;

describe('resolveTarget', () => {
  it.each<[Name, string, string, string]>([
    ['LINE', 'aaaa1', '', 'aaaa1'],
    ['LINE', 'cccc', '', 'cccc3'],
    ['LINE', ' head ', '', 'add-2'],
    ['LINE', 'add-2', '', 'add-2'],
    ['LINE', 'add-2-2', '', 'aaab2'],
    ['LINE', 'aaaa+2', '', 'cccc3'],
    ['LINE', 'head-1', '', 'cccc3'],
    ['LINE', 'base+1', '', 'aaaa1'],
    ['LINE', 'current', 'aaaa1 aaab2', 'aaab2'],
    ['LINE', 'current', '', ''],
    ['TREE', 'heads', '', 'l2 r2 y'],
    ['TREE', 'left', '', 'l1'],
    ['TREE', 'left@head', '', 'l2'],
    ['TREE', 'r1@head', '', 'r2'],
    ['TREE', 'a@heads', '', 'l2 r2'],
    ['TREE', 'left@l2', '', 'l2'],
    ['TREE', 'right@head-1', '', 'r1'],
    ['TREE', 'right@a+1', '', 'r1'],
    ['TREE', 'current', 'a l1 x y', 'y'],
    ['TREE', 'left@current', 'a l1 x y', 'l1'],
    ['EMPTY', 'head', '', ''],
  ])('%s: %s', (name, text, applied, expected) => {
    const graph = GRAPHS[name];
    const target = resolveTarget(graph, text, appliedOf(graph, applied));
    expect(target.kind).toBe('revisions');
    expect(target.kind === 'revisions' && ids(target.revisions)).toBe(expected);
  });

  it('resolves base, alone, of a branch and by walking', () => {
    expect(resolveTarget(TREE, 'base', new Set())).toMatchObject({
      kind: 'base',
      branch: undefined,
    });
    expect(resolveTarget(TREE, 'other@base', new Set())).toMatchObject({ branch: { id: 'x' } });
    expect(resolveTarget(TREE, 'l1-2', new Set())).toMatchObject({
      kind: 'base',
      branch: { id: 'l1' },
    });
  });

  it('resolves steps from what is applied', () => {
    const applied = appliedOf(LINE, 'aaaa1 aaab2');
    expect(resolveTarget(LINE, '+1', applied)).toMatchObject({
      kind: 'steps',
      to: { id: 'cccc3' },
    });
    expect(resolveTarget(LINE, '-1', applied)).toMatchObject({
      steps: -1,
      from: { id: 'aaab2' },
      to: { id: 'aaaa1' },
    });
    expect(resolveTarget(LINE, '-2', applied)).toMatchObject({ to: undefined });
    expect(resolveTarget(LINE, '+1', new Set())).toMatchObject({
      from: undefined,
      to: { id: 'aaaa1' },
    });
  });

  it.each<[Name, string, string, string, RegExp]>([
    ['LINE', 'nope', '', 'REVISION_NOT_FOUND', /"nope"/],
    ['LINE', '', '', 'REVISION_NOT_FOUND', /""/],
    ['LINE', 'aaa', '', 'REVISION_NOT_FOUND', /"aaa"/],
    ['LINE', 'add-9', '', 'REVISION_NOT_FOUND', /"add" in "add-9"/],
    ['LINE', '+0', '', 'REVISION_NOT_FOUND', /"\+0"/],
    ['LINE', '+5', '', 'REVISION_NOT_FOUND', /only 4 revisions above/],
    ['LINE', '+3', 'aaaa1 aaab2', 'REVISION_NOT_FOUND', /only 2 revisions above/],
    ['LINE', '-1', '', 'REVISION_NOT_FOUND', /nothing is applied/],
    ['LINE', '-3', 'aaaa1 aaab2', 'REVISION_NOT_FOUND', /only 2 steps down/],
    ['TWINS', 'abcd', '', 'REVISION_AMBIGUOUS', /abcd1 make.*\n.*abcd2 make/],
    [
      'TREE',
      'head',
      '',
      'REVISION_MULTIPLE_HEADS',
      /has 3:\n {2}l2 make l2\n {2}r2 make r2\n {2}y make y/,
    ],
    ['TREE', 'a@head', '', 'REVISION_MULTIPLE_HEADS', /has 2/],
    ['TREE', 'nope@head', '', 'REVISION_NOT_FOUND', /"nope" in "nope@head"/],
    ['TREE', 'left@r1', '', 'REVISION_NOT_FOUND', /r1 is not on the branch of l1/],
    ['TREE', '+1', 'a', 'REVISION_AMBIGUOUS', /several revisions follow a:\n {2}l1/],
    ['TREE', '+1', '', 'REVISION_AMBIGUOUS', /follow the base/],
    ['TREE', '-1', 'a l1 r1', 'REVISION_AMBIGUOUS', /several revisions are current/],
    ['TREE', 'right@-1', 'a l1', 'REVISION_NOT_FOUND', /only the branch of r1 stands on/],
    ['TREE', 'right@-1', '', 'REVISION_NOT_FOUND', /only the branch of r1 stands on/],
    ['TREE', 'heads-1', '', 'REVISION_AMBIGUOUS', /"heads" names several/],
    ['MERGED', '-1', 'a l1 r1 m', 'REVISION_AMBIGUOUS', /m merges several/],
    ['MERGED', 'n-2', '', 'REVISION_AMBIGUOUS', /m merges several/],
  ])('%s: refuses %s', (name, text, applied, code, words) => {
    const graph = GRAPHS[name];
    const error = errorOf(() => resolveTarget(graph, text, appliedOf(graph, applied)));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
    expect(error.hint).toMatch(/^[A-Z].*\.$/);
  });

  it('names twenty of many heads, and says how many more there are', () => {
    const forks = Array.from({ length: 23 }, (_, index) => `a <- b${index}`);
    const error = errorOf(() => resolveTarget(inlineGraph(forks.join('; ')), 'head', new Set()));
    expect(error.message).toMatch(/has 23:\n {2}b0 make b0\n(?:.*\n){19} {2}and 3 more$/);
    expect(error.details.heads).toHaveLength(23);
  });

  it('hints at what may have been meant', () => {
    expect(errorOf(() => resolveTarget(LINE, 'cccd3', new Set())).hint).toContain('cccc3');
    expect(errorOf(() => resolveTarget(LINE, 'haed', new Set())).hint).toContain('head');
    expect(errorOf(() => resolveTarget(LINE, 'ccc', new Set())).hint).toContain('four characters');
    const forked = () => resolveTarget(TREE, '-1', appliedOf(TREE, 'a l1 r1'));
    expect(errorOf(forked).hint).toBe('Say on which branch, as in "l1@-1".');
    expect(errorOf(() => resolveTarget(TREE, '+1', appliedOf(TREE, 'a'))).hint).toBe(
      'Name one of these revisions by its id, or the way as in "l1@+1".',
    );
    expect(errorOf(() => resolveTarget(LINE, 'unlike', new Set())).hint).toContain(
      'plinth history',
    );
    expect(errorOf(() => resolveTarget(TREE, 'head', new Set())).hint).toBe(
      'Merge them with "plinth merge", name all of them with "heads", or name a branch as in "label@head".',
    );
  });
});

describe('planUpgrade', () => {
  it.each<[Name, string, string, string]>([
    ['LINE', '', 'head', 'aaaa1 aaab2 cccc3 add-2'],
    ['LINE', 'aaaa1', 'head', 'aaab2 cccc3 add-2'],
    ['LINE', 'all', 'head', ''],
    ['LINE', 'all', 'aaaa1', ''],
    ['LINE', '', '+2', 'aaaa1 aaab2'],
    ['LINE', 'aaaa1 cccc3', 'cccc3', 'aaab2'],
    ['LINE', '', 'base', ''],
    ['TREE', '', 'y', 'a l1 x y'],
    ['TREE', 'a', 'left@head', 'l1 l2'],
    ['TREE', 'a', 'right@+1', 'r1'],
    ['TREE', 'a l1', 'heads', 'l2 r1 r2 x y'],
    ['MERGED', 'a r1', 'head', 'l1 m n'],
    ['EMPTY', '', 'head', ''],
  ])('%s: applied "%s", to %s', (name, applied, target, expected) => {
    const graph = GRAPHS[name];
    expect(ids(planUpgrade(graph, appliedOf(graph, applied), target))).toBe(expected);
  });

  it('leads only up', () => {
    const error = errorOf(() => planUpgrade(LINE, appliedOf(LINE, 'aaaa1'), '-1'));
    expect(error.message).toContain('only leads up');
  });
});

describe('planDowngrade', () => {
  it.each<[Name, string, string, string]>([
    ['LINE', 'all', 'base', 'add-2 cccc3 aaab2 aaaa1'],
    ['LINE', 'all', '-1', 'add-2'],
    ['LINE', 'aaaa1 aaab2', '-2', 'aaab2 aaaa1'],
    ['LINE', 'all', 'aaab2', 'add-2 cccc3'],
    ['LINE', 'all', 'head', ''],
    ['LINE', 'all', 'current', ''],
    ['LINE', '', 'base', ''],
    ['LINE', 'all', 'head-2', 'add-2 cccc3'],
    ['TREE', 'all', 'a', 'y r2 r1 l2 l1'],
    ['TREE', 'all', 'l1', 'l2'],
    ['TREE', 'all', 'other@base', 'y x'],
    ['TREE', 'all', 'left@a', 'y l2 l1'],
    ['TREE', 'all', 'right@-1', 'r2'],
    ['TREE', 'a r1 r2', '-2', 'r2 r1'],
    ['TREE', 'a l1 r1', 'right@-1', 'r1'],
    ['TREE', 'a l1 r1', 'r1@-1', 'r1'],
    ['TREE', 'a l1 x y', 'left@-1', 'y l1'],
    ['TREE', 'all', 'left@base', 'y r2 r1 l2 l1 a'],
    ['TREE', 'all', 'l1-2', 'y r2 r1 l2 l1 a'],
    ['TREE', 'all', 'y-2', 'y x'],
    ['MERGED', 'all', 'm', 'n'],
    ['MERGED', 'all', 'l1', 'n m'],
    ['MERGED', 'a l1 r1 m', 'left@-1', 'm'],
    ['MERGED', 'all', 'a', 'n m r1 l1'],
  ])('%s: applied "%s", to %s', (name, applied, target, expected) => {
    const graph = GRAPHS[name];
    expect(ids(planDowngrade(graph, appliedOf(graph, applied), target))).toBe(expected);
  });

  it('takes only one branch back along the path of a step', () => {
    const fork = inlineGraph('a <- b; a <- c(b)');
    expect(ids(planDowngrade(fork, appliedOf(fork, 'all'), '-1'))).toBe('c');
  });

  it.each<[Name, string, string, string, RegExp]>([
    ['LINE', 'aaaa1', 'cccc3', 'REVISION_NOT_APPLIED', /cccc3 \(make cccc3\) is not applied/],
    ['LINE', 'aaaa1', 'head', 'REVISION_NOT_APPLIED', /"head"/],
    ['LINE', 'aaaa1', '+1', 'REVISION_NOT_FOUND', /only leads down/],
    ['TREE', 'all', 'head', 'REVISION_MULTIPLE_HEADS', /has 3/],
    ['TREE', 'all', '-1', 'REVISION_AMBIGUOUS', /several revisions are current/],
    ['MERGED', 'a l1 r1 m', '-1', 'REVISION_AMBIGUOUS', /merges/],
  ])('%s: refuses applied "%s", to %s', (name, applied, target, code, words) => {
    const graph = GRAPHS[name];
    const error = errorOf(() => planDowngrade(graph, appliedOf(graph, applied), target));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
  });

  it('refuses to pass what is irreversible, with the reason, and stops short of it', () => {
    const graph = inlineGraph('a <- b! <- c');
    const applied = appliedOf(graph, 'all');
    const error = errorOf(() => planDowngrade(graph, applied, 'a'));
    expect(error.code).toBe('REVISION_IRREVERSIBLE');
    expect(error.message).toContain('b make b: rows are gone');
    expect(ids(planDowngrade(graph, applied, 'b'))).toBe('c');
  });

  it('undoes what an upgrade ran, in the opposite order', () => {
    for (const graph of [LINE, TREE, MERGED]) {
      const up = planUpgrade(graph, new Set(), 'heads');
      const down = planDowngrade(graph, new Set(up.map(({ id }) => id)), 'base');
      expect(ids(down)).toBe(ids(up.toReversed()));
    }
  });
});

describe('currentHeads', () => {
  it.each([
    ['a l1 x y', 'all', 'y'],
    ['a l1 x y', 'revises', 'l1 y'],
    ['a l1 r1', 'all', 'l1 r1'],
    ['', 'all', ''],
  ] as const)('%s through %s', (applied, through, expected) => {
    expect(ids(currentHeads(TREE, appliedOf(TREE, applied), through))).toBe(expected);
  });
});
