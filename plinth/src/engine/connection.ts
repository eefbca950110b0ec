// One connection checked out of the pool: runs statements in one session, one after another.

import { EventEmitter } from 'node:events';
import type { PoolClient } from 'pg';
import type { ArrayQuery, QueryEvent, QueryExecutor, QueryResult, QueryRow } from './query.js';
import { runArrayQuery, runQuery } from './run-query.js';

export interface ConnectionEvents {
  /** A NOTICE or WARNING that the server sent. */
  notice: [message: string];
  query: [event: QueryEvent];
}

/** `idle` outside a transaction, `open` inside one, `failed` inside one that must roll back. */
export type TransactionState = 'idle' | 'open' | 'failed';

/** A session of the database, held until the callback it was given to ends. */
export class Connection extends EventEmitter<ConnectionEvents> implements QueryExecutor {
  readonly #client: PoolClient;

  constructor(client: PoolClient) {
    super();
    this.#client = client;
  }

  async query<Row extends QueryRow = QueryRow>(
    text: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>> {
    return await runQuery<Row>(this.#client, text, values, this.#report);
  }

  async queryArrays(query: ArrayQuery): Promise<QueryResult<unknown[]>> {
    return await runArrayQuery(this.#client, query, this.#report);
  }

  /** What the server last said about this session's transaction. */
  get transactionState(): TransactionState {
    switch (this.#client.getTransactionStatus()) {
      case 'T':
        return 'open';
      case 'E':
        return 'failed';
      default:
        return 'idle';
    }
  }

  readonly #report = (event: QueryEvent): void => {
    this.emit('query', event);
  };
}
