// The engine: the pool of one database, its health and its end. It knows no tables and no Drizzle.

import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { PlinthError } from '../errors/index.js';
import { Connection } from './connection.js';
import type { EngineSettings } from './engine-options.js';
import type { Health, HealthCheck } from './health.js';
import type { ArrayQuery, QueryEvent, QueryExecutor, QueryResult, QueryRow } from './query.js';

export interface EngineEvents {
  /** A statement ended; listen to log SQL. Values are never part of it. */
  query: [event: QueryEvent];
  /** A connection that was not in use died; the pool has already dropped it. */
  connectionLost: [error: Error];
}

/** What an engine stands on; made by `openEngine`. */
export interface EngineBackend {
  readonly kind: 'server' | 'embedded';
  /** The database's URL without its password. */
  readonly description: string;
  readonly pool: Pool;
  readonly health: HealthCheck;
  /** Closes what lies under the pool, after the pool. */
  close(): Promise<void>;
}

/** A pool of connections to one database. */
export class Engine extends EventEmitter<EngineEvents> implements QueryExecutor {
  readonly kind: 'server' | 'embedded';
  /** The database's URL without its password, for logs. */
  readonly description: string;
  readonly #backend: EngineBackend;
  readonly #settings: EngineSettings;
  #closing: Promise<void> | undefined;

  /** Not for users: `openEngine` and `connect` make engines. */
  constructor(backend: EngineBackend, settings: EngineSettings) {
    super();
    this.kind = backend.kind;
    this.description = backend.description;
    this.#backend = backend;
    this.#settings = settings;
    // Without a listener an idle connection that dies would end the process.
    backend.pool.on('error', (error) => this.emit('connectionLost', error));
    // A connection in use reports its end on the client too; its query rejects with the reason.
    backend.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  async query<Row extends QueryRow = QueryRow>(
    text: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>> {
    return await this.withConnection((connection) => connection.query<Row>(text, values));
  }

  async queryArrays(query: ArrayQuery): Promise<QueryResult<unknown[]>> {
    return await this.withConnection((connection) => connection.queryArrays(query));
  }

  /**
   * Runs the callback with one connection that nobody else uses meanwhile. A transaction the
   * callback leaves open is rolled back; a connection that cannot be reset is dropped.
   *
   * @throws PlinthError ENGINE_POOL_TIMEOUT when none is free in time, ENGINE_CONNECT_FAILED when
   *   a new one cannot be opened, ENGINE_CLOSED after `close()`.
   */
  async withConnection<Result>(use: (connection: Connection) => Promise<Result>): Promise<Result> {
    const client = await this.#checkOut();
    const connection = new Connection(client);
    const onNotice = ({ message = '' }: { readonly message?: string | undefined }) =>
      connection.emit('notice', message);
    client.on('notice', onNotice);
    connection.on('query', (event) => this.emit('query', event));
    try {
      return await use(connection);
    } finally {
      client.off('notice', onNotice);
      client.release(!(await resetSession(connection)));
    }
  }

  /**
   * Asks the database for an answer, on a path of its own, so that a pool in full use does not
   * read as a database that is away. Calls made meanwhile share one answer. It never rejects.
   *
   * @param timeoutMs How long to wait for the answer. Default: 1500.
   */
  async health(timeoutMs = 1500): Promise<Health> {
    if (this.#closing !== undefined) return { status: 'disconnected', reason: 'closed' };
    return await this.#backend.health.check(timeoutMs);
  }

  /**
   * Waits for connections in use, at most `closeTimeout` seconds, then closes everything. Safe to
   * call twice.
   */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #checkOut(): Promise<PoolClient> {
    if (this.#closing !== undefined) throw closedError(this.description);
    try {
      return await this.#backend.pool.connect();
    } catch (cause) {
      const { pool } = this.#backend;
      if (cause instanceof Error && cause.message.startsWith('timeout exceeded')) {
        throw poolTimeoutError(this.kind, pool.totalCount, this.#settings.poolTimeout, cause);
      }
      const { connectFailed } = await import('./connect-errors.js');
      throw connectFailed(this.description, cause);
    }
  }

  async #close(): Promise<void> {
    const { pool, health } = this.#backend;
    const deadline = new AbortController();
    await health.close();
    await Promise.race([
      pool.end(),
      delay(this.#settings.closeTimeout * 1000, undefined, { signal: deadline.signal }).catch(
        () => undefined,
      ),
    ]);
    deadline.abort();
    await this.#backend.close();
  }
}

/** Whether the connection may be given to the next borrower. */
async function resetSession(connection: Connection): Promise<boolean> {
  if (connection.transactionState === 'idle') return true;
  try {
    await connection.query('ROLLBACK');
    return true;
  } catch {
    // Its transaction cannot be ended, so the connection is dropped, which ends it.
    return false;
  }
}

function closedError(description: string): PlinthError {
  return new PlinthError('ENGINE_CLOSED', `the engine of ${description} is closed`, {
    hint: 'Close the engine only after the last use.',
  });
}

function poolTimeoutError(
  kind: EngineBackend['kind'],
  inUse: number,
  seconds: number,
  cause: Error,
): PlinthError {
  const hint =
    kind === 'embedded'
      ? 'Inside db.transaction(), use the tx it gives: the embedded database has one connection.'
      : 'Raise poolSize, or look for connections that are held too long.';
  return new PlinthError(
    'ENGINE_POOL_TIMEOUT',
    `no connection became free in ${seconds} s; ${inUse} in use`,
    { hint, details: { inUse, seconds }, cause },
  );
}
