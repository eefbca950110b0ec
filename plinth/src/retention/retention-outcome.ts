// What a run of retention has done, as data.

/** What went wrong with the rows of one tenant, or of a class without tenants; the rest went on. */
export interface RetentionProblem {
  readonly tenant?: string | undefined;
  /** PostgreSQL's words, and how many rows are left for it. */
  readonly message: string;
}

export interface ClassOutcome {
  readonly name: string;
  /** Rows that went. What a lost connection left unsaid is not counted. */
  readonly removed: number;
  readonly batches: number;
  /** Tenants that had rows to go; 0 for a class without tenants. */
  readonly tenants: number;
  /**
   * The oldest row that is left: ISO 8601 in UTC, `-infinity` for what lies before the year 1;
   * `undefined` where none is, or nobody looked.
   */
  readonly oldest: string | undefined;
  /** How long batches took, without rests. */
  readonly workMs: number;
  readonly problems: readonly RetentionProblem[];
}

/**
 * `done`: nothing that was due is left, but what others held or a problem names. `stopped`: a signal
 * ended it, or another run took the lock when the session that held it was lost. `waiting`: replicas
 * were behind for too long. `busy`: another run is at it, and this one did nothing. The next run goes on
 * in each case.
 */
export type RetentionState = 'done' | 'stopped' | 'waiting' | 'busy';

export interface RetentionOutcome {
  readonly state: RetentionState;
  /** Who is at it, where the state is `busy`. */
  readonly holder?: string | undefined;
  /** All classes, in their order; none where another run is at it. */
  readonly classes: readonly ClassOutcome[];
  readonly durationMs: number;
}

export interface RetentionBatch {
  readonly class: string;
  readonly tenant: string | undefined;
  readonly removed: number;
  /** Milliseconds, without the way to the server and back. */
  readonly took: number;
}

/** Counts while a run goes on. */
export interface Tally {
  readonly name: string;
  removed: number;
  batches: number;
  tenants: number;
  oldest: string | undefined;
  workMs: number;
  readonly problems: RetentionProblem[];
}

export function emptyTally(name: string): Tally {
  return { name, removed: 0, batches: 0, tenants: 0, oldest: undefined, workMs: 0, problems: [] };
}
