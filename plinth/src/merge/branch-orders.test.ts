import { describe, expect, it } from 'vitest';
import { buildGraph, parseRevision, type Revision, renderRevision } from '../revisions/index.js';
import { branchOrders } from './branch-orders.js';

/** `id: parents; dependencies`, as in `m: a b; c`; the files are in the order of the lines. */
function revision(line: string, index: number): Revision {
  const [id = '', rest = ''] = line.split(':').map((part) => part.trim());
  const [revises = [], dependsOn = []] = rest
    .split(';')
    .map((part) => part.split(' ').filter((word) => word !== ''));
  const text = renderRevision({ id, revises, dependsOn, message: `make ${id}` });
  return parseRevision(`revisions/${String(index).padStart(2, '0')}_${id}.sql`, text);
}

const ids = (revisions: readonly Revision[]) => revisions.map(({ id }) => id).join(' ');

interface Case {
  readonly name: string;
  readonly history: readonly string[];
  readonly heads: string;
  readonly shared: string;
  readonly upgrades: readonly string[];
  readonly downgrades: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'two branches of one revision each',
    history: ['r', 'a: r', 'b: r'],
    heads: 'a b',
    shared: 'r',
    upgrades: ['a b', 'b a'],
    downgrades: ['a b', 'b a'],
  },
  {
    name: 'branches whose files interleave: an empty database runs a third order',
    history: ['r', 'a1: r', 'b1: r', 'a2: a1', 'b2: b1'],
    heads: 'a2 b2',
    shared: 'r',
    upgrades: ['a1 a2 b1 b2', 'b1 b2 a1 a2', 'a1 b1 a2 b2'],
    downgrades: ['a2 a1 b2 b1', 'b2 b1 a2 a1'],
  },
  {
    name: 'two bases share nothing',
    history: ['a', 'b'],
    heads: 'b a',
    shared: '',
    upgrades: ['b a', 'a b'],
    downgrades: ['b a', 'a b'],
  },
  {
    name: 'three branches: every pair is seen both ways round',
    history: ['r', 'a: r', 'b: r', 'c: r'],
    heads: 'a b c',
    shared: 'r',
    upgrades: ['a b c', 'b c a', 'c a b'],
    downgrades: ['a b c', 'b c a', 'c a b'],
  },
  {
    name: 'three branches of which one needs another: the third comes before that one too',
    history: ['r', 'a: r', 'b: r', 'c: r; a'],
    heads: 'a b c',
    shared: 'r',
    upgrades: ['a b c', 'b a c', 'a c b'],
    downgrades: ['c a b', 'b c a'],
  },
  {
    name: 'what two of three branches share comes with the first of them',
    history: ['r', 'x: r', 'a: x', 'b: x', 'c: r'],
    heads: 'a b c',
    shared: 'r',
    upgrades: ['x a b c', 'x b c a', 'c x a b'],
    downgrades: ['a b x c', 'b a x c', 'c a b x'],
  },
  {
    name: 'a dependency on the other branch comes right before what needs it',
    history: ['r', 'a1: r', 'b1: r', 'b2: b1', 'a2: a1; b1'],
    heads: 'a2 b2',
    shared: 'r',
    upgrades: ['a1 b1 a2 b2', 'b1 b2 a1 a2', 'a1 b1 b2 a2'],
    downgrades: ['a2 a1 b2 b1', 'b2 a2 b1 a1'],
  },
  {
    name: 'a branch that depends on the whole other one has one order',
    history: ['r', 'a: r', 'b: r; a'],
    heads: 'a b',
    shared: 'r',
    upgrades: ['a b'],
    downgrades: ['b a'],
  },
  {
    name: 'a dependency beside all branches comes along',
    history: ['r', 'x', 'a: r; x', 'b: r'],
    heads: 'a b',
    shared: 'r',
    upgrades: ['x a b', 'b x a'],
    downgrades: ['a b x', 'b a x'],
  },
  {
    name: 'what the common ancestor needs is shared',
    history: ['x', 'r:; x', 'a: r', 'b: r'],
    heads: 'a b',
    shared: 'x r',
    upgrades: ['a b', 'b a'],
    downgrades: ['a b', 'b a'],
  },
  {
    name: 'branches that were merged before and parted again',
    history: ['r', 'a: r', 'b: r', 'm: a b', 'c: m', 'd: m'],
    heads: 'c d',
    shared: 'r a b m',
    upgrades: ['c d', 'd c'],
    downgrades: ['c d', 'd c'],
  },
];

describe('branchOrders', () => {
  it.each(CASES)('$name', ({ history, heads, shared, upgrades, downgrades }) => {
    const graph = buildGraph(history.map(revision));
    const merged = heads.split(' ').flatMap((id) => graph.get(id) ?? []);
    const orders = branchOrders(graph, merged);
    expect(ids(orders.shared)).toBe(shared);
    expect(orders.upgrades.map(ids)).toEqual(upgrades);
    expect(orders.downgrades.map(ids)).toEqual(downgrades);
  });
});
