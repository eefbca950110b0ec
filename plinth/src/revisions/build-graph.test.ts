import { describe, expect, it } from 'vitest';
import { PlinthError } from '../errors/index.js';
import { buildGraph } from './build-graph.js';
import { parseRevision } from './parse-revision.js';
import { renderRevision } from './render-revision.js';
import type { Revision, RevisionId } from './revision.js';

/** `id: parents; dependencies; labels`, as in `m: a b; c; main`; the file name begins with it. */
function revision(line: string, path?: string): Revision {
  const [id = '', rest = ''] = line.split(':').map((part) => part.trim());
  const [revises = [], dependsOn = [], branchLabels = []] = rest
    .split(';')
    .map((part) => part.split(' ').filter((word) => word !== ''));
  const text = renderRevision({ id, revises, dependsOn, branchLabels, message: `make ${id}` });
  return parseRevision(path ?? `revisions/${id}.sql`, text);
}

const graphOf = (...lines: string[]) => buildGraph(lines.map((line) => revision(line)));
const ids = (revisions: readonly Revision[]) => revisions.map(({ id }) => id).join(' ');
const idOf = (id: string): RevisionId => revision(id).id;

function errorOf(...revisions: Revision[]): PlinthError {
  try {
    buildGraph(revisions);
  } catch (error) {
    if (error instanceof PlinthError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('buildGraph', () => {
  it('answers what it is asked', () => {
    const graph = graphOf('a', 'b: a;;left', 'c: a', 'd: b c', 'e: c;b', 'x', 'y: x;left');
    expect(ids(graph.revisions)).toBe('a b c d e x y');
    expect(ids(graph.heads)).toBe('d e y');
    expect(ids(graph.bases)).toBe('a x');
    expect(graph.get('d')?.message).toBe('make d');
    expect(graph.get('left')).toBeUndefined();
    expect(graph.withLabel('left')?.id).toBe('b');
    expect(ids(graph.parentsOf(idOf('d')))).toBe('b c');
    expect(ids(graph.childrenOf(idOf('a')))).toBe('b c');
    expect(ids(graph.dependenciesOf(idOf('y')))).toBe('b');
    expect([...graph.ancestorsOf([idOf('y')])].sort()).toEqual(['a', 'b', 'x', 'y']);
    expect([...graph.ancestorsOf([idOf('y')], 'revises')].sort()).toEqual(['x', 'y']);
    expect([...graph.descendantsOf([idOf('b')])].sort()).toEqual(['b', 'd', 'e', 'y']);
    expect([...graph.descendantsOf([idOf('b')], 'revises')].sort()).toEqual(['b', 'd']);
    expect(ids(buildGraph([]).heads)).toBe('');
  });

  it.each([
    ['file names break ties', ['c', 'a', 'b'], 'a b c'],
    ['parents come first', ['a: z', 'm: z', 'z'], 'z a m'],
    ['dependencies come first', ['a', 'b: a;z', 'y', 'z: y'], 'a y z b'],
    ['merges come last', ['a: y z', 'y', 'z'], 'y z a'],
  ])('orders: %s', (_, lines, expected) => {
    expect(ids(graphOf(...lines).revisions)).toBe(expected);
    expect(ids(graphOf(...lines.toReversed()).revisions)).toBe(expected);
  });

  it('orders by the name of the file, whatever the id', () => {
    expect(ids(buildGraph([revision('a', 'r/2.sql'), revision('b', 'r/1.sql')]).revisions)).toBe(
      'b a',
    );
  });

  it('names both files of an id', () => {
    const error = errorOf(revision('a', 'one.sql'), revision('a', 'two.sql'));
    expect(error.code).toBe('REVISION_DUPLICATE_ID');
    expect(error.message).toBe('one.sql:1 and two.sql:1 both carry the id a.');
  });

  it.each<[string, id: string, path: string, words: RegExp]>([
    ['capitals', 'ABcd', 'two.sql', /one\.sql:1 and two\.sql:1 .*: abcd, ABcd/],
    ['a file twice', 'abcd', 'one.sql', /^one\.sql is given twice/],
  ])('tells ids apart: %s', (_, id, path, words) => {
    const error = errorOf(revision('abcd', 'one.sql'), revision(id, path));
    expect(error.code).toBe('REVISION_DUPLICATE_ID');
    expect(error.message).toMatch(words);
  });

  it.each([
    [
      'missing parent',
      ['aaaa', 'b: aaab'],
      'REVISION_MISSING_PARENT',
      /b\.sql:2 revises aaab.*near: aaaa/,
    ],
    [
      'missing dependency',
      ['a', 'b: a;zz'],
      'REVISION_MISSING_DEPENDENCY',
      /b\.sql:4 depends on zz/,
    ],
    [
      'label twice',
      ['a;;x', 'b: a;;x'],
      'REVISION_DUPLICATE_LABEL',
      /a\.sql:4 and .*b\.sql:4 .*label x/,
    ],
    [
      'label as id',
      ['a;;b', 'b: a'],
      'REVISION_DUPLICATE_LABEL',
      /a\.sql:4: the branch label b is the id of .*b\.sql/,
    ],
    [
      'circle',
      ['r', 'a: c', 'b: a', 'c: b'],
      'REVISION_CYCLE',
      /a -> c -> b -> a .*a\.sql:2, .*c\.sql:2, .*b\.sql:2/,
    ],
    [
      'circle by dependency',
      ['a;b', 'b: a'],
      'REVISION_CYCLE',
      /a -> b -> a .*a\.sql:4, .*b\.sql:2/,
    ],
    ['itself', ['a: a'], 'REVISION_CYCLE', /a -> a /],
  ])('refuses: %s', (_, lines, code, words) => {
    const fixed = lines.map((line) => revision(line.replace(/^(\w+);/, '$1: ;')));
    const error = errorOf(...fixed);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
    expect(error.hint).toBeDefined();
  });

  it('carries 20,000 revisions in one line', () => {
    const [first] = [revision('r0')];
    if (first === undefined) throw new Error('no revision');
    const count = 20_000;
    const names = Array.from({ length: count }, (_, index) => idOf(`r${index}`));
    const line = names.map((id, index) => {
      const parent = names[index - 1];
      return {
        ...first,
        id,
        revises: parent === undefined ? [] : [parent],
        path: `${count - index}`,
      };
    });
    const graph = buildGraph(line);
    expect(graph.revisions.map(({ id }) => id)).toEqual(names);
    expect(graph.ancestorsOf(graph.heads.map(({ id }) => id)).size).toBe(count);
  });
});
