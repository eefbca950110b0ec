// One connection checked out of the pool: runs statements in one session, one after another.

import { EventEmitter } from 'node:events';
import { PlinthError } from '../errors/index.js';
import { type Cancel, type CancelSignal, cancellable } from './cancellation.js';
import type { Lease } from './lease.js';
import type { ArrayQuery, QueryExecutor, QueryResult, QueryRow } from './query.js';
import { type Report, runScript, runStatement } from './run-statement.js';
import type { ScriptStatement } from './script-query.js';
import type { Statement } from './send-statement.js';
import type { StatementHook } from './statement-hook.js';
import { type Scope, scopePrelude } from './tenant-scope.js';
import { beginText, type TransactionOptions } from './transaction-options.js';

export interface ConnectionEvents {
  /** A NOTICE or WARNING that the server sent. */
  notice: [message: string];
}

/** `idle` outside a transaction, `open` inside one, `failed` inside one that must roll back. */
export type TransactionState = 'idle' | 'open' | 'failed';

export interface ConnectionParts {
  readonly lease: Lease;
  readonly cancel: Cancel;
  readonly signal: CancelSignal | undefined;
  /** Told of every statement; none when nobody listens. */
  readonly report: Report | undefined;
  /** Wraps every statement; none where nobody traces. */
  readonly hook: StatementHook | undefined;
}

/** A session of the database, held until the callback it was given to ends. */
export class Connection extends EventEmitter<ConnectionEvents> implements QueryExecutor {
  readonly #parts: ConnectionParts;
  #returned = false;

  constructor(parts: ConnectionParts) {
    super();
    this.#parts = parts;
  }

  async query<Row extends QueryRow = QueryRow>(
    text: string,
    values?: readonly unknown[],
    scope?: Scope,
  ): Promise<QueryResult<Row>> {
    const prelude = scope && scopePrelude(scope);
    return await this.#run<Row>({ text, values, rowMode: 'object', prelude });
  }

  /**
   * As {@link query}, without a prepared statement that stays: for one that runs among changes of the
   * schema, after which PostgreSQL refuses a statement that it had prepared before.
   */
  async queryOnce<Row extends QueryRow = QueryRow>(
    text: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>> {
    return await this.#run<Row>({
      text,
      values,
      rowMode: 'object',
      prelude: undefined,
      once: true,
    });
  }

  async queryArrays(query: ArrayQuery, scope?: Scope): Promise<QueryResult<unknown[]>> {
    const prelude = scope && scopePrelude(scope);
    return await this.#run<unknown[]>({ ...query, rowMode: 'array', prelude });
  }

  /**
   * Hands over several statements in one round trip. Those behind one that fails are not run; a
   * transaction that one of them opened stays open and failed. Rows are not looked at.
   *
   * @param onEnded Told the index of each statement that ended well.
   * @throws PostgreSQL's error of the statement that failed; it stands behind the last that ended.
   */
  async script(
    statements: readonly ScriptStatement[],
    onEnded: (index: number) => void = () => undefined,
  ): Promise<void> {
    const text = statements.map((statement) => statement.text).join(';\n');
    const { lease, report } = this.#parts;
    await this.#guard(text, false, () => {
      return new Promise<void>((resolve, reject) => {
        runScript(lease, statements, report, {
          onEnded,
          settle: (error) => (error === undefined ? resolve() : reject(error)),
        });
      });
    });
  }

  /** Opens a transaction and, in the same round trip, its scope. */
  async begin(options: TransactionOptions, scope: Scope | undefined): Promise<void> {
    const text = beginText(options);
    if (scope === undefined) {
      await this.#run({ text, values: undefined, rowMode: 'object', prelude: undefined });
      return;
    }
    const { text: setScope, values } = scopePrelude(scope);
    const name = `plinth_${text.toLowerCase().replaceAll(/\W+/g, '_')}`;
    const prelude = { name, text, values: [] };
    await this.#run({ text: setScope, values, rowMode: 'array', prelude });
  }

  /** Ends a transaction without a signal's say: an abort must not keep it from rolling back. */
  async rollBack(): Promise<void> {
    const text = 'ROLLBACK';
    const rollback = { text, values: undefined, rowMode: 'object', prelude: undefined } as const;
    await this.#send(text, false, () => this.#deliver(rollback));
  }

  /** Asks the server to cancel what it runs for this session. It never rejects. */
  async cancel(): Promise<void> {
    const { lease, cancel } = this.#parts;
    lease.cancelled = true;
    await cancel();
  }

  /** Not for users: nothing may run here once somebody else may have the connection. */
  giveUp(): void {
    this.#returned = true;
  }

  /** The server's process for this session, as it was told at the start; a pooler makes one up. */
  get processId(): number | undefined {
    return this.#parts.lease.client.processID ?? undefined;
  }

  /** Whether the session has ended, or broken off. */
  get isLost(): boolean {
    return this.#parts.lease.client.broken;
  }

  /** What the server last said about this session's transaction. */
  get transactionState(): TransactionState {
    switch (this.#parts.lease.client.getTransactionStatus()) {
      case 'T':
        return 'open';
      case 'E':
        return 'failed';
      default:
        return 'idle';
    }
  }

  #run<Row>(statement: Statement): Promise<QueryResult<Row>> {
    const { text, values } = statement;
    return this.#guard(text, values !== undefined, () => this.#deliver<Row>(statement));
  }

  /** Sends until the signal aborts. */
  #guard<Result>(
    text: string,
    parameterized: boolean,
    deliver: () => Promise<Result>,
  ): Promise<Result> {
    const { signal, cancel, lease } = this.#parts;
    const send = () => this.#send(text, parameterized, deliver);
    if (signal === undefined) return send();
    const cancelIt = () => {
      lease.cancelled = true;
      return cancel();
    };
    return cancellable(signal, cancelIt, send);
  }

  #send<Result>(
    text: string,
    parameterized: boolean,
    deliver: () => Promise<Result>,
  ): Promise<Result> {
    const { hook, lease } = this.#parts;
    if (this.#returned) return Promise.reject(returnedError());
    if (hook === undefined) return deliver();
    const { host, port, database } = lease.client;
    return hook({ text, parameterized, server: { host, port, database } }, deliver);
  }

  #deliver<Row>(statement: Statement): Promise<QueryResult<Row>> {
    const { lease, report } = this.#parts;
    return new Promise((resolve, reject) => {
      runStatement(lease, statement, report, (error, result) => {
        if (error === undefined) resolve(result);
        else reject(error);
      });
    });
  }
}

function returnedError(): PlinthError {
  return new PlinthError(
    'ENGINE_CONNECTION_RETURNED',
    'a statement came after its callback had ended, when its connection could be anybody’s',
    { hint: 'Await every statement inside the callback, and keep neither tx nor connection.' },
  );
}
