// What has to hold for every history, tried on random ones. PLINTH_TEST_SEED gives others; a
// failure names seed and graph.

import { describe, expect, it } from 'vitest';
import { drawHistory } from './draw-history.js';
import { inlineGraph } from './inline-graph.test.fixture.js';
import { planDowngrade } from './plan-downgrade.js';
import { planStamp } from './plan-stamp.js';
import { planUpgrade } from './plan-upgrade.js';
import type { Revision, RevisionId } from './revision.js';
import type { RevisionGraph } from './revision-graph.js';

const SEED = Number(process.env.PLINTH_TEST_SEED ?? 1);
const GRAPHS = 150;

/** Numbers from 0 up to a limit; the same seed gives the same ones. */
function numbersFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** The notation of a random history: bases, forks, merges of two and three, dependencies. */
function randomNotation(below: (limit: number) => number): string {
  const count = 2 + below(14);
  const parts: string[] = [];
  for (let index = 0; index < count; index++) {
    const someone = () => `r${Math.max(0, index - 1 - below(below(4) === 0 ? index : 3))}`;
    const parents = new Set<string>();
    const wanted = index === 0 || below(8) === 0 ? 0 : 1 + Math.max(0, below(8) - 5);
    for (let made = 0; made < wanted; made++) parents.add(someone());
    const needed = index > 1 && below(6) === 0 ? someone() : '';
    const self = needed === '' || parents.has(needed) ? `r${index}` : `r${index}(${needed})`;
    parts.push(parents.size === 0 ? self : `${[...parents].join(', ')} <- ${self}`);
  }
  return parts.join('; ');
}

/** What a revision needs and a state does not have. */
function missingUnder(
  graph: RevisionGraph,
  id: RevisionId,
  state: ReadonlySet<RevisionId>,
): readonly Revision[] {
  return [...graph.parentsOf(id), ...graph.dependenciesOf(id)].filter(
    (needed) => !state.has(needed.id),
  );
}

/** The lines of descent in a picture, followed from each revision down: `m: a b`. */
function linksIn(picture: readonly string[]): string[] {
  return picture.flatMap((line, row) => {
    const column = line.indexOf('●');
    if (column === -1) return [];
    const parents = new Set(waysBelow(picture, row, column).map((end) => idAt(picture, end)));
    return [`${idAt(picture, row)}: ${[...parents].sort().join(' ')}`];
  });
}

function idAt(picture: readonly string[], row: number): string {
  return picture[row]?.split(' ').at(-1) ?? '';
}

/** The rows of the revisions that the lanes out of one revision end in. */
function waysBelow(picture: readonly string[], row: number, column: number): readonly number[] {
  const at = (y: number, x: number) => picture[y]?.[x] ?? ' ';
  const starts = [column];
  // A merge: from "├", "┤" or "┼" under the revision, sideways to every lane that is touched.
  for (const step of '├┤┼'.includes(at(row + 1, column)) ? [-1, 1] : []) {
    for (let x = column + step; '─│├┤┼┬╮'.includes(at(row + 1, x)); x += step) {
      const passes = at(row + 1, x) === '│' || at(row + 1, x) === '─';
      if (!passes) starts.push(x);
      if (!'─│┼┬'.includes(at(row + 1, x))) break;
    }
  }
  return starts.flatMap((start) => followDown(at, row + 1, start));
}

function followDown(
  at: (y: number, x: number) => string,
  row: number,
  column: number,
): readonly number[] {
  for (let [y, x] = [row, column]; ; y++) {
    if (at(y, x) === '●') return [y];
    // The end of a lane: it joins the next lane on its left that is no passing one.
    if (at(y, x) === '╯' || at(y, x) === '┴') {
      do x -= 1;
      while ('─│┴'.includes(at(y, x)));
    } else if (!'│├┤┼┬╮'.includes(at(y, x))) return [];
  }
}

describe('random histories', () => {
  const below = numbersFrom(SEED);
  const cases = Array.from({ length: GRAPHS }, () => {
    const notation = randomNotation(below);
    const graph = inlineGraph(notation);
    const pick = () => graph.revisions[below(graph.revisions.length)];
    const some = [pick(), pick()].flatMap((revision) =>
      revision === undefined ? [] : [revision.id],
    );
    return { notation, graph, applied: graph.ancestorsOf(some), target: pick()?.id ?? '' };
  });

  it(`are upgraded in an order that can run (seed ${SEED})`, () => {
    for (const { notation, graph, applied } of cases) {
      const state = new Set(applied);
      for (const { id } of planUpgrade(graph, applied, 'heads')) {
        expect(missingUnder(graph, id, state), `seed ${SEED}: ${notation}`).toEqual([]);
        state.add(id);
      }
      expect(state.size, `seed ${SEED}: ${notation}`).toBe(graph.revisions.length);
    }
  });

  it(`are downgraded without leaving anything on nothing (seed ${SEED})`, () => {
    for (const { notation, graph, applied } of cases) {
      for (const { id } of graph.revisions.filter((revision) => applied.has(revision.id))) {
        const state = new Set(applied);
        for (const undone of planDowngrade(graph, applied, id)) {
          state.delete(undone.id);
          const left = [...state].flatMap((kept) => missingUnder(graph, kept, state));
          expect(left, `seed ${SEED}: ${notation} down to ${id}`).toEqual([]);
        }
        expect(state.has(id)).toBe(true);
      }
    }
  });

  it(`are stamped to a state that an upgrade can go on from (seed ${SEED})`, () => {
    for (const { notation, graph, applied, target } of cases) {
      const { apply, remove } = planStamp(graph, applied, [target]);
      const state = new Set([...applied, ...apply.map(({ id }) => id)]);
      for (const { id } of remove) state.delete(id);
      const left = [...state].flatMap((kept) => missingUnder(graph, kept, state));
      expect(left, `seed ${SEED}: ${notation} stamp ${target}`).toEqual([]);
      expect([...state]).toContain(target);
    }
  });

  it(`are drawn with every line of descent, and no other (seed ${SEED})`, () => {
    for (const { notation, graph } of cases) {
      const picture = drawHistory(graph, graph.revisions, { label: ({ id }) => id });
      const message = `seed ${SEED}: ${notation}\n${picture.join('\n')}`;
      const linked = graph.revisions.map(({ id }) => {
        const parents = graph.parentsOf(id).map((parent) => parent.id);
        return `${id}: ${parents.sort().join(' ')}`;
      });
      expect(linksIn(picture).sort(), message).toEqual(linked.sort());
    }
  });
});
