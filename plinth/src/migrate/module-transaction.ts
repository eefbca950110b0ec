// The open transaction as a module sees it: one statement after another, and no way to end it.
// It neither begins nor ends one itself.

import type { Connection, QueryResult, QueryRow } from '../engine/index.js';
import { isPlinthError, type PlinthError } from '../errors/index.js';
import { splitStatements, transactionRule } from '../sql/index.js';
import { reasonOf } from './module-failed.js';
import { isLockFailure } from './retry-locks.js';
import type { RevisionTransaction } from './revision-module.js';

/** Makes the error of a module from a reason. */
export type Fault = (reason: string, cause?: unknown) => PlinthError;

/**
 * Runs a part of a module in the transaction that is open, and sees that it still is afterwards.
 *
 * @throws What `fault` makes: its cause is PostgreSQL's error where that could not get a lock,
 *   whatever the module made of it. A PlinthError of the part itself stays as it is.
 */
export async function withModuleTransaction<Result>(
  connection: Connection,
  fault: Fault,
  work: (tx: RevisionTransaction) => Promise<Result>,
): Promise<Result> {
  const statements = new ModuleStatements(connection, fault);
  try {
    const result = await work(statements.tx);
    await statements.end();
    return result;
  } catch (error) {
    const { failure } = statements;
    if (isLockFailure(failure)) throw fault(reasonOf(failure), failure);
    if (isPlinthError(error)) throw error;
    throw fault(reasonOf(error), error);
  } finally {
    statements.close();
  }
}

interface RunningStatement {
  readonly text: string;
  readonly end: Promise<void>;
}

/** The statements of one part, in one transaction. */
class ModuleStatements {
  readonly tx: RevisionTransaction = {
    query: (text, values) => this.#watch(text, this.#run(text, values)),
  };
  /** Why the first that failed did; it failed the transaction too. */
  failure: unknown;
  readonly #connection: Connection;
  readonly #fault: Fault;
  #running: RunningStatement | undefined;
  #isClosed = false;

  constructor(connection: Connection, fault: Fault) {
    this.#connection = connection;
    this.#fault = fault;
  }

  async end(): Promise<void> {
    if (this.#running !== undefined) {
      const { text, end } = this.#running;
      await end;
      throw this.#fault(`it ended without having awaited "${text.trim()}"`);
    }
    if (this.failure === undefined) return assertOpen(this.#connection, this.#fault);
    if (isPlinthError(this.failure)) throw this.failure;
    throw this.#fault('a statement failed, and the error was swallowed', this.failure);
  }

  /** From then on statements are refused: they would run in a later transaction, or in none. */
  close(): void {
    this.#isClosed = true;
  }

  async #run<Row extends QueryRow>(
    text: string,
    values: readonly unknown[] | undefined,
  ): Promise<QueryResult<Row>> {
    const words = text.trim();
    if (this.#isClosed) throw this.#fault(`"${words}" came after its transaction had ended`);
    // Without values one text may hold several statements.
    const statements = values === undefined ? splitStatements(text) : [{ text }];
    if (statements.some((one) => transactionRule(one.text) === 'transaction-control')) {
      const reason = `the runner owns the transaction, and "${words}" would end or change it`;
      throw this.#fault(reason);
    }
    return await this.#connection.queryOnce<Row>(text, values);
  }

  /** Notes how it ends, before the module hears of it. */
  #watch<Outcome>(text: string, outcome: Promise<Outcome>): Promise<Outcome> {
    const end: Promise<void> = outcome.then(
      () => this.#ended(running),
      (error: unknown) => {
        this.failure ??= error;
        this.#ended(running);
      },
    );
    const running: RunningStatement = { text, end };
    this.#running = running;
    return outcome;
  }

  #ended(statement: RunningStatement): void {
    if (this.#running === statement) this.#running = undefined;
  }
}

function assertOpen({ transactionState }: Connection, fault: Fault): void {
  switch (transactionState) {
    case 'open':
      return;
    case 'failed':
      throw fault('a statement failed, and the error was swallowed');
    case 'idle':
      throw fault('it ended the transaction it was given');
    default:
      transactionState satisfies never;
  }
}
