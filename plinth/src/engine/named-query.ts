// A query of node-postgres with its name and row mode set without the copy of a configuration
// object, which costs more than all else that is done for a query here.

import { Query, type ResultBuilder } from 'pg';

declare module 'pg' {
  // What node-postgres' own queries use, beyond what its types publish.
  interface Query {
    name: string | undefined;
    readonly _result: RowParser;
  }
}

interface RowParser {
  parseRow: (fields: readonly (string | null)[]) => unknown;
  readonly _parseRowAsArray: (fields: readonly (string | null)[]) => unknown;
}

/** How a statement ended: with an error, or with a result. */
export type Settle = (error: Error | undefined, result: ResultBuilder) => void;

export interface NamedStatement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** The prepared statement to run it as; without one it is parsed each time. */
  readonly name: string | undefined;
  readonly rowMode: 'object' | 'array';
}

export class NamedQuery extends Query {
  constructor({ text, values, name, rowMode }: NamedStatement, settle: Settle) {
    super(text, [...values], (error, result) => settle(error ?? undefined, result));
    this.name = name;
    if (rowMode === 'array') this._result.parseRow = this._result._parseRowAsArray;
  }
}
