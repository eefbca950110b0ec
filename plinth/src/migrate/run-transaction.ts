// Runs steps that are transactions: all statements of one and its entry in the ledger are handed
// over together, so that either both are there or neither. Several may be handed over at once.

import type { Connection, ScriptStatement } from '../engine/index.js';
import type { SqlStatement } from '../sql/index.js';
import { retryObserved } from './retry-locks.js';
import { endedState, placeOf, type RunContext, type StepRun } from './run-context.js';
import { commitFailed, ledgerFailed, statementFailed } from './statement-failed.js';
import { closingStatements, openingStatements, RESET_SESSION } from './transaction-script.js';

/** How many statements are handed over at once: their answers are kept until they are read. */
const CHUNK = 500;

export interface TransactionRun {
  readonly run: StepRun;
  readonly statements: readonly SqlStatement[];
  /** Told when it begins, and when it is committed. */
  readonly onBegin?: () => void;
  readonly onEnd?: () => void;
}

/**
 * Runs one. Where it is the step's own it is begun again when it cannot get a lock in time.
 *
 * @throws PlinthError MIGRATE_STATEMENT_FAILED; the transaction is rolled back.
 */
export async function runTransaction(
  context: RunContext,
  run: StepRun,
  statements: readonly SqlStatement[],
): Promise<void> {
  if (run.together) await runScript(context, [{ run, statements }], () => undefined);
  else await runTransactions(context, [{ run, statements }]);
}

/**
 * Runs several, each in a transaction of its own, in one round trip. Those behind one that fails do
 * not run; those before it stay.
 *
 * @throws PlinthError MIGRATE_STATEMENT_FAILED
 */
export async function runTransactions(
  context: RunContext,
  transactions: readonly TransactionRun[],
): Promise<void> {
  let done = 0;
  await retryObserved(context, (watched) =>
    runScript(watched, transactions.slice(done), () => {
      done += 1;
    }),
  );
}

/** A statement of the script, and what it belongs to. */
interface Part extends ScriptStatement {
  readonly of: TransactionRun;
  /** Among the revision's own statements; `undefined` for one of the runner's. */
  readonly index: number | undefined;
  readonly place: 'first' | 'commits' | 'within';
}

async function runScript(
  context: RunContext,
  transactions: readonly TransactionRun[],
  onCommitted: () => void,
): Promise<void> {
  const { connection } = context;
  const parts = transactions.flatMap((transaction) => partsOf(context, transaction));
  const listener = new ScriptListener(context, parts, onCommitted);
  try {
    listener.begin();
    for (let from = 0; from < parts.length; from += CHUNK) {
      await connection.script(parts.slice(from, from + CHUNK), () => listener.next());
    }
    listener.throwCaught();
  } catch (error) {
    await listener.settle();
    await rollBack(connection);
    listener.throwCaught();
    throw partFailed(context, parts[listener.ended], error);
  }
}

function partsOf(context: RunContext, of: TransactionRun): readonly Part[] {
  const { run, statements } = of;
  const last = statements.length - 1;
  const own = (statement: ScriptStatement, place: Part['place'] = 'within'): Part => {
    return { ...statement, of, index: undefined, place, tellsEnd: place === 'commits' };
  };
  const closing = closingStatements(context, run, run.entry(endedState(run)));
  return [
    ...openingStatements(context, run).map((one, index) =>
      own(one, index === 0 ? 'first' : 'within'),
    ),
    ...statements.map(
      ({ text }, index): Part => ({ text, of, index, place: 'within', tellsEnd: index < last }),
    ),
    ...closing.map((one) => own(one, one.text === 'COMMIT' ? 'commits' : 'within')),
  ];
}

/** Follows a script that runs, and tells of it; what a listener of it throws, stops it. */
class ScriptListener {
  readonly #context: RunContext;
  readonly #parts: readonly Part[];
  readonly #onCommitted: () => void;
  #caught: { readonly error: unknown } | undefined;
  #cancelled: Promise<void> | undefined;
  /** How many parts have ended. */
  ended = 0;

  constructor(context: RunContext, parts: readonly Part[], onCommitted: () => void) {
    this.#context = context;
    this.#parts = parts;
    this.#onCommitted = onCommitted;
  }

  begin(): void {
    this.#guard(() => this.#tellBegin());
    this.throwCaught();
  }

  next(): void {
    const part = this.#parts[this.ended];
    this.ended += 1;
    this.#guard(() => {
      if (part?.place === 'commits') {
        this.#onCommitted();
        part.of.onEnd?.();
      }
      this.#tellBegin();
    });
  }

  /** A cancel that comes later would hit somebody else's statement. */
  async settle(): Promise<void> {
    await this.#cancelled;
  }

  throwCaught(): void {
    if (this.#caught !== undefined) throw this.#caught.error;
  }

  #tellBegin(): void {
    const part = this.#parts[this.ended];
    if (part === undefined) return;
    if (part.place === 'first') part.of.onBegin?.();
    // What opens a transaction takes no time: its first statement is what is waited for.
    const { run, statements } = part.of;
    const index = part.place === 'first' ? 0 : part.index;
    const statement = index === undefined ? undefined : statements[index];
    const isTold = part.place !== 'first' && index === 0;
    if (statement === undefined || index === undefined || isTold) return;
    this.#context.observer?.begin(placeOf(run, statement, index));
  }

  /** It is called while an answer of the server is read, where nobody could catch anything. */
  #guard(tell: () => void): void {
    if (this.#caught !== undefined) return;
    try {
      tell();
    } catch (error) {
      this.#caught = { error };
      if (this.ended > 0) this.#cancelled = this.#context.connection.cancel();
    }
  }
}

function partFailed({ observer }: RunContext, part: Part | undefined, error: unknown): unknown {
  if (part === undefined) return error;
  const { run, statements } = part.of;
  const statement = part.index === undefined ? undefined : statements[part.index];
  if (statement === undefined) return runnerFailed(run, part.text, error);
  const blockers = observer?.blockers ?? [];
  return statementFailed({ run, statement, alone: false, blockers }, error);
}

/** The failure of a statement that is not the revision's own. */
export function runnerFailed(run: StepRun, text: string | undefined, error: unknown): Error {
  return text === 'COMMIT' ? commitFailed(run, error) : ledgerFailed(run, error);
}

/** Ends a transaction that failed, and forgets what it set. */
export async function rollBack(connection: Connection): Promise<void> {
  // The statement's own error is the one to tell; without a session there is nothing to undo.
  await connection.rollBack().catch(() => undefined);
  await resetSession(connection);
}

export async function resetSession(connection: Connection): Promise<void> {
  // Without a session there is nothing to reset, and one that is aborted is reset by the pool.
  await connection.query(RESET_SESSION).catch(() => undefined);
}
