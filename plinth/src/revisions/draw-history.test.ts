import { describe, expect, it } from 'vitest';
import { drawHistory } from './draw-history.js';
import { inlineGraph } from './inline-graph.test.fixture.js';
import type { RevisionGraph } from './revision-graph.js';

const draw = (graph: RevisionGraph, ascii = false) =>
  drawHistory(graph, graph.revisions, { ascii, label: ({ id }) => id });

/** A picture in a template literal: its margin of six blanks is cut off. */
function picture(text: string): readonly string[] {
  const lines = text.split('\n').slice(1, -1);
  return lines.map((line) => line.slice(6));
}

describe('drawHistory', () => {
  it.each<[name: string, graph: string, boxes: string, ascii: string]>([
    ['nothing', '', '\n', '\n'],
    [
      'a line',
      'a <- b <- c',
      `
      ● c
      ● b
      ● a
      `,
      `
      * c
      * b
      * a
      `,
    ],
    [
      'a fork',
      'a <- b; a <- c <- d',
      `
      ● d
      ● c
      │ ● b
      ├─╯
      ● a
      `,
      `
      * d
      * c
      | * b
      |/
      * a
      `,
    ],
    [
      'a fork into three',
      'a <- b; a <- c; a <- d',
      `
      ● d
      │ ● c
      │ │ ● b
      ├─┴─╯
      ● a
      `,
      `
      * d
      | * c
      | | * b
      |/_/
      * a
      `,
    ],
    [
      'a merge',
      'a <- l1 <- l2; a <- r1; l2, r1 <- m <- n',
      `
      ● n
      ● m
      ├─╮
      │ ● r1
      ● │ l2
      ● │ l1
      ├─╯
      ● a
      `,
      `
      * n
      * m
      |\\
      | * r1
      * | l2
      * | l1
      |/
      * a
      `,
    ],
    [
      'one merge after another',
      'a <- b; a <- c; b, c <- m <- d; m <- e; d, e <- n',
      `
      ● n
      ├─╮
      │ ● e
      ● │ d
      ├─╯
      ● m
      ├─╮
      │ ● c
      ● │ b
      ├─╯
      ● a
      `,
      `
      * n
      |\\
      | * e
      * | d
      |/
      * m
      |\\
      | * c
      * | b
      |/
      * a
      `,
    ],
    [
      'a merge of three',
      'a <- b; a <- c; a <- d; b, c, d <- m',
      `
      ● m
      ├─┬─╮
      │ │ ● d
      │ ● │ c
      ● │ │ b
      ├─┴─╯
      ● a
      `,
      `
      * m
      |\\_\\
      | | * d
      | * | c
      * | | b
      |/_/
      * a
      `,
    ],
    [
      'several bases',
      'a <- b; x <- y; p',
      `
      ● p

      ● y
      ● x

      ● b
      ● a
      `,
      `
      * p

      * y
      * x

      * b
      * a
      `,
    ],
    [
      'bases that are merged',
      'a; x; a, x <- m',
      `
      ● m
      ├─╮
      │ ● x
      ● a
      `,
      `
      * m
      |\\
      | * x
      * a
      `,
    ],
    [
      'a base beside a branch',
      'a <- b; x; a <- c; b, c <- m',
      `
      ● m
      ├─╮
      │ ● c
      │ │ ● x
      ● │ b
      ├─╯
      ● a
      `,
      `
      * m
      |\\
      | * c
      | | * x
      * | b
      |/
      * a
      `,
    ],
    [
      'branches that cross',
      'a <- b1 <- b2; a <- c1 <- c2; b1, c1 <- m; b2, c2 <- n',
      `
      ● n
      ├─╮
      │ │ ● m
      │ │ ├─╮
      │ ● │ │ c2
      │ ├─│─╯
      │ ● │ c1
      ● │ │ b2
      ├─│─╯
      ● │ b1
      ├─╯
      ● a
      `,
      `
      * n
      |\\
      | | * m
      | | |\\
      | * | | c2
      | |_|/
      | * | c1
      * | | b2
      |_|/
      * | b1
      |/
      * a
      `,
    ],
    [
      'a merge with a branch that is drawn already',
      'a <- b; a <- c; b, c <- m; b, c <- n; c, b <- o',
      `
      ● o
      ├─╮
      │ │ ● n
      ├─│─┤
      │ │ │ ● m
      ├─│─│─┤
      ● │ │ │ c
      │ ├─┴─╯
      │ ● b
      ├─╯
      ● a
      `,
      `
      * o
      |\\
      | | * n
      |/|_|
      | | | * m
      |/|_|_|
      * | | | c
      | |/_/
      | * b
      |/
      * a
      `,
    ],
  ])('draws %s', (_, notation, boxes, ascii) => {
    const graph = inlineGraph(notation);
    expect(draw(graph)).toEqual(picture(boxes));
    expect(draw(graph, true)).toEqual(picture(ascii));
  });

  it('writes id, message and what a revision depends on, unless told otherwise', () => {
    const graph = inlineGraph('a; x <- y(a left); x <- z[left]');
    expect(drawHistory(graph, graph.revisions)).toEqual([
      '● y make y (depends on a, z)',
      '│ ● z make z',
      '├─╯',
      '● x make x',
      '',
      '● a make a',
    ]);
  });

  it('ends a lane where the next revision is left out', () => {
    const graph = inlineGraph('a <- b <- c; a <- d; c, d <- m');
    const shown = graph.revisions.filter(({ id }) => id !== 'a' && id !== 'b');
    const lines = drawHistory(graph, shown, { label: ({ id }) => id });
    expect(lines).toEqual(['● m', '├─╮', '│ ● d', '● c']);
    const apart = graph.revisions.filter(({ id }) => id === 'b' || id === 'd');
    expect(drawHistory(graph, apart, { label: ({ id }) => id })).toEqual(['● d', '', '● b']);
  });

  it('draws the newest first, whatever the order it is given', () => {
    const graph = inlineGraph('a <- b <- c');
    const turned = drawHistory(graph, graph.revisions.toReversed(), { label: ({ id }) => id });
    expect(turned).toEqual(['● c', '● b', '● a']);
  });

  it('draws 20,000 revisions', () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => `r${index}`);
    expect(draw(inlineGraph(ids.join(' <- ')))).toHaveLength(20_000);
  });
});
