// The engine: the pool of one database, its health and its end. It knows no tables and no Drizzle.

import { EventEmitter } from 'node:events';
import { abortedError, type CancelSignal, throwIfAborted } from './cancellation.js';
import { Connection } from './connection.js';
import { type ConnectionPool, closedError } from './connection-pool.js';
import type { EngineSettings } from './engine-options.js';
import type { Health, HealthCheck } from './health.js';
import type { Lease } from './lease.js';
import type { EngineEvents, PoolStatus } from './pool-events.js';
import type { ArrayQuery, QueryEvent, QueryExecutor, QueryResult, QueryRow } from './query.js';
import { runOnce, runUntilAborted } from './run-once.js';
import type { Statement } from './send-statement.js';
import type { StatementHook } from './statement-hook.js';
import { type Scope, scopePrelude } from './tenant-scope.js';

/** What an engine stands on; made by `openEngine`. */
export interface EngineBackend {
  readonly kind: 'server' | 'embedded';
  /** The database's URL without its password. */
  readonly description: string;
  readonly pool: ConnectionPool;
  readonly health: HealthCheck;
  /** Cancels what a connection runs; never rejects. */
  readonly cancel: (lease: Lease) => Promise<void>;
  /** Closes what lies under the pool, after the pool. */
  close(): Promise<void>;
}

/** In whose name something runs, and until when. */
export interface RunOptions {
  readonly scope?: Scope | undefined;
  /** Cancels the running statement on the server. */
  readonly signal?: CancelSignal | undefined;
}

/** A pool of connections to one database. */
export class Engine extends EventEmitter<EngineEvents> implements QueryExecutor {
  readonly kind: 'server' | 'embedded';
  /** The database's URL without its password, for logs. */
  readonly description: string;
  readonly #backend: EngineBackend;
  readonly #settings: EngineSettings;
  #closing: Promise<void> | undefined;
  readonly #report = (event: QueryEvent) => this.#tell(event);
  #hook: StatementHook | undefined;
  #isHookWanted: () => boolean = () => true;

  /** Not for users: `openEngine` and `connect` make engines. */
  constructor(
    settings: EngineSettings,
    makeBackend: (events: EventEmitter<EngineEvents>) => EngineBackend,
  ) {
    super();
    this.#settings = settings;
    this.#backend = makeBackend(this);
    this.kind = this.#backend.kind;
    this.description = this.#backend.description;
  }

  /** How the pool stands. */
  get pool(): PoolStatus {
    return this.#backend.pool.status;
  }

  /** The role that tenant-scoped work is lowered to; none leaves the connection's own. */
  get tenantRole(): string | undefined {
    return this.#settings.tenantRole;
  }

  /**
   * Puts a hook around every statement, in place of the one before; `undefined` takes it away.
   *
   * @param isWanted Asked before every statement; where it says no, the hook is left out.
   *   Default: always.
   */
  instrument(hook: StatementHook | undefined, isWanted: () => boolean = () => true): void {
    this.#hook = hook;
    this.#isHookWanted = isWanted;
  }

  /** Whether a pooler hands each transaction to another session; nothing is kept in one then. */
  get pooler(): EngineSettings['pooler'] {
    return this.#settings.pooler;
  }

  query<Row extends QueryRow = QueryRow>(
    text: string,
    values?: readonly unknown[],
    options: RunOptions = {},
  ): Promise<QueryResult<Row>> {
    const { scope, signal } = options;
    if (this.#wantedHook() !== undefined) {
      return this.#lend(undefined, signal, (connection) =>
        connection.query<Row>(text, values, scope),
      );
    }
    const prelude = scope && scopePrelude(scope);
    return this.#runOnce<Row>({ text, values, rowMode: 'object', prelude }, signal);
  }

  queryArrays(query: ArrayQuery, options: RunOptions = {}): Promise<QueryResult<unknown[]>> {
    const { scope, signal } = options;
    if (this.#wantedHook() !== undefined) {
      return this.#lend(undefined, signal, (connection) => connection.queryArrays(query, scope));
    }
    const { text, values } = query;
    const prelude = scope && scopePrelude(scope);
    return this.#runOnce<unknown[]>({ text, values, rowMode: 'array', prelude }, signal);
  }

  /**
   * Runs the callback with one connection that nobody else uses meanwhile. A transaction the
   * callback leaves open is rolled back and session settings are cleared before anybody else gets
   * the connection; one that cannot be reset is dropped.
   *
   * @throws PlinthError ENGINE_POOL_TIMEOUT when none is free in time, ENGINE_CONNECT_FAILED when
   *   a new one cannot be opened, ENGINE_ABORTED, ENGINE_CLOSED after `close()`.
   */
  async withConnection<Result>(
    use: (connection: Connection) => Promise<Result>,
    options: Pick<RunOptions, 'signal'> = {},
  ): Promise<Result> {
    // Only now does the stack still say who asks; it is turned into text only for a leak.
    const origin = this.#settings.leakThreshold > 0 ? new Error('checked out') : undefined;
    return await this.#lend(origin, options.signal, async (connection, { client }) => {
      const onNotice = ({ message = '' }: { readonly message?: string | undefined }) =>
        connection.emit('notice', message);
      client.on('notice', onNotice);
      try {
        return await use(connection);
      } finally {
        client.off('notice', onNotice);
      }
    });
  }

  /**
   * Asks the database for an answer, on a path of its own, so that a pool in full use does not
   * read as a database that is away. Calls made meanwhile share one answer. It never rejects.
   *
   * @param timeoutMs How long to wait for the answer. Default: 1500.
   */
  async health(timeoutMs = 1500): Promise<Health> {
    if (this.#closing !== undefined) return { status: 'disconnected', reason: 'closed' };
    return await this.#backend.health(timeoutMs);
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

  #runOnce<Row>(statement: Statement, signal: CancelSignal | undefined): Promise<QueryResult<Row>> {
    if (this.#closing !== undefined) return Promise.reject(closedError(this.description));
    const report = this.#reporter();
    return signal === undefined
      ? runOnce<Row>(this.#backend, statement, report)
      : runUntilAborted<Row>(this.#backend, statement, report, signal);
  }

  async #lend<Result>(
    origin: Error | undefined,
    signal: CancelSignal | undefined,
    use: (connection: Connection, lease: Lease) => Promise<Result>,
  ): Promise<Result> {
    const lease = await this.#checkOut(origin, signal);
    const connection = new Connection({
      lease,
      signal,
      cancel: () => this.#backend.cancel(lease),
      report: this.#reporter(),
      hook: this.#wantedHook(),
    });
    try {
      return await use(connection, lease);
    } finally {
      connection.giveUp();
      this.#backend.pool.release(lease);
    }
  }

  async #checkOut(origin: Error | undefined, signal: CancelSignal | undefined): Promise<Lease> {
    if (this.#closing !== undefined) throw closedError(this.description);
    throwIfAborted(signal);
    const { pool } = this.#backend;
    if (signal === undefined) return await pool.acquire(origin);
    return await new Promise<Lease>((resolve, reject) => {
      const onAbort = () => reject(abortedError(signal, signal.reason));
      signal.addEventListener('abort', onAbort, { once: true });
      pool
        .acquire(origin)
        .then((lease) => {
          if (signal.aborted) pool.release(lease);
          else resolve(lease);
        }, reject)
        .finally(() => signal.removeEventListener('abort', onAbort));
    });
  }

  #wantedHook(): StatementHook | undefined {
    return this.#hook !== undefined && this.#isHookWanted() ? this.#hook : undefined;
  }

  #reporter(): ((event: QueryEvent) => void) | undefined {
    const isHeard = this.listenerCount('query') > 0 || this.#settings.slowQueryThreshold > 0;
    return isHeard ? this.#report : undefined;
  }

  #tell(event: QueryEvent): void {
    this.emit('query', event);
    const slowMs = this.#settings.slowQueryThreshold * 1000;
    if (slowMs > 0 && event.durationMs >= slowMs) this.emit('slowQuery', event);
  }

  async #close(): Promise<void> {
    const { pool, cancel } = this.#backend;
    await pool.close(this.#settings.closeTimeout * 1000, cancel);
    await this.#backend.close();
  }
}
