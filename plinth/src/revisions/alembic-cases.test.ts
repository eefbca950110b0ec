// The histories that Alembic's documentation works through, and what it shows for them.
// https://alembic.sqlalchemy.org/en/latest/branches.html

import { describe, expect, it } from 'vitest';
import { appliedOf, errorOf, idsOf, inlineGraph } from './inline-graph.test.fixture.js';
import { planDowngrade } from './plan-downgrade.js';
import { planMerge } from './plan-merge.js';
import { planUpgrade } from './plan-upgrade.js';
import { resolveRange } from './resolve-range.js';
import { revisionPlaces } from './revision-places.js';

const GRAPHS = {
  /** Two developers revise the same revision. */
  branched: '1975ea83 <- ae1027a6; 1975ea83 <- 27c6a30d',
  merged: '1975ea83 <- ae1027a6; 1975ea83 <- 27c6a30d; ae1027a6, 27c6a30d <- 53fffde5',
  labelled: '1975ea83 <- ae1027a6 <- 55af2cb1; 1975ea83 <- 27c6a30d[shoppingcart] <- d747a8a8',
  /** A second base, networking, of which one revision depends on the account branch. */
  networking:
    '1975ea83 <- ae1027a6 <- 55af2cb1; 1975ea83 <- 27c6a30d[shoppingcart] <- d747a8a8;' +
    '3782d998[networking] <- 109ec7d1 <- 29f859a1 <- 2a951022(55af2cb1)',
} as const;
type Name = keyof typeof GRAPHS;

describe('upgrades', () => {
  it.each<[Name, applied: string, target: string, expected: string]>([
    ['branched', '1975ea83', 'heads', 'ae1027a6 27c6a30d'],
    ['branched', '1975ea83', 'ae10', 'ae1027a6'],
    ['branched', '', '27c6', '1975ea83 27c6a30d'],
    ['merged', '', 'head', '1975ea83 ae1027a6 27c6a30d 53fffde5'],
    ['merged', '1975ea83 ae1027a6', 'head', '27c6a30d 53fffde5'],
    ['labelled', '', 'shoppingcart@head', '1975ea83 27c6a30d d747a8a8'],
    ['labelled', '1975ea83 ae1027a6', 'shoppingcart@+1', '27c6a30d'],
    ['labelled', '1975ea83 ae1027a6', 'shoppingcart@+2', '27c6a30d d747a8a8'],
    ['labelled', '1975ea83 ae1027a6 27c6a30d', 'shoppingcart@+1', 'd747a8a8'],
    ['labelled', '1975ea83', 'ae10+1', 'ae1027a6 55af2cb1'],
    ['labelled', '', 'shoppingcart@d747', '1975ea83 27c6a30d d747a8a8'],
    ['labelled', '', '27c6@head', '1975ea83 27c6a30d d747a8a8'],
    [
      'networking',
      '',
      'networking@head',
      '1975ea83 ae1027a6 55af2cb1 3782d998 109ec7d1 29f859a1 2a951022',
    ],
    ['networking', '', 'networking@base+2', '3782d998 109ec7d1'],
    ['networking', '3782d998', 'networking@+2', '109ec7d1 29f859a1'],
    ['networking', 'all', 'networking@head', ''],
  ])('%s: applied "%s", upgrade %s', (name, applied, target, expected) => {
    const graph = inlineGraph(GRAPHS[name]);
    expect(idsOf(planUpgrade(graph, appliedOf(graph, applied), target))).toBe(expected);
  });
});

describe('downgrades', () => {
  it.each<[Name, applied: string, target: string, expected: string]>([
    ['merged', 'all', 'ae10', '53fffde5'],
    ['merged', 'all', '1975', '53fffde5 27c6a30d ae1027a6'],
    ['merged', 'all', 'base', '53fffde5 27c6a30d ae1027a6 1975ea83'],
    ['labelled', 'all', 'shoppingcart@-1', 'd747a8a8'],
    ['labelled', 'all', 'shoppingcart@-2', 'd747a8a8 27c6a30d'],
    ['labelled', 'all', 'shoppingcart@1975', 'd747a8a8 27c6a30d'],
    ['labelled', 'all', '1975', 'd747a8a8 27c6a30d 55af2cb1 ae1027a6'],
    ['labelled', 'all', 'd747-1', 'd747a8a8'],
    ['networking', 'all', 'networking@base', '2a951022 29f859a1 109ec7d1 3782d998'],
    ['networking', 'all', '29f8', '2a951022'],
    ['networking', 'all', 'ae10', '2a951022 55af2cb1'],
    ['networking', 'all', 'networking@-1', '2a951022'],
  ])('%s: applied "%s", downgrade %s', (name, applied, target, expected) => {
    const graph = inlineGraph(GRAPHS[name]);
    expect(idsOf(planDowngrade(graph, appliedOf(graph, applied), target))).toBe(expected);
  });
});

describe('ways that part', () => {
  const graph = inlineGraph(GRAPHS.merged);

  it('refuses to go up from a branch point', () => {
    expect(errorOf(() => planUpgrade(graph, new Set(), '1975+1')).code).toBe('REVISION_AMBIGUOUS');
  });

  it('refuses to go down from a merge', () => {
    const down = () => planDowngrade(graph, appliedOf(graph, 'all'), '-1');
    expect(errorOf(down).code).toBe('REVISION_AMBIGUOUS');
  });
});

describe('ranges', () => {
  it.each<[Name, applied: string, range: string, expected: string]>([
    ['merged', '', '1975ea:ae1027', '1975ea83 ae1027a6'],
    ['merged', '', '1975ea:', '1975ea83 ae1027a6 27c6a30d 53fffde5'],
    ['networking', '', 'networking@base:networking@29f8', '3782d998 109ec7d1 29f859a1'],
    ['networking', '3782d998 109ec7d1 29f859a1', '-2:current', '3782d998 109ec7d1 29f859a1'],
    ['labelled', '', 'shoppingcart:', '27c6a30d d747a8a8'],
  ])('%s: applied "%s", %s', (name, applied, range, expected) => {
    const graph = inlineGraph(GRAPHS[name]);
    expect(idsOf(resolveRange(graph, range, appliedOf(graph, applied)).revisions)).toBe(expected);
  });
});

describe('heads', () => {
  it('refuses "head" of two, names both and proposes a merge', () => {
    const error = errorOf(() => planUpgrade(inlineGraph(GRAPHS.branched), new Set(), 'head'));
    expect(error.code).toBe('REVISION_MULTIPLE_HEADS');
    expect(error.message).toBe(
      '"head" names one head, but the history has 2:\n' +
        '  ae1027a6 make ae1027a6\n' +
        '  27c6a30d make 27c6a30d',
    );
    expect(error.hint).toContain('plinth merge');
  });

  it('merges them', () => {
    const graph = inlineGraph(GRAPHS.branched);
    expect(idsOf(planMerge(graph, ['ae10', '27c6']))).toBe('ae1027a6 27c6a30d');
  });

  it('marks a head that another branch needs', () => {
    const graph = inlineGraph(GRAPHS.networking);
    const places = revisionPlaces(graph);
    const heads = graph.heads.map(({ id }) => {
      const place = places.get(id);
      return `${id} (${place?.branchLabels.join(' ')})${place?.needed === true ? ' needed' : ''}`;
    });
    expect(heads).toEqual([
      '55af2cb1 () needed',
      'd747a8a8 (shoppingcart)',
      '2a951022 (networking)',
    ]);
  });
});
