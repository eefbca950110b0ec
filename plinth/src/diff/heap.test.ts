import { describe, expect, it } from 'vitest';
import { Heap } from './heap.js';

describe('Heap', () => {
  it('gives items back in order, whatever order they came in', () => {
    const heap = new Heap<number>((a, b) => a - b);
    const items = [5, 3, 9, 1, 1, 8, 2, 7, 0, 4, 6];
    for (const item of items) heap.push(item);
    expect(items.map(() => heap.pop())).toEqual([...items].sort((a, b) => a - b));
    expect(heap.pop()).toBeUndefined();
  });

  it('takes new items between', () => {
    const heap = new Heap<number>((a, b) => a - b);
    heap.push(2);
    heap.push(1);
    expect(heap.pop()).toBe(1);
    heap.push(0);
    expect([heap.pop(), heap.pop(), heap.pop()]).toEqual([0, 2, undefined]);
  });
});
