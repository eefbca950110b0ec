// Which statements a connection has prepared on its server, under which names, and which of them
// to give up when there are too many. It sends nothing.

import type { Connection, FieldDef } from 'pg';

/** A statement that a connection has prepared, or will when it is first run. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
  /** Known once it ran. */
  shape: RowShape | undefined;
}

/** What node-postgres makes of the description of a result, under its own names. */
export interface RowShape {
  fields: FieldDef[];
  _parsers: readonly ((text: string) => unknown)[] | undefined;
  _prebuiltEmptyResultObject: object | null;
  /** The statement's connection, without the message that asks for the description. */
  readonly connection: Connection;
}

/** The names of one connection's prepared statements, least recently used first. */
export class StatementCache {
  readonly #size: number;
  readonly #statements = new Map<string, PreparedStatement>();
  /** The one used last: its place in the order is right already. */
  #latest: PreparedStatement | undefined;
  #evicted: string[] = [];
  #count = 0;

  /** @param size Most statements kept; 0 prepares none. */
  constructor(size: number) {
    this.#size = size;
  }

  /** Whether nothing may be prepared under a name. */
  get isOff(): boolean {
    return this.#size === 0;
  }

  /** What to run a text as; `undefined` to run it without a name. */
  statementOf(text: string): PreparedStatement | undefined {
    if (this.#latest?.text === text) return this.#latest;
    if (this.#size === 0) return undefined;
    const known = this.#statements.get(text);
    if (known !== undefined) {
      this.#statements.delete(text);
      this.#statements.set(text, known);
      this.#latest = known;
      return known;
    }
    const statement = { name: `plinth_${++this.#count}`, text, shape: undefined };
    this.#statements.set(text, statement);
    this.#latest = statement;
    if (this.#statements.size > this.#size) this.#evictOldest();
    return statement;
  }

  /** The names given up since the last call: the server must be told to forget them. */
  takeEvicted(): readonly string[] {
    const evicted = this.#evicted;
    if (evicted.length > 0) this.#evicted = [];
    return evicted;
  }

  /** Gives the text another name at its next use. */
  forget(text: string): void {
    if (this.#latest?.text === text) this.#latest = undefined;
    this.#statements.delete(text);
  }

  get size(): number {
    return this.#statements.size;
  }

  #evictOldest(): void {
    for (const [text, { name }] of this.#statements) {
      this.#statements.delete(text);
      this.#evicted.push(name);
      return;
    }
  }
}
