// A query with something to set for it in the same round trip: both are sent before one Sync, so
// that PostgreSQL runs them as one transaction. Nothing that is set outlives it.

import type { Connection } from 'pg';
import { NamedQuery, type NamedStatement, type Settle } from './named-query.js';

declare module 'pg' {
  // What node-postgres' own queries use, beyond what its types publish.
  interface Query {
    requiresPreparation(): boolean;
    handleDataRow(message: object): void;
    handleError(error: Error, connection: Connection): void;
    handleEmptyQuery(connection: Connection): void;
  }
  interface Connection {
    readonly parsedStatements: Record<string, string>;
    readonly submittedNamedStatements: Record<string, string>;
    parse(query: { readonly name: string; readonly text: string }): void;
    bind(config: { readonly statement: string; readonly values: readonly (string | null)[] }): void;
    execute(config: object): void;
  }
}

/** The statement that is sent first. Its rows are not looked at. */
export interface Prelude {
  /**
   * The name it is prepared under on the server; the same name always has the same text. Empty
   * where nothing may be kept there.
   */
  readonly name: string;
  readonly text: string;
  readonly values: readonly string[];
}

/**
 * Runs a prelude and a query before a single Sync. PostgreSQL treats what stands before a Sync as
 * one transaction (PostgreSQL documentation, 54.2.3 "Extended Query" and 54.2.4 "Pipelining"), so
 * `set_config(…, true)` holds for the query and is undone with it, on success and on error.
 */
export class ScopedQuery extends NamedQuery {
  readonly #prelude: Prelude;
  readonly #ownName: string | undefined;
  #inPrelude = false;

  constructor(prelude: Prelude, statement: NamedStatement, settle: Settle) {
    super(statement, settle);
    this.#prelude = prelude;
    this.#ownName = statement.prepared?.name;
  }

  // Also without values: only the extended protocol can carry two statements to one Sync.
  override requiresPreparation(): boolean {
    return true;
  }

  override prepare(connection: Connection): void {
    const { name, text, values } = this.#prelude;
    const isNew = connection.parsedStatements[name] === undefined;
    if (isNew) connection.parse({ name, text });
    connection.bind({ statement: name, values });
    connection.execute({});
    super.prepare(connection);
    this.#inPrelude = true;
    // node-postgres notes the active query's name as parsed at any ParseComplete, and the first
    // one belongs to the prelude. A cancel or a time limit can keep even that from being parsed.
    this.name = isNew ? name : undefined;
  }

  override handleDataRow(message: object): void {
    if (!this.#inPrelude) super.handleDataRow(message);
  }

  override handleCommandComplete(message: object, connection: Connection): void {
    if (!this.#inPrelude) {
      super.handleCommandComplete(message, connection);
      return;
    }
    this.#inPrelude = false;
    this.name = this.#ownName;
  }

  override handleError(error: Error, connection: Connection): void {
    if (this.#inPrelude && this.#ownName !== undefined) {
      // It was submitted and never reached: it must be sent again next time.
      delete connection.submittedNamedStatements[this.#ownName];
    }
    super.handleError(error, connection);
  }
}
