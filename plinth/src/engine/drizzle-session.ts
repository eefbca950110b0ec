// Drizzle's session on Plinth's own executors, so that a query runs the same on a server and on
// the embedded database, and so that no error text ever carries bound values.

import { entityKind } from 'drizzle-orm';
import type { PgDialect } from 'drizzle-orm/pg-core';
import {
  PgPreparedQuery,
  type PgQueryResultHKT,
  PgSession,
  PgTransaction,
  type PgTransactionConfig,
  type PreparedQueryConfig,
  type SelectedFieldsOrdered,
} from 'drizzle-orm/pg-core';
import type { RelationalSchemaConfig, TablesRelationalConfig } from 'drizzle-orm/relations';
import { fillPlaceholders, type Query, type SQL, sql } from 'drizzle-orm/sql';
import { type Assume, mapResultRow } from 'drizzle-orm/utils';
import type { Connection } from './connection.js';
import type { QueryExecutor, QueryResult, QueryRow } from './query.js';

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

/** Where a session gets a connection for a transaction: an engine, or the transaction's own. */
export interface SessionSource extends QueryExecutor {
  withConnection<Result>(use: (connection: Connection) => Promise<Result>): Promise<Result>;
}

type ResultMapper<Config extends PreparedQueryConfig> = (rows: unknown[][]) => Config['execute'];

class PlinthPreparedQuery<Config extends PreparedQueryConfig> extends PgPreparedQuery<Config> {
  static override readonly [entityKind]: string = 'PlinthPreparedQuery';
  // Drizzle's builders set it after they prepared the query.
  joinsNotNullableMap: Record<string, boolean> | undefined;

  constructor(
    private readonly executor: QueryExecutor,
    query: Query,
    private readonly fields: SelectedFieldsOrdered | undefined,
    private readonly statementName: string | undefined,
    private readonly arrayMode: boolean,
    private readonly mapRows: ResultMapper<Config> | undefined,
  ) {
    super(query, undefined, undefined);
  }

  async execute(placeholderValues: Record<string, unknown> = {}): Promise<Config['execute']> {
    const { text, values } = this.bind(placeholderValues);
    const { fields, mapRows, statementName } = this;
    if (fields === undefined && mapRows === undefined) {
      return await this.executor.query(text, values);
    }
    const { rows } = await this.executor.queryArrays({
      text,
      values,
      ...(statementName === undefined ? {} : { name: statementName }),
    });
    if (mapRows !== undefined) return mapRows(rows);
    return fields === undefined
      ? rows
      : rows.map((row) => mapResultRow(fields, row, this.joinsNotNullableMap));
  }

  async all(placeholderValues: Record<string, unknown> = {}): Promise<Config['all']> {
    const { text, values } = this.bind(placeholderValues);
    return (await this.executor.query(text, values)).rows;
  }

  isResponseInArrayMode(): boolean {
    return this.arrayMode;
  }

  private bind(placeholderValues: Record<string, unknown>) {
    const { sql: text, params } = this.getQuery();
    return { text, values: fillPlaceholders(params, placeholderValues) };
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

  override prepareQuery<Config extends PreparedQueryConfig = PreparedQueryConfig>(
    query: Query,
    fields: SelectedFieldsOrdered | undefined,
    name: string | undefined,
    arrayMode: boolean,
    mapRows?: ResultMapper<Config>,
  ): PgPreparedQuery<Config> {
    return new PlinthPreparedQuery<Config>(this.source, query, fields, name, arrayMode, mapRows);
  }

  override async count(query: SQL): Promise<number> {
    const result = await this.execute<QueryResult<{ count: string }>>(query);
    return Number(result.rows[0]?.count);
  }

  override async transaction<Result>(
    run: (tx: PlinthTransaction<FullSchema, Schema>) => Promise<Result>,
    config: PgTransactionConfig = {},
  ): Promise<Result> {
    return await this.source.withConnection(async (connection) => {
      const source = transactionSource(connection);
      const session = new PlinthSession<FullSchema, Schema>(source, this.dialect, this.schema);
      const tx = new PlinthTransaction<FullSchema, Schema>(this.dialect, session, this.schema);
      await connection.query(`BEGIN${transactionModes(config)}`);
      // A callback that throws leaves the transaction open, and the engine rolls it back as it
      // takes the connection back.
      const result = await run(tx);
      await connection.query('COMMIT');
      return result;
    });
  }
}

/** A transaction: the same query surface as the database, on one connection. */
export class PlinthTransaction<
  FullSchema extends Record<string, unknown>,
  Schema extends TablesRelationalConfig,
> extends PgTransaction<PlinthQueryResultHKT, FullSchema, Schema> {
  static override readonly [entityKind]: string = 'PlinthTransaction';

  constructor(
    private readonly pgDialect: PgDialect,
    private readonly pgSession: PlinthSession<FullSchema, Schema>,
    schema: RelationalSchemaConfig<Schema> | undefined,
    nestedIndex = 0,
  ) {
    super(pgDialect, pgSession, schema, nestedIndex);
  }

  /** A transaction inside a transaction is a savepoint. */
  override async transaction<Result>(
    run: (tx: PlinthTransaction<FullSchema, Schema>) => Promise<Result>,
  ): Promise<Result> {
    const depth = this.nestedIndex + 1;
    const savepoint = sql.identifier(`plinth_${depth}`);
    const tx = new PlinthTransaction<FullSchema, Schema>(
      this.pgDialect,
      this.pgSession,
      this.schema,
      depth,
    );
    await tx.execute(sql`SAVEPOINT ${savepoint}`);
    try {
      const result = await run(tx);
      await tx.execute(sql`RELEASE SAVEPOINT ${savepoint}`);
      return result;
    } catch (error) {
      await tx.execute(sql`ROLLBACK TO SAVEPOINT ${savepoint}`);
      throw error;
    }
  }
}

function transactionSource(connection: Connection): SessionSource {
  return {
    query: (text, values) => connection.query(text, values),
    queryArrays: (query) => connection.queryArrays(query),
    withConnection: (use) => use(connection),
  };
}

function transactionModes(config: PgTransactionConfig): string {
  const modes = [
    config.isolationLevel === undefined ? [] : [`ISOLATION LEVEL ${config.isolationLevel}`],
    config.accessMode === undefined ? [] : [config.accessMode],
    config.deferrable === undefined ? [] : [config.deferrable ? 'DEFERRABLE' : 'NOT DEFERRABLE'],
  ].flat();
  return modes.length === 0 ? '' : ` ${modes.join(', ').toUpperCase()}`;
}
