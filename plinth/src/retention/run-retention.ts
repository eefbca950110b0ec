// A run of retention from the lock to what it has done. It may end anywhere, and the next one goes on.

import { isPlinthError } from '../errors/index.js';
import { listTenants } from '../tenancy/index.js';
import type { Portion } from './due-rows.js';
import { PortionRemover } from './portion-remover.js';
import { prepareClasses, quoteName, type ReadyClass } from './ready-class.js';
import { ReplicaGate } from './replica-gate.js';
import { chooseClasses, type RetentionClass } from './retention-class.js';
import type { RetentionDatabase } from './retention-database.js';
import { type IsHeld, lockLost, withRetentionLock } from './retention-lock.js';
import {
  type ClassOutcome,
  emptyTally,
  type RetentionBatch,
  type RetentionOutcome,
  type RetentionState,
  type Tally,
} from './retention-outcome.js';
import { rest, untilPassed } from './until-passed.js';

export interface RetentionOptions {
  readonly classes: readonly RetentionClass[];
  /** Names of those to run. Default: all. */
  readonly only?: readonly string[] | undefined;
  /** Lists the ids of all tenants in its first column; needed where policies hide rows. */
  readonly tenants?: string | undefined;
  /** Ends the run between two batches. */
  readonly signal?: AbortSignal | undefined;
  /** The part of the time that batches take, above 0 and at most 1. Default: 0.5. */
  readonly share?: number | undefined;
  /** Seconds that replicas may be behind; batches wait for them. 0 asks none. Default: 10. */
  readonly maxReplicaLag?: number | undefined;
  /** Who removes the rows, in an audit log. Default: `retention`. */
  readonly actor?: string | undefined;
  /** Told of each batch. */
  readonly onBatch?: ((batch: RetentionBatch) => void) | undefined;
  /** Told in words of what holds it up. */
  readonly onNotice?: ((notice: string) => void) | undefined;
}

const DEFAULT_SHARE = 0.5;
const DEFAULT_REPLICA_LAG = 10;
export const DEFAULT_ACTOR = 'retention';
/** How often a run takes its lock again after the session that held it was lost. */
const MOST_LOCKS = 10;
const BETWEEN_LOCKS_MS = 100;

/**
 * Removes the rows whose time is up, class by class and tenant by tenant, in small batches with rests.
 * One run at a time works on a database; another ends at once with the state `busy`. A batch is one
 * statement and one transaction: whoever kills the process loses nothing, and the next run goes on.
 * Rows that others hold locked are left for the next run.
 *
 * On a server it takes two connections of the pool.
 *
 * @throws PlinthError RETENTION_CLASS_INVALID, TENANCY_TENANTS_UNKNOWN or ENGINE_OPTION_INVALID before
 *   anything is removed; ENGINE_CONNECT_FAILED, RETENTION_LOCK_LOST; RangeError for an option out of its range.
 * @example
 * await runRetention(db, {
 *   classes: [{ name: 'notes', table: 'notes', column: 'created_at', keep: '90 days', tenant: 'tenant_id' }],
 *   tenants: 'SELECT id FROM tenants',
 * });
 */
export async function runRetention(
  db: RetentionDatabase,
  options: RetentionOptions,
): Promise<RetentionOutcome> {
  const start = performance.now();
  const chosen = chooseClasses(options.classes, options.only);
  checkRanges(options);
  const run = new Run(db, options);
  const end = (state: RetentionState, holder?: string): RetentionOutcome => ({
    state,
    ...(holder === undefined ? {} : { holder }),
    classes: run.classes,
    durationMs: performance.now() - start,
  });
  const ready = await untilPassed(() => prepareClasses(db.engine, chosen), options.signal);
  for (let locks = 1; ; locks++) {
    const held = await withRetentionLock(db.engine, (isHeld) => run.work(ready, isHeld)).catch(
      (error: unknown) => {
        if (locks === MOST_LOCKS || !isPlinthError(error, 'RETENTION_LOCK_LOST')) throw error;
        return undefined;
      },
    );
    if (held?.kind === 'busy')
      return end(run.classes.length === 0 ? 'busy' : 'stopped', held.holder);
    if (held?.kind === 'held') return end(held.result);
    await rest(BETWEEN_LOCKS_MS, options.signal);
  }
}

/** The classes, their tenants, and how far it has come. */
class Run {
  readonly #db: RetentionDatabase;
  readonly #options: RetentionOptions;
  #tallies: ReadonlyMap<string, Tally> = new Map();
  /** What is left to be gone through; `undefined` before the tenants are known. */
  #portions: Portion[] | undefined;

  constructor(db: RetentionDatabase, options: RetentionOptions) {
    this.#db = db;
    this.#options = options;
  }

  get classes(): readonly ClassOutcome[] {
    return [...this.#tallies.values()];
  }

  async work(ready: readonly ReadyClass[], isHeld: IsHeld): Promise<RetentionState> {
    const {
      signal,
      maxReplicaLag = DEFAULT_REPLICA_LAG,
      onNotice = () => undefined,
    } = this.#options;
    if (this.#portions === undefined) {
      const list = () => listPortions(this.#db, ready, this.#options);
      this.#portions = await untilPassed(list, signal);
      this.#tallies = new Map(ready.map(({ its: { name } }) => [name, emptyTally(name)]));
    }
    const assertHeld = () => {
      if (!isHeld()) throw lockLost();
    };
    const gate = new ReplicaGate(this.#db.engine, { maxReplicaLag, signal, onNotice });
    const remover = new PortionRemover(this.#db, {
      share: this.#options.share ?? DEFAULT_SHARE,
      signal,
      onBatch: this.#options.onBatch,
      mayGoOn: async () => {
        assertHeld();
        return await gate.pass();
      },
    });
    for (let portion = this.#portions[0]; portion !== undefined; portion = this.#portions[0]) {
      if (signal?.aborted === true) return 'stopped';
      assertHeld();
      const tally = this.#tallies.get(portion.its.name);
      if (tally === undefined) throw new Error(`nobody counts ${portion.its.name}`);
      const ended = await remover.remove(portion, tally);
      if (ended !== 'done') return ended;
      this.#portions.shift();
    }
    return 'done';
  }
}

/** Every class with each of its tenants, or alone. */
export async function listPortions(
  db: RetentionDatabase,
  ready: readonly ReadyClass[],
  { tenants: query, actor = DEFAULT_ACTOR }: Pick<RetentionOptions, 'tenants' | 'actor'>,
): Promise<Portion[]> {
  const sources = ready.flatMap(({ its: { table, tenant } }) =>
    tenant === undefined ? [] : [{ table: quoteName(table), column: tenant }],
  );
  const { tenants } =
    sources.length === 0 ? { tenants: [] } : await listTenants(db, sources, query);
  return ready.flatMap<Portion>((each) =>
    each.its.tenant === undefined
      ? [{ ...each, owner: { tenant: undefined, actor } }]
      : tenants.map((tenant) => ({ ...each, owner: { tenant, actor } })),
  );
}

function checkRanges({ share = DEFAULT_SHARE, maxReplicaLag = 0 }: RetentionOptions): void {
  if (!(share > 0 && share <= 1))
    throw new RangeError(`share is ${share}, not above 0 and at most 1`);
  if (!(maxReplicaLag >= 0)) throw new RangeError(`maxReplicaLag is ${maxReplicaLag}`);
}
