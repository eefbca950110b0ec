// The transaction in which a proof happens: every attempt starts from the same filled tables, and
// nothing of it stays. It knows no tables.

import type { Connection } from '../engine/index.js';
import { quoteLiteral, readServerFailure } from '../sql/index.js';

/** In whose name a statement is tried. */
export interface Actor {
  /** What the setting holds; `undefined` leaves it as it was. */
  readonly setting: string | undefined;
  /** The role; `none` is the connection's own. */
  readonly role: string;
}

/** How a statement ended. */
export type Outcome =
  | {
      readonly ended: 'well';
      /** Rows that it returned or changed. */
      readonly count: number;
      readonly rows: readonly Readonly<Record<string, unknown>>[];
      /** What PostgreSQL said meanwhile: notices. */
      readonly said: string;
    }
  | {
      readonly ended: 'badly';
      readonly sqlstate: string;
      readonly constraint: string | undefined;
      /** Where in the statement it was found, from 0; behind its end or before it for elsewhere. */
      readonly position: number | undefined;
      /** The message alone. */
      readonly message: string;
      /** All of PostgreSQL's words, notices too. */
      readonly said: string;
    };

const SAVEPOINT = 'plinth_isolation';

export class Stage {
  readonly setting: string;
  readonly #connection: Connection;
  #notices: string[] = [];

  constructor(connection: Connection, setting: string) {
    this.#connection = connection;
    this.setting = setting;
    connection.on('notice', (message) => this.#notices.push(message));
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Opens the transaction; waiting for others is bounded. */
  async open(): Promise<void> {
    await this.#connection.query(
      `BEGIN; SET LOCAL statement_timeout = '20s'; SET LOCAL lock_timeout = '3s';
       SAVEPOINT ${SAVEPOINT}`,
    );
  }

  /** From here on every attempt starts from what is there now. */
  async keep(): Promise<void> {
    await this.#connection.query(`RELEASE SAVEPOINT ${SAVEPOINT}; SAVEPOINT ${SAVEPOINT}`);
  }

  /** A place to come back to with `restore`. */
  async mark(name: string): Promise<void> {
    await this.#connection.query(
      `ROLLBACK TO SAVEPOINT ${SAVEPOINT}; SAVEPOINT ${name}; SAVEPOINT ${SAVEPOINT}`,
    );
  }

  async restore(name: string): Promise<void> {
    await this.#connection.query(
      `ROLLBACK TO SAVEPOINT ${name}; RELEASE SAVEPOINT ${name}; SAVEPOINT ${SAVEPOINT}`,
    );
  }

  /** Tries a statement from the kept state; what the attempt before it did is gone. */
  async attempt(actor: Actor, sql: string): Promise<Outcome> {
    return await this.#run(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}; ${this.#become(actor)}`, sql);
  }

  /** Tries a statement where the last attempt has ended. It must have ended well. */
  async follow(actor: Actor, sql: string): Promise<Outcome> {
    return await this.#run(this.#become(actor), sql);
  }

  /** Tries a statement whose effect stays where it ends well. */
  async perform(actor: Actor, sql: string): Promise<Outcome> {
    const outcome = await this.attempt(actor, sql);
    if (outcome.ended === 'well') await this.keep();
    return outcome;
  }

  // The setting first: a role may not be allowed to change it.
  #become({ setting, role }: Actor): string {
    const tenant =
      setting === undefined
        ? ''
        : `set_config(${quoteLiteral(this.setting)}, ${quoteLiteral(setting)}, true), `;
    return `SELECT set_config('role', 'none', true), ${tenant}set_config('role', ${quoteLiteral(role)}, true);\n`;
  }

  async #run(before: string, sql: string): Promise<Outcome> {
    this.#notices = [];
    try {
      const { rows, rowCount } = await this.#connection.query(before + sql);
      const said = this.#notices.join('\n');
      return { ended: 'well', count: rowCount ?? 0, rows, said };
    } catch (error) {
      const { message, sqlstate, detail, hint, position } = readServerFailure(error);
      // Without an SQLSTATE it is the connection that failed, not the attempt.
      if (sqlstate === undefined) throw error;
      const said = [message, detail, hint, ...this.#notices].filter((one) => one !== undefined);
      const constraint: unknown = error instanceof Error ? Reflect.get(error, 'constraint') : '';
      return {
        ended: 'badly',
        sqlstate,
        message,
        position: position === undefined ? undefined : position - 1 - before.length,
        said: said.join('\n'),
        constraint: typeof constraint === 'string' ? constraint : undefined,
      };
    }
  }
}
