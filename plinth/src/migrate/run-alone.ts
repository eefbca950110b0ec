// Runs a statement that PostgreSQL refuses in a transaction: the ledger is told before it and after
// it, and what was seen before it tells later whether an interrupted one had done its work.

import type { SqlStatement } from '../sql/index.js';
import { appendEntry, type JsonObject } from './ledger.js';
import { readLoneStatement } from './lone-statement.js';
import { observeBefore, recover } from './recover-statement.js';
import { retryObserved } from './retry-locks.js';
import { endedState, placeOf, type RunContext, type StepRun } from './run-context.js';
import { resetSession } from './run-transaction.js';
import { statementFailed } from './statement-failed.js';
import { loneLockTimeoutMs } from './statement-lock-timeout.js';

/**
 * @throws PlinthError MIGRATE_STATEMENT_FAILED
 */
export async function runAlone(
  context: RunContext,
  run: StepRun,
  statement: SqlStatement,
): Promise<void> {
  const { connection, ledger } = context;
  const lone = readLoneStatement(statement.text);
  const earlier = startedBefore(run);
  let observed = earlier;
  if (observed === undefined) {
    observed = await observeBefore(connection, lone);
    await appendEntry(connection, run.entry('started', observed), ledger);
  }
  const look = observed;
  const tell = (what: string) => context.tell({ kind: 'recovered', revision: run.revision, what });
  const settle = () => recover(connection, lone, look, tell);
  const isDone = earlier !== undefined && (await settle());
  if (!isDone) await runWithLocks(context, run, statement, settle);
  await appendEntry(connection, run.entry(endedState(run)), ledger);
}

/** What was seen before the same step by a run that was interrupted in it. */
function startedBefore({ interrupted, step }: StepRun): JsonObject | undefined {
  if (interrupted?.state !== 'started' || interrupted.stepsDone !== step - 1) return undefined;
  return interrupted.observed ?? {};
}

async function runWithLocks(
  context: RunContext,
  run: StepRun,
  statement: SqlStatement,
  settle: () => Promise<boolean>,
): Promise<void> {
  let isFirst = true;
  await retryObserved(context, async (watched) => {
    // A concurrent build that could not get its locks has left an invalid index.
    const isDone = !isFirst && (await settle());
    isFirst = false;
    if (!isDone) await runOnce(watched, run, statement);
  });
}

async function runOnce(
  { connection, statementLockTimeoutMs, observer }: RunContext,
  run: StepRun,
  statement: SqlStatement,
): Promise<void> {
  const timeoutMs = loneLockTimeoutMs(statement.text, statementLockTimeoutMs);
  await connection.query(`SET lock_timeout = ${timeoutMs}`);
  observer?.begin(placeOf(run, statement));
  try {
    await connection.query(statement.text);
  } catch (error) {
    const blockers = observer?.blockers ?? [];
    throw statementFailed({ run, statement, alone: true, blockers }, error);
  } finally {
    await resetSession(connection);
  }
}
