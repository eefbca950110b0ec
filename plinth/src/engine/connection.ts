// One connection checked out of the pool: runs statements in one session, one after another.

import { EventEmitter } from 'node:events';
import { PlinthError } from '../errors/index.js';
import { type Cancel, type CancelSignal, cancellable } from './cancellation.js';
import type { Lease } from './lease.js';
import type { ArrayQuery, QueryExecutor, QueryResult, QueryRow } from './query.js';
import { type Report, runStatement } from './run-statement.js';
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

  async queryArrays(query: ArrayQuery, scope?: Scope): Promise<QueryResult<unknown[]>> {
    const prelude = scope && scopePrelude(scope);
    return await this.#run<unknown[]>({ ...query, rowMode: 'array', prelude });
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
    await this.#send({
      text: 'ROLLBACK',
      values: undefined,
      rowMode: 'object',
      prelude: undefined,
    });
  }

  /** Not for users: nothing may run here once somebody else may have the connection. */
  giveUp(): void {
    this.#returned = true;
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

  async #run<Row>(statement: Statement): Promise<QueryResult<Row>> {
    const { signal, cancel, lease } = this.#parts;
    if (signal === undefined) return await this.#send<Row>(statement);
    return await cancellable(
      signal,
      () => {
        lease.cancelled = true;
        return cancel();
      },
      () => this.#send<Row>(statement),
    );
  }

  #send<Row>(statement: Statement): Promise<QueryResult<Row>> {
    const { hook, lease } = this.#parts;
    if (this.#returned) return Promise.reject(returnedError());
    if (hook === undefined) return this.#deliver(statement);
    const { host, port, database } = lease.client;
    const sent = {
      text: statement.text,
      parameterized: statement.values !== undefined,
      server: { host, port, database },
    };
    return hook(sent, () => this.#deliver<Row>(statement));
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
