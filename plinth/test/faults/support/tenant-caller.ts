// One caller among many: it works in the name of one tenant after another, and gives some of the work
// up at any moment of it. What it does is in tenant-reads.ts and tenant-writes.ts.

import { type Database, isPlinthError } from 'plinth';
import { READS } from './tenant-reads.js';
import { TenantRows } from './tenant-rows.js';
import type { CallerParts } from './tenant-turn.js';
import { WRITES } from './tenant-writes.js';

const LONGEST_WAIT_TURNS = 40;

const ACTIONS = [...READS, ...WRITES].flatMap(([weight, act]) =>
  Array.from({ length: weight }, () => act),
);

export class TenantCaller {
  readonly #parts: CallerParts;
  readonly #own: TenantRows;

  constructor(parts: CallerParts) {
    this.#parts = parts;
    this.#own = new TenantRows(parts.random);
  }

  /** Goes on, whatever becomes of a call, until all is over. */
  async work(isOver: () => boolean): Promise<void> {
    const { random, tally, tenants } = this.#parts;
    while (!isOver()) {
      const act = ACTIONS[random(ACTIONS.length)];
      const tenant = tenants[random(tenants.length)] ?? '';
      const db = random(10) === 0 ? this.#givenUpSoon() : this.#parts.db;
      try {
        await act?.({ ...this.#parts, db, own: this.#own, tenant });
      } catch (error) {
        tally.failed(error);
        // The test is over, and failed before all was done.
        if (isPlinthError(error, 'ENGINE_CLOSED')) return;
      }
    }
  }

  /** A database whose work is aborted before it is sent, while it runs, or after its end. */
  #givenUpSoon(): Database {
    const abort = new AbortController();
    let turns = this.#parts.random(LONGEST_WAIT_TURNS);
    const wait = (): void => {
      turns -= 1;
      if (turns < 0) abort.abort();
      else setImmediate(wait);
    };
    wait();
    return this.#parts.db.withSignal(abort.signal);
  }
}
