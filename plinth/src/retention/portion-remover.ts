// Removes what is due of one class and one owner, batch after batch, and rests between them.

import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { type Portion, removeBatch, selectOldest } from './due-rows.js';
import { isFromServer, isPassing, wordsOf } from './failure.js';
import { afterBatch, afterFailure, FIRST_PACE, type Pace, restAfter } from './pace.js';
import { type RetentionDatabase, scopeOf } from './retention-database.js';
import type { RetentionBatch, Tally } from './retention-outcome.js';

export interface RemoverOptions {
  /** The part of the time that batches may take. */
  readonly share: number;
  readonly signal: AbortSignal | undefined;
  readonly onBatch: ((batch: RetentionBatch) => void) | undefined;
  /** Asked before each batch. What it throws ends the run. */
  readonly mayGoOn: () => Promise<boolean>;
}

/** How the work on a portion ended. */
export type PortionEnd = 'done' | 'stopped' | 'waiting';

/** Failures of one batch in a row, after which its portion is given up. */
const MOST_FAILURES = 6;
const FIRST_REST_MS = 50;
const LONGEST_REST_MS = 5000;
const LOCK_TIMEOUT_MS = 100;
/** How often the way to the server is measured. */
const WAYS = 3;

export class PortionRemover {
  readonly #db: RetentionDatabase;
  readonly #options: RemoverOptions;
  /** How the rows of each class go, over all its tenants. */
  readonly #paces = new Map<string, Pace>();
  /** Milliseconds of the way to the server and back. */
  #way: number | undefined;

  constructor(db: RetentionDatabase, options: RemoverOptions) {
    this.#db = db;
    this.#options = options;
  }

  /**
   * Goes on until nothing is due that nobody holds. What the server refuses ends the portion, and stands
   * in the tally.
   *
   * @throws What keeps the server from being reached.
   */
  async remove(portion: Portion, tally: Tally): Promise<PortionEnd> {
    try {
      const oldest = await this.#untilPassed(() => this.#readOldest(portion));
      const isDue = oldest?.due === true;
      const end = isDue ? await this.#removeAll(portion, tally) : 'done';
      const left = isDue ? await this.#untilPassed(() => this.#readOldest(portion)) : oldest;
      if (left !== undefined && !(tally.oldest !== undefined && tally.oldest <= left.moment)) {
        tally.oldest = left.moment;
      }
      return end;
    } catch (error) {
      if (!isFromServer(error)) throw error;
      const { tenant } = portion.owner;
      const problem = { message: wordsOf(error) };
      tally.problems.push(tenant === undefined ? problem : { tenant, ...problem });
      return 'done';
    }
  }

  async #removeAll(portion: Portion, tally: Tally): Promise<PortionEnd> {
    const { signal, mayGoOn } = this.#options;
    const { tenant } = portion.owner;
    const before = tally.removed;
    for (let after: string | undefined; ; ) {
      if (isStopped(signal)) return 'stopped';
      if (!(await mayGoOn())) return isStopped(signal) ? 'stopped' : 'waiting';
      const { size, removed, last, took } = await this.#untilPassed(() =>
        this.#removeBatch(portion, after),
      );
      if (tally.removed === before && removed > 0 && tenant !== undefined) tally.tenants += 1;
      tally.removed += removed;
      tally.batches += 1;
      tally.workMs += took;
      this.#options.onBatch?.({ class: portion.its.name, tenant, removed, took });
      await rest(restAfter(took, this.#options.share), signal);
      if (removed < size) return 'done';
      after = last ?? after;
    }
  }

  async #removeBatch(portion: Portion, after: string | undefined): Promise<Batch> {
    const { name } = portion.its;
    const pace = this.#paces.get(name) ?? FIRST_PACE;
    const { size, patience } = pace;
    const request = { size, after, lockTimeout: LOCK_TIMEOUT_MS };
    const way = await this.#measureWay();
    const start = performance.now();
    try {
      const hurried = this.#db.withSignal(AbortSignal.timeout(Math.ceil(patience + 2 * way)));
      const { rows } = await scopeOf(hurried, portion.owner).execute(removeBatch(portion, request));
      const { removed, last } = readRemoved(rows[0]);
      const took = Math.max(0, performance.now() - start - way);
      this.#paces.set(name, afterBatch(pace, removed, took));
      return { size, removed, last, took };
    } catch (error) {
      this.#paces.set(name, afterFailure(pace));
      throw error;
    }
  }

  /** Measured once, as the quickest of a few: the first may open a connection. */
  async #measureWay(): Promise<number> {
    if (this.#way !== undefined) return this.#way;
    let quickest = Number.POSITIVE_INFINITY;
    for (let measured = 0; measured < WAYS; measured++) {
      const start = performance.now();
      await this.#db.execute(sql`SELECT 1`);
      quickest = Math.min(quickest, performance.now() - start);
    }
    this.#way = quickest;
    return quickest;
  }

  async #readOldest(portion: Portion): Promise<Oldest | undefined> {
    const { rows } = await scopeOf(this.#db, portion.owner).execute(selectOldest(portion));
    const [row] = rows;
    return row === undefined ? undefined : { moment: String(row.oldest), due: row.due === true };
  }

  /** Tries again what may pass, with rests that grow; an end that was asked for needs no more tries. */
  async #untilPassed<Result>(work: () => Promise<Result>): Promise<Result> {
    const { signal, mayGoOn } = this.#options;
    for (let failures = 1; ; failures++) {
      try {
        return await work();
      } catch (error) {
        if (failures === MOST_FAILURES || isStopped(signal) || !isPassing(error)) throw error;
      }
      const wait = Math.min(FIRST_REST_MS * 2 ** failures, LONGEST_REST_MS);
      await rest(wait * (0.5 + Math.random() / 2), signal);
      await mayGoOn();
    }
  }
}

interface Batch {
  /** Rows that were asked for. */
  readonly size: number;
  readonly removed: number;
  readonly last: string | undefined;
  readonly took: number;
}

interface Oldest {
  readonly moment: string;
  readonly due: boolean;
}

function readRemoved(row: Readonly<Record<string, unknown>> | undefined) {
  const last = row?.last;
  return { removed: Number(row?.removed ?? 0), last: typeof last === 'string' ? last : undefined };
}

// A function, because the compiler takes what it has read once for what it stays.
function isStopped(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

async function rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
  // An abort ends the rest, and the work that follows it sees why.
  await delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}
