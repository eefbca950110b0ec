// Which statements a connection has prepared on its server, under which names, and which of them
// to give up when there are too many. It sends nothing.

/** The names of one connection's prepared statements, least recently used first. */
export class StatementCache {
  readonly #size: number;
  readonly #names = new Map<string, string>();
  #evicted: string[] = [];
  #count = 0;

  /** @param size Most statements kept; 0 prepares none. */
  constructor(size: number) {
    this.#size = size;
  }

  /** Whether nothing may be prepared under a name. */
  get isOff(): boolean {
    return this.#size === 0;
  }

  /** The name to run a text under; `undefined` to run it without one. */
  nameOf(text: string): string | undefined {
    if (this.#size === 0) return undefined;
    const known = this.#names.get(text);
    if (known !== undefined) {
      this.#names.delete(text);
      this.#names.set(text, known);
      return known;
    }
    const name = `plinth_${++this.#count}`;
    this.#names.set(text, name);
    if (this.#names.size > this.#size) this.#evictOldest();
    return name;
  }

  /** The names given up since the last call: the server must be told to forget them. */
  takeEvicted(): readonly string[] {
    const evicted = this.#evicted;
    if (evicted.length > 0) this.#evicted = [];
    return evicted;
  }

  /** Gives the text another name at its next use. */
  forget(text: string): void {
    this.#names.delete(text);
  }

  get size(): number {
    return this.#names.size;
  }

  #evictOldest(): void {
    for (const [text, name] of this.#names) {
      this.#names.delete(text);
      this.#evicted.push(name);
      return;
    }
  }
}
