// A binary heap: the smallest first. It keeps no order between equal items.

export class Heap<Item> {
  readonly #items: Item[] = [];
  readonly #compare: (a: Item, b: Item) => number;

  constructor(compare: (a: Item, b: Item) => number) {
    this.#compare = compare;
  }

  push(item: Item): void {
    let at = this.#items.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.#items[parent];
      if (above === undefined || this.#compare(item, above) >= 0) break;
      this.#items[at] = above;
      at = parent;
    }
    this.#items[at] = item;
  }

  /** Takes the smallest item out; `undefined` when there is none. */
  pop(): Item | undefined {
    const first = this.#items[0];
    const last = this.#items.pop();
    if (last !== undefined && this.#items.length > 0) this.#sink(last);
    return first;
  }

  /** Puts an item in the place of the smallest, and from there to where it belongs. */
  #sink(item: Item): void {
    let at = 0;
    for (;;) {
      const child = this.#lesserChild(at);
      const below = this.#items[child];
      if (below === undefined || this.#compare(below, item) >= 0) break;
      this.#items[at] = below;
      at = child;
    }
    this.#items[at] = item;
  }

  #lesserChild(at: number): number {
    const left = this.#items[2 * at + 1];
    const right = this.#items[2 * at + 2];
    const isRight = left !== undefined && right !== undefined && this.#compare(right, left) < 0;
    return isRight ? 2 * at + 2 : 2 * at + 1;
  }
}
