// What a run of revisions takes, tells while it runs, and gives back. Types only.

import type { Engine, QueryResult, QueryRow } from '../engine/index.js';
import type { Revision } from '../revisions/index.js';
import type { Direction } from './ledger.js';
import type { RevisionSource } from './load-revisions.js';

/** An engine, or a database that stands on one. */
export type MigrationTarget = Engine | { readonly engine: Engine };

/** A session that another one waits for. */
export interface Blocker {
  readonly pid: number;
  readonly application: string;
  /** What it runs, or ran last. */
  readonly query: string;
  /** Seconds since its transaction began. */
  readonly seconds: number;
}

/** A statement of a revision that is being run. */
export interface RunningPlace {
  readonly direction: Direction;
  readonly revision: Revision;
  /** From 1, over all statements of this direction. */
  readonly statement: number;
  readonly statements: number;
  /** In the file. */
  readonly line: number;
  readonly text: string;
}

export type MigrationProgress =
  /** Another runner holds the migration lock. */
  | { readonly kind: 'waiting'; readonly holder: string }
  /** A revision begins. */
  | { readonly kind: 'running'; readonly direction: Direction; readonly revision: Revision }
  /** A statement is about to run, or was handed over with those before it. */
  | ({ readonly kind: 'statement' } & RunningPlace)
  /** The statement waits for other sessions. Told about once a second while it does. */
  | ({
      readonly kind: 'blocked';
      readonly elapsedMs: number;
      readonly blockers: readonly Blocker[];
    } & RunningPlace)
  /** What PostgreSQL's own progress views say of the statement. Told about once a second. */
  | ({
      readonly kind: 'working';
      readonly elapsedMs: number;
      /** As PostgreSQL calls it: `building index: scanning table`. */
      readonly phase: string;
      /** Blocks or tuples; 0 of 0 where the phase does not count. */
      readonly done: number;
      readonly total: number;
    } & RunningPlace)
  /** A step could not get a lock in time, and is begun again after a moment. */
  | ({
      readonly kind: 'retrying';
      /** Of the attempt that failed, from 1. */
      readonly attempt: number;
      readonly attempts: number;
      readonly blockers: readonly Blocker[];
    } & RunningPlace)
  /** What the statement waits for cannot be looked at; told once a step at most. */
  | ({ readonly kind: 'unobserved'; readonly reason: string } & RunningPlace)
  /** What an interrupted run had left was put right; `what` is a sentence. */
  | { readonly kind: 'recovered'; readonly revision: Revision; readonly what: string }
  /** A batch of a data revision was committed. */
  | {
      readonly kind: 'batch';
      readonly direction: Direction;
      readonly revision: Revision;
      readonly name: string;
      /** Rows of this batch, and of all of them so far. */
      readonly rows: number;
      readonly allRows: number;
      /** As the revision says; undefined where it does not. */
      readonly total: number | undefined;
      readonly elapsedMs: number;
    }
  /** A revision has ended and is in the ledger. */
  | {
      readonly kind: 'finished';
      readonly direction: Direction;
      readonly revision: Revision;
      readonly durationMs: number;
    };

/** What a hook is told, and what it can do: it runs on the runner's own connection. */
export interface HookContext {
  readonly direction: Direction;
  /** `-x key=value` of the command line. */
  readonly x: Readonly<Record<string, string>>;
  readonly tag: string | undefined;
  /** Outside any transaction, in the session that holds the migration lock. */
  query<Row extends QueryRow = QueryRow>(
    text: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>>;
}

/**
 * Called under the migration lock, and only when there is something to run. One that throws stops
 * the run: what has finished stays and is in the ledger.
 */
export interface MigrationHooks {
  readonly beforeRun?: (context: HookContext, revisions: readonly Revision[]) => Promise<void>;
  readonly beforeRevision?: (context: HookContext, revision: Revision) => Promise<void>;
  readonly afterRevision?: (context: HookContext, revision: Revision) => Promise<void>;
  readonly afterRun?: (context: HookContext, revisions: readonly Revision[]) => Promise<void>;
}

/** Which ledger, and how long to wait for whoever writes it. */
export interface LedgerOptions {
  /** The table in the schema `plinth`, where a database has several histories. Default: `ledger`. */
  readonly ledger?: string | undefined;
  /** Seconds to wait while another process runs revisions. Default: 60. */
  readonly lockTimeout?: number | undefined;
}

export interface MigrationOptions extends LedgerOptions {
  /** The folder of the revision files, or what `loadRevisions` made of it. */
  readonly revisions: RevisionSource;
  /**
   * Seconds a statement waits for a lock (PostgreSQL's `lock_timeout`) before its step is rolled
   * back and begun again; 0 waits for ever. What builds CONCURRENTLY blocks nobody while it waits
   * and gets ten minutes at least. Default: 3.
   */
  readonly statementLockTimeout?: number | undefined;
  /** How often a step is begun again that could not get a lock. Default: 10. */
  readonly lockRetries?: number | undefined;
  /** All revisions in one transaction: all or nothing. Refused where a step cannot run in one. */
  readonly singleTransaction?: boolean | undefined;
  /** Written into the ledger beside each revision, and told to hooks and to `.ts` revisions. */
  readonly tag?: string | undefined;
  /** Told to hooks and to `.ts` revisions. */
  readonly x?: Readonly<Record<string, string>> | undefined;
  readonly hooks?: MigrationHooks | undefined;
  /** Cancels the running statement; its step is rolled back. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((event: MigrationProgress) => void) | undefined;
}

/** A revision that was run. */
export interface RevisionOutcome {
  readonly id: string;
  readonly message: string;
  readonly durationMs: number;
}

export interface MigrationOutcome {
  readonly ran: readonly RevisionOutcome[];
  /** The applied revisions that no applied one revises; none at the base. */
  readonly heads: readonly string[];
  readonly warnings: readonly string[];
}
