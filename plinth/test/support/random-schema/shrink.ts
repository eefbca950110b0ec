// Makes two random schemas smaller for as long as a property still fails of them.

import type { Genes } from './random-schema.js';

export interface GenePair {
  readonly from: Genes;
  readonly to: Genes;
}

type Fails = (pair: GenePair) => Promise<boolean>;

/** Leaves genes out, in halves first and one by one in the end, then undoes changes. */
export async function shrink(pair: GenePair, fails: Fails): Promise<GenePair> {
  const names = [...new Set([...pair.from, ...pair.to].map(keyOf))];
  let smallest = pair;
  for (
    let size = Math.ceil(names.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let start = 0; start < names.length; start += size) {
      const left = new Set(names.slice(start, start + size));
      const smaller = {
        from: smallest.from.filter((gene) => !left.has(keyOf(gene))),
        to: smallest.to.filter((gene) => !left.has(keyOf(gene))),
      };
      const isSmaller =
        smaller.from.length + smaller.to.length < smallest.from.length + smallest.to.length;
      if (isSmaller && (await fails(smaller))) smallest = smaller;
    }
  }
  return await undoChanges(smallest, fails);
}

async function undoChanges(pair: GenePair, fails: Fails): Promise<GenePair> {
  let smallest = pair;
  for (const gene of pair.to) {
    const before = pair.from.find((other) => keyOf(other) === keyOf(gene));
    if (before === undefined || before === gene) continue;
    const to = smallest.to.map((other) => (other === gene ? before : other));
    if (await fails({ ...smallest, to })) smallest = { ...smallest, to };
  }
  return smallest;
}

function keyOf({ family, index }: Genes[number]): string {
  return `${family.name} ${index}`;
}
