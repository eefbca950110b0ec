// Removes what is due of one class and one owner, batch after batch, and rests between them.

import { sql } from 'drizzle-orm';
import { countDue, type Portion, removeBatch, selectOldest } from './due-rows.js';
import { isFromServer, isRefusal, wordsOf } from './failure.js';
import { afterBatch, afterFailure, FIRST_PACE, type Pace, restAfter } from './pace.js';
import { type BatchEnd, WALK_START, type Walk, walkOn } from './portion-walk.js';
import { type RetentionDatabase, scopeOf } from './retention-database.js';
import type { RetentionBatch, Tally } from './retention-outcome.js';
import { rest, untilPassed } from './until-passed.js';

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

const LOCK_TIMEOUT_MS = 100;
/** How often the way to the server is measured. */
const WAYS = 3;
/** Rows that are counted where some may not go. */
const MOST_COUNTED = 1000;

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
   * Goes on until nothing is due that nobody holds. Rows that the server refuses to remove, one by one or
   * all, stay, and stand in the tally.
   *
   * @throws What keeps the server from being reached.
   */
  async remove(portion: Portion, tally: Tally): Promise<PortionEnd> {
    try {
      const oldest = await this.#untilPassed(() => this.#readOldest(portion));
      const isDue = oldest?.due === true;
      const { end, held } = isDue ? await this.#removeAll(portion, tally) : NOTHING_DUE;
      const left = isDue ? await this.#untilPassed(() => this.#readOldest(portion)) : oldest;
      if (left !== undefined && !(tally.oldest !== undefined && tally.oldest <= left.moment)) {
        tally.oldest = left.moment;
      }
      if (left?.due === true && held !== undefined) await this.#tellHeld(portion, tally, held);
      return end;
    } catch (error) {
      if (!isFromServer(error)) throw error;
      addProblem(tally, portion, wordsOf(error));
      return 'done';
    }
  }

  async #removeAll(portion: Portion, tally: Tally): Promise<Removal> {
    const { signal, mayGoOn, share } = this.#options;
    const before = tally.removed;
    for (let walk = WALK_START; ; ) {
      if (!isStopped(signal) && !(await this.#untilPassed(mayGoOn)) && !isStopped(signal))
        return { end: 'waiting' };
      if (isStopped(signal)) return { end: 'stopped' };
      const batch = await this.#untilPassed(() => this.#removeBatch(portion, walk));
      this.#count(portion, tally, batch, before);
      await rest(restAfter(batch.took, share), signal);
      const next = walkOn(walk, batch);
      if (next.isOver) return { end: 'done', held: next.walk.held ?? keeperOf(portion) };
      walk = next.walk;
    }
  }

  /** @param before What had gone of the class before this portion. */
  #count({ its, owner: { tenant } }: Portion, tally: Tally, batch: Batch, before: number): void {
    const removed = batch.kind === 'removed' ? batch.removed : 0;
    if (tally.removed === before && removed > 0 && tenant !== undefined) tally.tenants += 1;
    tally.removed += removed;
    tally.batches += 1;
    tally.workMs += batch.took;
    this.#options.onBatch?.({ class: its.name, tenant, removed, took: batch.took });
  }

  async #tellHeld(portion: Portion, tally: Tally, held: string): Promise<void> {
    const count = countDue(portion, MOST_COUNTED + 1);
    const scope = scopeOf(this.#db, portion.owner);
    const { rows } = await this.#untilPassed(async () => await scope.execute(count));
    const left = Number(rows[0]?.due ?? 0);
    // Whoever held them may have let go meanwhile; and the last row of an audit log stays for good.
    if (left > (portion.its.prune === undefined ? 0 : 1)) {
      addProblem(tally, portion, `${held}; ${leftInWords(left)}`);
    }
  }

  async #removeBatch(portion: Portion, { after, skip, most }: Walk): Promise<Batch> {
    const { its, owner } = portion;
    const pace = this.#paces.get(its.name) ?? FIRST_PACE;
    const size = Math.min(pace.size, most);
    const request = { size, after, skip, lockTimeout: LOCK_TIMEOUT_MS };
    const way = await this.#measureWay();
    const start = performance.now();
    const timeTaken = () => Math.max(0, performance.now() - start - way);
    try {
      const hurried = this.#db.withSignal(AbortSignal.timeout(Math.ceil(pace.patience + 2 * way)));
      const { rows } = await scopeOf(hurried, owner).execute(removeBatch(portion, request));
      const took = timeTaken();
      const done = readRemoved(rows[0]);
      this.#paces.set(its.name, afterBatch(pace, done.found, took));
      return { kind: 'removed', size, ...done, took };
    } catch (error) {
      if (its.prune === undefined && isRefusal(error)) {
        return { kind: 'refused', size, words: wordsOf(error), took: timeTaken() };
      }
      this.#paces.set(its.name, afterFailure(pace));
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

  /** The replicas and the lock are looked at again after each rest. */
  async #untilPassed<Result>(work: () => Promise<Result>): Promise<Result> {
    const { signal, mayGoOn } = this.#options;
    let isAgain = false;
    return await untilPassed(async () => {
      if (isAgain) await mayGoOn();
      isAgain = true;
      return await work();
    }, signal);
  }
}

type Batch = BatchEnd & {
  /** Milliseconds, without the way to the server and back. */
  readonly took: number;
};

interface Removal {
  readonly end: PortionEnd;
  /** Who keeps rows that are due, if any is left, in words. */
  readonly held?: string | undefined;
}

const NOTHING_DUE: Removal = { end: 'done' };

interface Oldest {
  readonly moment: string;
  readonly due: boolean;
}

/** A function that prunes says nothing but how many rows went. */
function readRemoved(row: Readonly<Record<string, unknown>> | undefined) {
  const last = row?.last;
  const removed = Number(row?.removed ?? 0);
  return {
    removed,
    found: Number(row?.found ?? removed),
    isKept: row?.kept === true,
    last: typeof last === 'string' ? last : undefined,
  };
}

/** The function that prunes ends early where nothing is due by its own measure. */
function keeperOf({ its: { prune } }: Portion): string | undefined {
  return prune === undefined ? undefined : `${prune.function} keeps rows`;
}

function addProblem(tally: Tally, { owner: { tenant } }: Portion, message: string): void {
  tally.problems.push(tenant === undefined ? { message } : { tenant, message });
}

function leftInWords(left: number): string {
  if (left > MOST_COUNTED) return `more than ${MOST_COUNTED} rows that are due are left`;
  return left === 1 ? '1 row that is due is left' : `${left} rows that are due are left`;
}

// A function, because the compiler takes what it has read once for what it stays.
function isStopped(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
