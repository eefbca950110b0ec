// The orders in which a merge is proved, for random branches that depend on each other here and
// there: each is possible, and together they show every two revisions both ways round.

import { describe, expect, it } from 'vitest';
import { branchOrders } from '../src/merge/branch-orders.js';
import type { Revision, RevisionGraph } from '../src/revisions/index.js';
import { SEED, seededRandom } from './faults/support/random.js';
import { idsOf, inlineGraph } from './support/inline-graph.js';

const below = seededRandom(SEED);

interface Branches {
  readonly notation: string;
  readonly graph: RevisionGraph;
}

/** Two to four lines on one root, grown in turns; each may need what was there before it. */
function drawBranches(): Branches {
  const lines = Array.from({ length: 2 + below(3) }, (_, index) => ({
    name: String.fromCharCode(97 + index),
    length: 0,
  }));
  const known: string[] = [];
  const parts = ['root'];
  for (let left = lines.length + below(8); left > 0; left--) {
    const line =
      lines.find(({ length }) => length === 0 && below(2) === 0) ?? lines[below(lines.length)];
    if (line === undefined) continue;
    const parent = line.length === 0 ? 'root' : `${line.name}${line.length}`;
    line.length += 1;
    const own = `${line.name}${line.length}`;
    const needed =
      below(3) === 0
        ? known.filter((id) => !id.startsWith(line.name))[below(known.length)]
        : undefined;
    parts.push(`${parent} <- ${own}${needed === undefined ? '' : `(${needed})`}`);
    known.push(own);
  }
  const notation = parts.join('; ');
  return { notation, graph: inlineGraph(notation) };
}

/** For each revision the place it has. */
function placesIn(order: readonly Revision[]): ReadonlyMap<Revision, number> {
  return new Map(order.map((revision, place) => [revision, place]));
}

function isBefore(order: readonly Revision[], one: Revision, other: Revision): boolean {
  const places = placesIn(order);
  return (places.get(one) ?? -1) < (places.get(other) ?? -1);
}

describe(`branchOrders (PLINTH_SEED=${SEED})`, () => {
  const drawn = Array.from({ length: 300 }, drawBranches).filter(
    ({ graph }) => graph.heads.length > 1,
  );

  it('draws branches that are worth a look', () => {
    expect(drawn.length).toBeGreaterThan(200);
    const depending = drawn.filter(({ notation }) => notation.includes('('));
    expect(depending.length).toBeGreaterThan(50);
  });

  it.each(drawn)('$notation', ({ graph }) => {
    const { shared, upgrades, downgrades } = branchOrders(graph, graph.heads);
    const all = [...graph.revisions].sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const order of [...upgrades, ...downgrades]) {
      expect(idsOf([...shared, ...order].sort((a, b) => (a.id < b.id ? -1 : 1)))).toBe(idsOf(all));
    }
    for (const one of graph.revisions) {
      const needed = graph.ancestorsOf([one.id]);
      for (const other of graph.revisions) {
        if (one === other || shared.includes(one) || shared.includes(other)) continue;
        const firsts = upgrades.map((order) => isBefore(order, other, one));
        const lasts = downgrades.map((order) => isBefore(order, one, other));
        if (needed.has(other.id)) {
          expect([...firsts, ...lasts].every(Boolean)).toBe(true);
        } else if (!graph.ancestorsOf([other.id]).has(one.id)) {
          expect(firsts).toContain(true);
          expect(firsts).toContain(false);
          expect(lasts).toContain(true);
          expect(lasts).toContain(false);
        }
      }
    }
  });
});
