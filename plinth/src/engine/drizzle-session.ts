// Drizzle's session on Plinth's own executors, so that a query runs the same on a server and on
// the embedded database, and so that no error text ever carries bound values.

import { entityKind } from 'drizzle-orm';
import {
  type PgDialect,
  PgPreparedQuery,
  type PgQueryResultHKT,
  PgSession,
  type PreparedQueryConfig,
  type SelectedFieldsOrdered,
} from 'drizzle-orm/pg-core';
import type { RelationalSchemaConfig, TablesRelationalConfig } from 'drizzle-orm/relations';
import { fillPlaceholders, type Query, type SQL } from 'drizzle-orm/sql';
import { type Assume, mapResultRow } from 'drizzle-orm/utils';
import type { Connection } from './connection.js';
import { PlinthTransaction } from './drizzle-transaction.js';
import type { QueryExecutor, QueryResult, QueryRow } from './query.js';
import type { TransactionOptions } from './transaction-options.js';

declare module 'drizzle-orm/utils' {
  // Exported by the package for its own drivers, and left out of its declarations.
  function mapResultRow<Result>(
    columns: SelectedFieldsOrdered,
    row: unknown[],
    joinsNotNullableMap: Record<string, boolean> | undefined,
  ): Result;
}

/** What `db.execute()` resolves to. */
export interface PlinthQueryResultHKT extends PgQueryResultHKT {
  type: QueryResult<Assume<this['row'], QueryRow>>;
}

/** Where a session sends its statements and opens its transactions. */
export interface SessionSource extends QueryExecutor {
  transaction<Result>(
    options: TransactionOptions,
    run: (connection: Connection) => Promise<Result>,
  ): Promise<Result>;
}

type ResultMapper<Config extends PreparedQueryConfig> = (rows: unknown[][]) => Config['execute'];
type Placeholders = Record<string, unknown>;

/** A query ready to run, here or in another scope of the same database. */
export class PlinthPreparedQuery<
  Config extends PreparedQueryConfig,
> extends PgPreparedQuery<Config> {
  static override readonly [entityKind]: string = 'PlinthPreparedQuery';
  // Drizzle's builders set it after they prepared the query.
  joinsNotNullableMap: Record<string, boolean> | undefined;

  constructor(
    private readonly executor: QueryExecutor,
    query: Query,
    private readonly fields: SelectedFieldsOrdered | undefined,
    private readonly arrayMode: boolean,
    private readonly mapRows: ResultMapper<Config> | undefined,
  ) {
    super(query, undefined, undefined);
  }

  async execute(placeholders: Placeholders = {}): Promise<Config['execute']> {
    return await this.executeOn(this.executor, placeholders);
  }

  /** Runs it on another executor than the one it was prepared for. */
  async executeOn(
    executor: QueryExecutor,
    placeholders: Placeholders = {},
  ): Promise<Config['execute']> {
    const { fields, mapRows } = this;
    const { text, values } = this.bind(placeholders);
    if (fields === undefined && mapRows === undefined) return await executor.query(text, values);
    const { rows } = await executor.queryArrays({ text, values });
    if (mapRows !== undefined) return mapRows(rows);
    return fields === undefined
      ? rows
      : rows.map((row) => mapResultRow(fields, row, this.joinsNotNullableMap));
  }

  async all(placeholders: Placeholders = {}): Promise<Config['all']> {
    const { text, values } = this.bind(placeholders);
    return (await this.executor.query(text, values)).rows;
  }

  isResponseInArrayMode(): boolean {
    return this.arrayMode;
  }

  private bind(placeholders: Placeholders) {
    const { sql: text, params } = this.getQuery();
    return { text, values: fillPlaceholders(params, placeholders) };
  }
}

/** Runs Drizzle's queries on an engine, or on one connection inside a transaction. */
export class PlinthSession<
  FullSchema extends Record<string, unknown>,
  Schema extends TablesRelationalConfig,
> extends PgSession<PlinthQueryResultHKT, FullSchema, Schema> {
  static override readonly [entityKind]: string = 'PlinthSession';

  constructor(
    private readonly source: SessionSource,
    dialect: PgDialect,
    private readonly schema: RelationalSchemaConfig<Schema> | undefined,
  ) {
    super(dialect);
  }

  // A statement is prepared under a name of its text's own, so the name given here is not needed.
  override prepareQuery<Config extends PreparedQueryConfig = PreparedQueryConfig>(
    query: Query,
    fields: SelectedFieldsOrdered | undefined,
    _name: string | undefined,
    arrayMode: boolean,
    mapRows?: ResultMapper<Config>,
  ): PlinthPreparedQuery<Config> {
    return new PlinthPreparedQuery<Config>(this.source, query, fields, arrayMode, mapRows);
  }

  override async count(query: SQL): Promise<number> {
    const result = await this.execute<QueryResult<{ count: string }>>(query);
    return Number(result.rows[0]?.count);
  }

  override async transaction<Result>(
    run: (tx: PlinthTransaction<FullSchema, Schema>) => Promise<Result>,
    options: TransactionOptions = {},
  ): Promise<Result> {
    return await this.source.transaction(options, async (connection) => {
      const source = { ...insideTransaction, ...executorOf(connection) };
      const session = new PlinthSession<FullSchema, Schema>(source, this.dialect, this.schema);
      return await run(new PlinthTransaction(this.dialect, session, this.schema));
    });
  }
}

function executorOf(connection: Connection): QueryExecutor {
  return {
    query: (text, values) => connection.query(text, values),
    queryArrays: (query) => connection.queryArrays(query),
  };
}

const insideTransaction: Pick<SessionSource, 'transaction'> = {
  transaction: () => Promise.reject(new TypeError('tx.transaction() opens a savepoint instead')),
};
