// The rows that one caller wrote and knows the state of. It changes no others, so that what it reads
// of them is not a matter of who came first.

import type { Random } from './random.js';
import type { HistoryRow } from './tenant-tables.js';

const MOST = 30;

export class TenantRows {
  readonly #rows = new Map<string, HistoryRow>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  get isFull(): boolean {
    return this.#rows.size >= MOST;
  }

  put(row: HistoryRow): void {
    this.#rows.set(row.id, row);
  }

  pick(): HistoryRow | undefined {
    return [...this.#rows.values()][this.#random(this.#rows.size)];
  }

  /** Takes one out: until it is put back nobody knows what has become of it. */
  take(): HistoryRow | undefined {
    const row = this.pick();
    if (row !== undefined) this.#rows.delete(row.id);
    return row;
  }
}
