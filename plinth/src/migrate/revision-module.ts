// What a revision written as a module is given, and what it gives back: the types that its author
// writes against. No code.

import type { QueryResult, QueryRow } from '../engine/index.js';
import type { Direction, Json } from './ledger.js';

/** What a revision's `upgrade(tx)` and `downgrade(tx)` work with. */
export interface RevisionTransaction {
  /** Runs one statement with bound values, in the transaction that is open. */
  query<Row extends QueryRow = QueryRow>(
    text: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>>;
}

/** In what run a revision is called: its second parameter. */
export interface RevisionContext {
  readonly direction: Direction;
  /** `-x key=value` of the command line; empty without one. */
  readonly x: Readonly<Record<string, string>>;
  /** `--tag` of the command line. */
  readonly tag: string | undefined;
}

/** What one batch did. */
export interface Batch {
  /** Where the next one goes on: text, number, or an array of these. Cast what is neither. */
  readonly key: Json;
  /** How many rows it changed, for the progress. */
  readonly rows: number;
}

/**
 * Does the batch behind a key.
 *
 * @param after The key of the batch before it, also of an earlier run; `undefined` for the first.
 * @returns `undefined` when there is nothing left.
 */
export type BatchWork = (
  tx: RevisionTransaction,
  after: Json | undefined,
) => Promise<Batch | undefined>;

export interface BatchOptions {
  /**
   * How many rows there are, for the progress. A function is called in the transaction of the first
   * batch, before it. Default: not known.
   */
  readonly total?: number | ((tx: RevisionTransaction) => Promise<number>);
}

/**
 * What the functions of a module with the header `no-transaction` work with in place of a
 * transaction. Each call is a step: one that has ended is in the ledger and is never run again.
 * After an interruption the function is called again from its top, and steps that have ended pass
 * at once; they are known by their order and their name. What stands between the steps runs again.
 */
export interface RevisionRunner {
  /**
   * A step in one transaction of its own. The work is called again when it cannot get a lock in
   * time, after what it did was undone.
   */
  transaction(name: string, work: (tx: RevisionTransaction) => Promise<void>): Promise<void>;
  /**
   * A step in many transactions: the work is called again and again, each time in a transaction of
   * its own that also writes the key into the ledger, until it returns `undefined`.
   */
  batches(name: string, work: BatchWork, options?: BatchOptions): Promise<void>;
}
