// Looks, from another session, at what a statement that takes long waits for, and at what
// PostgreSQL's progress views say of it. It changes nothing, and its own failure stops no run.

import { setTimeout as delay } from 'node:timers/promises';
import type { Blocker, MigrationProgress, RunningPlace } from './migration-options.js';
import type { RunContext } from './run-context.js';

const INTERVAL_MS = 1000;

/** Watches one step while it runs; nothing is asked of the server while its statements are quick. */
export class StatementObserver {
  readonly #context: RunContext;
  readonly #timer: NodeJS.Timeout;
  #running: { readonly place: RunningPlace; readonly since: number } | undefined;
  #watch: { readonly stopping: AbortController; readonly ended: Promise<void> } | undefined;
  #blockers: readonly Blocker[] = [];
  /** What a listener threw. */
  #thrown: { readonly error: unknown } | undefined;

  constructor(context: RunContext) {
    this.#context = context;
    const { statementLockTimeoutMs: timeout, engine } = context;
    // In time to see who holds the lock before the wait for it is over.
    const first = timeout === 0 ? INTERVAL_MS : Math.min(INTERVAL_MS, timeout / 2);
    this.#timer = setTimeout(() => {
      // The embedded database has no other session, and so nobody to wait for.
      if (engine.kind !== 'server') return;
      const stopping = new AbortController();
      this.#watch = { stopping, ended: this.#look(stopping.signal) };
    }, first);
  }

  /** Whom the step waited for when it was last looked at. */
  get blockers(): readonly Blocker[] {
    return this.#blockers;
  }

  /** Where the step is, or was when it failed. */
  get place(): RunningPlace | undefined {
    return this.#running?.place;
  }

  /** A statement of the revision begins. */
  begin(place: RunningPlace): void {
    this.#running = { place, since: performance.now() };
    this.#context.tell({ kind: 'statement', ...place });
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#watch?.stopping.abort();
    await this.#watch?.ended;
    if (this.#thrown !== undefined) throw this.#thrown.error;
  }

  async #look(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        await this.#lookOnce(signal);
        await delay(INTERVAL_MS, undefined, { signal });
      }
    } catch (error) {
      const place = this.#running?.place;
      if (signal.aborted || place === undefined) return;
      const reason = error instanceof Error ? error.message : String(error);
      await this.#tell({ kind: 'unobserved', reason, ...place });
    }
  }

  async #lookOnce(signal: AbortSignal): Promise<void> {
    const { engine, pid } = this.#context;
    const { size, maxOverflow, inUse } = engine.pool;
    if (inUse >= size + maxOverflow) throw new Error('the pool has no connection to spare');
    const { rows } = await engine.query<Sight>(LOOK, [pid]);
    const [sight] = rows;
    const running = this.#running;
    if (sight === undefined || running === undefined || signal.aborted) return;
    const { place, since } = running;
    const facts = { ...place, elapsedMs: performance.now() - since };
    this.#blockers = sight.blockers;
    if (sight.blockers.length > 0) {
      await this.#tell({ kind: 'blocked', blockers: sight.blockers, ...facts });
    } else {
      const none = { phase: '', done: 0, total: 0 };
      await this.#tell({ kind: 'working', ...none, ...sight.working, ...facts });
    }
  }

  /** Nobody awaits what is told here: an error of a listener stops the statement, and waits. */
  async #tell(event: MigrationProgress): Promise<void> {
    if (this.#thrown !== undefined) return;
    try {
      this.#context.tell(event);
    } catch (error) {
      this.#thrown = { error };
      await this.#context.connection.cancel();
    }
  }
}

// A type and not an interface: a row is a record of anything.
type Sight = {
  readonly blockers: readonly Blocker[];
  readonly working: {
    readonly phase: string;
    readonly done: number;
    readonly total: number;
  } | null;
};

/** PostgreSQL documentation, 27.4 "Progress Reporting". */
const LOOK = `
SELECT (SELECT coalesce(json_agg(json_build_object(
            'pid', pid, 'application', application_name, 'query', left(query, 500),
            'seconds', round(coalesce(extract(epoch FROM now() - xact_start), 0)))), '[]')
          FROM pg_stat_activity WHERE pid = ANY (pg_blocking_pids($1))) AS blockers,
       (SELECT json_build_object('phase', phase, 'done', done, 'total', total)
          FROM (SELECT command || ': ' || phase,
                       CASE WHEN blocks_total > 0 THEN blocks_done ELSE tuples_done END,
                       CASE WHEN blocks_total > 0 THEN blocks_total ELSE tuples_total END
                  FROM pg_stat_progress_create_index WHERE pid = $1
                UNION ALL
                SELECT command || ': ' || phase, heap_blks_scanned, heap_blks_total
                  FROM pg_stat_progress_cluster WHERE pid = $1
                UNION ALL
                SELECT 'VACUUM: ' || phase, heap_blks_scanned, heap_blks_total
                  FROM pg_stat_progress_vacuum WHERE pid = $1
                UNION ALL
                SELECT 'ANALYZE: ' || phase, sample_blks_scanned, sample_blks_total
                  FROM pg_stat_progress_analyze WHERE pid = $1) AS work (phase, done, total)
         LIMIT 1) AS working`;
