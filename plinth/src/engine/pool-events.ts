// What an engine tells about its pool and its queries.

import type { QueryEvent } from './query.js';

/** Why the pool gave a connection up. */
export type CloseReason =
  | 'overflow'
  | 'recycled'
  | 'invalidated'
  | 'ping failed'
  | 'broken'
  | 'not resettable'
  | 'wrong server'
  | 'deadline';

/** How the pool stands at one moment. */
export interface PoolStatus {
  /** Connections kept when idle. */
  readonly size: number;
  /** Connections allowed on top of it in a burst. */
  readonly maxOverflow: number;
  readonly inUse: number;
  readonly idle: number;
  /** Callers that wait for a connection. */
  readonly waiting: number;
  /** Seconds that the longest use has lasted; 0 when none is in use. */
  readonly longestUse: number;
}

export interface EngineEvents {
  /** A statement ended; listen to log SQL. Values are never part of it. */
  query: [event: QueryEvent];
  /** A statement took longer than `slowQueryThreshold`. */
  slowQuery: [event: QueryEvent];
  /** A connection was opened. */
  connect: [event: { readonly pid: number | undefined }];
  /** A connection was given to a caller. */
  checkout: [event: { readonly waitMs: number }];
  /** A connection came back. */
  checkin: [event: { readonly heldMs: number }];
  /** The pool closed a connection. */
  close: [event: { readonly reason: CloseReason }];
  /** A connection was found dead; every older one will be replaced before its next use. */
  invalidate: [event: { readonly error: unknown }];
  /** A connection that was not in use died; the pool has already dropped it. */
  connectionLost: [error: Error];
  /** No connection became free in time. */
  timeout: [event: PoolStatus];
  /** A connection has been held longer than `leakThreshold`; the stack says by whom. */
  leak: [event: { readonly heldSeconds: number; readonly stack: string }];
  /** A transaction is run again after a serialization failure or a deadlock. */
  retry: [event: { readonly attempt: number; readonly error: unknown }];
}
