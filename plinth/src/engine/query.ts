// The shapes of a query and of its result, the same on a server and on the embedded database.

export type QueryRow = Record<string, unknown>;

export interface QueryField {
  readonly name: string;
  /** The type's oid in pg_type. */
  readonly dataTypeID: number;
}

export interface QueryResult<Row = QueryRow> {
  readonly rows: Row[];
  /** Rows affected or returned; `null` for commands that have no count. */
  readonly rowCount: number | null;
  /** The command's tag, such as `SELECT` or `CREATE`. */
  readonly command: string;
  readonly fields: readonly QueryField[];
}

/** A statement whose rows arrive as arrays, in the order of its columns. */
export interface ArrayQuery {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** What can run one statement: an engine, or one connection of it. */
export interface QueryExecutor {
  /**
   * Runs one statement with bound values, prepared on the connection it runs on. Without `values`
   * it is sent as it is, and may be several statements separated by semicolons, of which the last
   * result is returned.
   */
  query<Row extends QueryRow = QueryRow>(
    text: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>>;
  /** Runs one statement and returns its rows as arrays. */
  queryArrays(query: ArrayQuery): Promise<QueryResult<unknown[]>>;
}

/** A finished query, as the `query` event reports it: never with its values. */
export interface QueryEvent {
  readonly text: string;
  readonly durationMs: number;
  readonly error: unknown;
}
