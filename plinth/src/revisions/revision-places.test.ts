import { describe, expect, it } from 'vitest';
import { idsOf, inlineGraph } from './inline-graph.test.fixture.js';
import { branchPoints, revisionPlaces } from './revision-places.js';

/** As in `a:base b:head:needed c:branch:merge`, with labels in brackets. */
function placesIn(notation: string): string {
  return [...revisionPlaces(inlineGraph(notation))]
    .map(([id, place]) => {
      const words = [
        place.base ? 'base' : '',
        place.head ? 'head' : '',
        place.needed ? 'needed' : '',
        place.branchPoint ? 'branch' : '',
        place.mergePoint ? 'merge' : '',
        place.branchLabels.length > 0 ? `[${place.branchLabels.join(' ')}]` : '',
      ];
      return [id, ...words.filter((word) => word !== '')].join(':');
    })
    .join(' ');
}

describe('revisionPlaces', () => {
  it.each([
    ['', ''],
    ['a', 'a:base:head'],
    ['a <- b <- c', 'a:base b c:head'],
    ['a <- b; a <- c', 'a:base:branch b:head c:head'],
    ['a <- b; a <- c; b, c <- m', 'a:base:branch b c m:head:merge'],
    ['a <- b; x(a)', 'a:base b:head x:base:head'],
    ['a <- b; x <- y(b)', 'a:base b:head:needed x:base y:head'],
    ['a <- b[left] <- c; a <- d', 'a:base:branch b:[left] c:head:[left] d:head'],
    ['a <- b <- c[up] <- d', 'a:base:[up] b:[up] c:[up] d:head:[up]'],
    ['a <- b; a <- c; b, c <- m <- n[up]', 'a:base:branch b c m:merge n:head:[up]'],
    ['a <- b[l]; a <- c[r]; b, c <- m', 'a:base:branch b:[l] c:[r] m:head:merge:[l r]'],
    ['a[one two] <- b[three]', 'a:base:[one two three] b:head:[three one two]'],
  ])('%s', (notation, expected) => {
    expect(placesIn(notation)).toBe(expected);
  });
});

describe('branchPoints', () => {
  it('names the revisions that several others revise, with these', () => {
    const graph = inlineGraph('a <- b <- c; b <- d; a <- e(b); x(a) <- y');
    const points = branchPoints(graph);
    expect(points.map(({ revision, children }) => `${revision.id}: ${idsOf(children)}`)).toEqual([
      'a: b e',
      'b: c d',
    ]);
  });
});
