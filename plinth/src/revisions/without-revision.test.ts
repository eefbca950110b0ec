import { describe, expect, it } from 'vitest';
import { inlineGraph } from './inline-graph.test.fixture.js';
import { withoutRevision } from './without-revision.js';

describe('withoutRevision', () => {
  it.each([
    { history: 'a <- b <- c <- d', id: 'c', left: ['a', 'b'], heads: ['b'] },
    { history: 'a <- b; a <- c', id: 'c', left: ['a', 'b'], heads: ['b'] },
    { history: 'a <- b; a <- c; b, c <- m <- n', id: 'c', left: ['a', 'b'], heads: ['b'] },
    { history: 'a <- b; l <- m(b)', id: 'b', left: ['a', 'l'], heads: ['a', 'l'] },
    { history: 'a <- b', id: 'a', left: [], heads: [] },
    { history: 'a <- b', id: 'gone', left: ['a', 'b'], heads: ['b'] },
  ])('leaves of "$history" without $id: $left', ({ history, id, left, heads }) => {
    const graph = withoutRevision(inlineGraph(history), id);
    expect(graph.revisions.map((each) => each.id)).toEqual(left);
    expect(graph.heads.map((each) => each.id)).toEqual(heads);
  });
});
