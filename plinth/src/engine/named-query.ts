// A query of node-postgres with its name and row mode set without the copy of a configuration
// object, and without asking again for columns that are known: these cost more than all else that
// is done for a query here.

import { type Connection, Query, type ResultBuilder } from 'pg';
import type { PreparedStatement, RowShape } from './statement-cache.js';

declare module 'pg' {
  // What node-postgres' own queries use, beyond what its types publish.
  interface Query {
    name: string | undefined;
    readonly _result: RowParser;
    _accumulateRows: boolean;
    prepare(connection: Connection): void;
    hasBeenParsed(connection: Connection): boolean;
    handleCommandComplete(message: object, connection: Connection): void;
  }
}

interface RowParser extends Omit<RowShape, 'connection'> {
  parseRow: (fields: readonly (string | null)[]) => unknown;
  readonly _parseRowAsArray: (fields: readonly (string | null)[]) => unknown;
}

/** How a statement ended: with an error, or with a result. */
export type Settle = (error: Error | undefined, result: ResultBuilder) => void;

export interface NamedStatement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** What to run it as; without it the statement is parsed each time. */
  readonly prepared: PreparedStatement | undefined;
  readonly rowMode: 'object' | 'array';
}

/**
 * Statements with a plan, whose columns PostgreSQL holds to. Those of a FETCH or an EXECUTE are
 * another's, and a CALL looks at its procedure each time.
 */
const PLANNED = /^\s*(?:select|insert|update|delete|merge|with|values|table)\b/i;

const LEAVE_OUT = { describe: { value: () => undefined } };

export class NamedQuery extends Query {
  readonly #prepared: PreparedStatement | undefined;

  constructor({ text, values, prepared, rowMode }: NamedStatement, settle: Settle) {
    super(text, [...values], (error, result) => settle(error ?? undefined, result));
    this.name = prepared?.name;
    this.#prepared = prepared;
    if (rowMode === 'array') this._result.parseRow = this._result._parseRowAsArray;
  }

  /**
   * Leaves Describe out where the answer is known: PostgreSQL refuses to run a prepared statement
   * whose result would have other columns than before.
   */
  override prepare(connection: Connection): void {
    const shape = this.#prepared?.shape;
    if (shape === undefined || !this.hasBeenParsed(connection)) {
      super.prepare(connection);
      return;
    }
    this._result.fields = shape.fields;
    this._result._parsers = shape._parsers;
    this._result._prebuiltEmptyResultObject = shape._prebuiltEmptyResultObject;
    this._accumulateRows = true;
    super.prepare(shape.connection);
  }

  override handleCommandComplete(message: object, connection: Connection): void {
    super.handleCommandComplete(message, connection);
    const prepared = this.#prepared;
    if (prepared === undefined || prepared.shape !== undefined || !PLANNED.test(prepared.text))
      return;
    const { fields, _parsers, _prebuiltEmptyResultObject } = this._result;
    const silent: Connection = Object.create(connection, LEAVE_OUT);
    prepared.shape = { fields, _parsers, _prebuiltEmptyResultObject, connection: silent };
  }
}
