// One SQL statement of a plan with what is known of it: its locks and its hazards, as data.

/** A table-level lock, in PostgreSQL's words (Table 13.2 of its manual). */
export type LockMode =
  | 'ACCESS SHARE'
  | 'ROW SHARE'
  | 'ROW EXCLUSIVE'
  | 'SHARE UPDATE EXCLUSIVE'
  | 'SHARE'
  | 'SHARE ROW EXCLUSIVE'
  | 'EXCLUSIVE'
  | 'ACCESS EXCLUSIVE';

export interface Lock {
  readonly mode: LockMode;
  /** The relation, as SQL writes its name. */
  readonly on: string;
}

/**
 * What a statement may do to a live system:
 * - `loses-data`: rows or values are gone, and going back does not bring them;
 * - `rewrites-table`: every row is written anew, under the statement's lock;
 * - `scans-table`: every row is read, under the statement's lock;
 * - `blocks-writes`, `blocks-reads`: for as long as it scans or rewrites, not for a moment only;
 * - `can-fail`: rows that exist may not fit;
 * - `breaks-code`: what a running program uses is gone or has another name;
 * - `widens-privileges`: somebody may do what they could not.
 */
export type HazardKind =
  | 'loses-data'
  | 'rewrites-table'
  | 'scans-table'
  | 'blocks-writes'
  | 'blocks-reads'
  | 'can-fail'
  | 'breaks-code'
  | 'widens-privileges';

export interface Hazard {
  readonly kind: HazardKind;
  /** A sentence for a reader: what happens to what, and a way round where there is one. */
  readonly message: string;
}

export interface Statement {
  /** Without its closing semicolon. */
  readonly sql: string;
  /**
   * `false` for what PostgreSQL refuses inside a transaction, or what has to be committed before
   * the next statement may use it.
   */
  readonly transactional: boolean;
  /** Whether it had better not share a transaction with the statements before it: it scans. */
  readonly apart: boolean;
  readonly locks: readonly Lock[];
  readonly hazards: readonly Hazard[];
}

export interface StatementFacts {
  readonly transactional?: boolean;
  readonly apart?: boolean;
  readonly locks?: readonly Lock[];
  readonly hazards?: readonly Hazard[];
}

/** A statement; without facts it is transactional, locks no table and is no hazard. */
export function statement(sql: string, facts: StatementFacts = {}): Statement {
  const { transactional = true, apart = false, locks = [], hazards = [] } = facts;
  return { sql, transactional, apart, locks, hazards };
}
