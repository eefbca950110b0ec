// The choices of which a random object is made. Each has a label and depends on nothing but the
// seed and that label, so that one can be made anew while all others stay as they are.

export class Decisions {
  readonly #seed: string;
  readonly #redrawn: Readonly<Record<string, number>>;
  readonly #labels = new Set<string>();

  /** @param redrawn How many times a choice was made anew, by its label. */
  constructor(seed: string, redrawn: Readonly<Record<string, number>> = {}) {
    this.#seed = seed;
    this.#redrawn = redrawn;
  }

  /** The labels of all choices so far. */
  get labels(): readonly string[] {
    return [...this.#labels];
  }

  /** From 0 to `below`, without it. */
  integer(label: string, below: number): number {
    return this.#draw(label, '') % below;
  }

  chance(label: string, percent: number): boolean {
    return this.integer(label, 100) < percent;
  }

  /** One of a fixed list. */
  one<Item>(label: string, items: readonly [Item, ...Item[]]): Item {
    return items[this.integer(label, items.length)] ?? items[0];
  }

  /**
   * One of what there is. Candidates that come or go change the choice only where they are it
   * themselves.
   */
  pick<Item>(
    label: string,
    items: readonly Item[],
    nameOf: (item: Item) => string,
  ): Item | undefined {
    return this.some(label, items, 1, nameOf)[0];
  }

  /** At most `count` of what there is, in the order in which they stand. */
  some<Item>(
    label: string,
    items: readonly Item[],
    count: number,
    nameOf: (item: Item) => string,
  ): readonly Item[] {
    const chosen = items
      .map((item) => ({ item, weight: this.#draw(label, nameOf(item)) }))
      .sort((a, b) => b.weight - a.weight)
      .slice(0, count)
      .map(({ item }) => item);
    return items.filter((item) => chosen.includes(item));
  }

  #draw(label: string, detail: string): number {
    this.#labels.add(label);
    return hash(`${this.#seed}/${label}/${this.#redrawn[label] ?? 0}/${detail}`);
  }
}

/** 32 bits of a text: FNV-1a, with MurmurHash's last steps to mix the high ones in. */
function hash(text: string): number {
  let bits = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    bits = Math.imul(bits ^ text.charCodeAt(index), 0x01000193);
  }
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
