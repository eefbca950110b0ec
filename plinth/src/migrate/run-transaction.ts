// Runs a step that is a transaction: all of its statements and its entry in the ledger are handed
// over together, so that either both are there or neither.

import type { Connection, ScriptStatement } from '../engine/index.js';
import type { SqlStatement } from '../sql/index.js';
import { retryObserved } from './retry-locks.js';
import { endedState, placeOf, type RunContext, type StepRun } from './run-context.js';
import { commitFailed, ledgerFailed, statementFailed } from './statement-failed.js';
import { closingStatements, openingStatements, RESET_SESSION } from './transaction-script.js';

/** How many statements are handed over at once: their answers are kept until they are read. */
const CHUNK = 500;

/**
 * Where the transaction is the step's own it is begun again when it cannot get a lock in time.
 *
 * @throws PlinthError MIGRATE_STATEMENT_FAILED; the transaction is rolled back.
 */
export async function runTransaction(
  context: RunContext,
  run: StepRun,
  statements: readonly SqlStatement[],
): Promise<void> {
  const attempt = (watched: RunContext) => runOnce(watched, run, statements);
  if (run.together) await attempt(context);
  else await retryObserved(context, attempt);
}

async function runOnce(
  context: RunContext,
  run: StepRun,
  statements: readonly SqlStatement[],
): Promise<void> {
  const { connection, observer } = context;
  const opening = openingStatements(context, run);
  const closing = closingStatements(context, run, run.entry(endedState(run)));
  const last = statements.length - 1;
  const texts = statements.map(
    ({ text }, index): ScriptStatement => ({ text, tellsEnd: index < last }),
  );
  const script = [...opening, ...texts, ...closing];
  let ended = 0;
  const begin = (index: number) => {
    const statement = statements[index];
    if (statement !== undefined) observer?.begin(placeOf(run, statement, index));
  };
  const onEnded = () => {
    ended += 1;
    if (ended > opening.length) begin(ended - opening.length);
  };
  try {
    begin(0);
    for (let from = 0; from < script.length; from += CHUNK) {
      await connection.script(script.slice(from, from + CHUNK), onEnded);
    }
  } catch (error) {
    await rollBack(connection);
    const statement = statements[ended - opening.length];
    if (statement === undefined) throw runnerFailed(run, script[ended]?.text, error);
    const blockers = observer?.blockers ?? [];
    throw statementFailed({ run, statement, alone: false, blockers }, error);
  }
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
