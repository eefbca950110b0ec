// Several statements handed over at once, before a single Sync: one round trip for all of them,
// and still an end for each. It opens and ends no transaction.

import { type Connection, Query } from 'pg';

declare module 'pg' {
  // What node-postgres' own queries use, beyond what its types publish.
  interface Connection {
    flush(): void;
  }
}

/** One statement of a script. */
export interface ScriptStatement {
  readonly text: string;
  readonly values?: readonly (string | null)[];
  /** Its end is told at once; without it the server keeps its answers until more have ended. */
  readonly tellsEnd?: boolean;
}

interface ScriptQueryEvents {
  /** A statement has ended well. */
  readonly onEnded: () => void;
  /** All have ended, or one failed and those behind it did not run. */
  readonly onSettled: (error: Error | undefined) => void;
}

/**
 * After a statement that fails PostgreSQL runs none of those behind it (PostgreSQL documentation,
 * 54.2.4 "Pipelining"). Rows are not looked at.
 */
export class ScriptQuery extends Query {
  readonly #statements: readonly ScriptStatement[];
  readonly #onEnded: () => void;

  constructor(statements: readonly ScriptStatement[], { onEnded, onSettled }: ScriptQueryEvents) {
    super('', (error) => onSettled(error ?? undefined));
    this.#statements = statements;
    this.#onEnded = onEnded;
  }

  override requiresPreparation(): boolean {
    return true;
  }

  override prepare(connection: Connection): void {
    for (const { text, values = [], tellsEnd = false } of this.#statements) {
      connection.parse({ name: '', text });
      connection.bind({ statement: '', values });
      connection.execute({});
      if (tellsEnd) connection.flush();
    }
    connection.sync();
  }

  override handleDataRow(): void {
    // Nobody asked for rows.
  }

  override handleCommandComplete(): void {
    this.#onEnded();
  }

  override handleEmptyQuery(): void {
    this.#onEnded();
  }
}
