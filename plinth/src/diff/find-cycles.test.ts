import { describe, expect, it } from 'vitest';
import { findCycles } from './find-cycles.js';

type Graph = Readonly<Record<string, string>>;

function cyclesOf(graph: Graph): readonly string[] {
  const cycles = findCycles(Object.keys(graph), (node) => [...(graph[node] ?? '')]);
  return cycles.map((cycle) => [...cycle].sort().join('')).sort();
}

describe('findCycles', () => {
  const cases: readonly (readonly [string, Graph, readonly string[]])[] = [
    ['nothing in a tree', { a: 'bc', b: 'd', c: 'd', d: '' }, []],
    ['two that need each other', { a: 'b', b: 'a', c: 'a' }, ['ab']],
    ['a ring with a tail on either side', { x: 'a', a: 'b', b: 'c', c: 'ad', d: '' }, ['abc']],
    ['two rings apart', { a: 'b', b: 'ac', c: 'd', d: 'c' }, ['ab', 'cd']],
    ['rings that share a node as one', { a: 'b', b: 'ac', c: 'b' }, ['abc']],
    ['not a node that points at itself', { a: 'a' }, []],
  ];
  it.each(cases)('finds %s', (_name, graph, expected) => {
    expect(cyclesOf(graph)).toEqual(expected);
  });

  it('follows a chain that no stack would hold', () => {
    const length = 200_000;
    const nodes = Array.from({ length }, (_, index) => index);
    expect(findCycles(nodes, (node) => [(node + 1) % length])).toHaveLength(1);
  });
});
