// What every part of a run knows: the session, the ledger, how long to wait, whom to tell. Types
// only, and how a statement's place is made of them.

import type { Connection, Engine } from '../engine/index.js';
import type { Revision } from '../revisions/index.js';
import type { SqlStatement } from '../sql/index.js';
import type { Interrupted } from './applied-state.js';
import type { Direction, EntryState, JsonObject, NewEntry } from './ledger.js';
import type { MigrationProgress, RunningPlace } from './migration-options.js';
import type { StatementObserver } from './statement-observer.js';

export interface RunContext {
  /** The session that holds the migration lock. */
  readonly connection: Connection;
  /** The server's process of that session. */
  readonly pid: number;
  /** Lends another session, to look at what the first waits for. */
  readonly engine: Engine;
  readonly ledger: string | undefined;
  /** 0 waits for ever. */
  readonly statementLockTimeoutMs: number;
  readonly lockRetries: number;
  readonly tag: string | undefined;
  readonly x: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
  readonly tell: (event: MigrationProgress) => void;
  /** Watches the attempt that is being made. */
  readonly observer?: StatementObserver;
}

export interface RevisionRun {
  readonly revision: Revision;
  readonly direction: Direction;
  /** Where an earlier run of the same revision stopped. */
  readonly interrupted: Interrupted | undefined;
}

/** One step of a revision that is being run. */
export interface StepRun extends RevisionRun {
  /** Of the step, from 1. */
  readonly step: number;
  readonly steps: number;
  /** Whether all revisions of the run share one transaction. */
  readonly together: boolean;
  /** Of all statements of the direction, how many stand before this step. */
  readonly before: number;
  readonly statements: number;
  /** What the ledger is to say of the step. */
  readonly entry: (state: EntryState, observed?: JsonObject) => NewEntry;
}

/** Whether an interrupted run had begun this very step outside a transaction. */
export function wasStarted({ interrupted, step }: StepRun): boolean {
  return interrupted?.state === 'started' && interrupted.stepsDone === step - 1;
}

/** What the ledger says when a step has ended. */
export function endedState({ step, steps }: StepRun): EntryState {
  return step === steps ? 'finished' : 'step';
}

/** @param index Of the statement in its step, from 0. */
export function placeOf(run: StepRun, statement: SqlStatement, index = 0): RunningPlace {
  const { direction, revision, before, statements } = run;
  const { line, text } = statement;
  return { direction, revision, statement: before + index + 1, statements, line, text };
}
