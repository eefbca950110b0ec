// How a transaction is opened, and how often it may be tried.

import type { PgTransactionConfig } from 'drizzle-orm/pg-core';
import { PlinthError } from '../errors/index.js';
import type { CancelSignal } from './cancellation.js';

export type IsolationLevel = NonNullable<PgTransactionConfig['isolationLevel']>;

/** Drizzle's own names, `isolationLevel` and `accessMode`, mean the same. */
export interface TransactionOptions extends PgTransactionConfig {
  /** Default: the server's, which is read committed unless it was changed. */
  readonly isolation?: IsolationLevel;
  readonly readOnly?: boolean;
  /**
   * How often the callback is run again after a serialization failure or a deadlock, with
   * exponential back-off and full jitter. Default: 3.
   */
  readonly retries?: number;
  /** Cancels the running statement on the server and rolls the transaction back. */
  readonly signal?: CancelSignal;
}

export const DEFAULT_RETRIES = 3;

/** `BEGIN` with the modes that were asked for. */
export function beginText(options: TransactionOptions): string {
  const { deferrable } = options;
  const isolation = checkIsolation(options.isolation ?? options.isolationLevel);
  const readOnly = options.readOnly ?? readsOnly(options.accessMode);
  const modes = [
    isolation === undefined ? [] : [`ISOLATION LEVEL ${isolation.toUpperCase()}`],
    readOnly === undefined ? [] : [readOnly ? 'READ ONLY' : 'READ WRITE'],
    deferrable === undefined ? [] : [deferrable ? 'DEFERRABLE' : 'NOT DEFERRABLE'],
  ].flat();
  return modes.length === 0 ? 'BEGIN' : `BEGIN ${modes.join(', ')}`;
}

// The words stand in the statement's text, so only these four may.
const ISOLATION_LEVELS = [
  'read uncommitted',
  'read committed',
  'repeatable read',
  'serializable',
] as const satisfies readonly IsolationLevel[];

function checkIsolation(level: IsolationLevel | undefined): IsolationLevel | undefined {
  if (level === undefined || ISOLATION_LEVELS.includes(level)) return level;
  throw new PlinthError('ENGINE_OPTION_INVALID', `there is no isolation level ${String(level)}`, {
    hint: `Give one of ${ISOLATION_LEVELS.join(', ')}.`,
  });
}

function readsOnly(mode: PgTransactionConfig['accessMode']): boolean | undefined {
  return mode === undefined ? undefined : mode === 'read only';
}
