// Runs a statement that PostgreSQL refuses in a transaction: the ledger is told before it and after
// it, and what was seen before it tells later whether an interrupted one had done its work.

import { normalizeSql, type SqlStatement } from '../sql/index.js';
import { appendEntry, type JsonObject } from './ledger.js';
import { readLoneStatement } from './lone-statement.js';
import type { Recovery } from './recover-index.js';
import { observeBefore, recover } from './recover-statement.js';
import { retryObserved } from './retry-locks.js';
import { endedState, placeOf, type RunContext, type StepRun, wasStarted } from './run-context.js';
import { resetSession } from './run-transaction.js';
import { statementFailed } from './statement-failed.js';
import { loneLockTimeoutMs } from './statement-lock-timeout.js';

/** @throws PlinthError MIGRATE_STATEMENT_FAILED */
export async function runAlone(
  context: RunContext,
  run: StepRun,
  statement: SqlStatement,
): Promise<void> {
  const { connection, ledger } = context;
  const { text } = statement;
  let started = startedBefore(run, text);
  const isSettled = started !== undefined && (await settleFirst(context, run, statement, started));
  // Where it was corrected meanwhile, only what the earlier one had left half-done was settled.
  if (started === undefined || normalizeSql(started.text) !== normalizeSql(text)) {
    const seen = await observeBefore(connection, readLoneStatement(text));
    started = { text, observed: { ...seen, statement: text } };
    await appendEntry(connection, run.entry('started', started.observed), ledger);
    await runWithLocks(context, run, statement, started);
  } else if (!isSettled) {
    await runWithLocks(context, run, statement, started);
  }
  await appendEntry(connection, run.entry(endedState(run)), ledger);
}

/**
 * Puts right what a statement that stood alone had left, where it was corrected into one that does
 * not: into the first of these, or taken out of the file.
 */
export async function settleEarlier(
  context: RunContext,
  run: StepRun,
  [statement]: readonly SqlStatement[],
): Promise<void> {
  const started = startedBefore(run, '');
  if (started === undefined) return;
  await settleFirst(context, run, statement ?? { text: '', line: 1, offset: 0 }, started);
}

/** A statement that the ledger has as started, and what was seen before it. */
interface Started {
  readonly text: string;
  readonly observed: JsonObject;
}

/** What a run that was interrupted in the same step had begun there. */
function startedBefore(run: StepRun, text: string): Started | undefined {
  if (!wasStarted(run)) return undefined;
  const observed = run.interrupted?.observed ?? {};
  const { statement } = observed;
  return { text: typeof statement === 'string' ? statement : text, observed };
}

async function settleFirst(
  context: RunContext,
  run: StepRun,
  statement: SqlStatement,
  started: Started,
): Promise<boolean> {
  return await settle(context, run, started, (text) =>
    retryObserved(context, (watched) => runOnce(watched, run, { ...statement, text })),
  );
}

async function settle(
  { connection, tell }: RunContext,
  { revision }: StepRun,
  { text, observed }: Started,
  execute: Recovery['execute'],
): Promise<boolean> {
  return await recover(connection, readLoneStatement(text), {
    observed,
    execute,
    tell: (what) => tell({ kind: 'recovered', revision, what }),
  });
}

async function runWithLocks(
  context: RunContext,
  run: StepRun,
  statement: SqlStatement,
  started: Started,
): Promise<void> {
  let isFirst = true;
  await retryObserved(context, async (watched) => {
    // A concurrent build that could not get its locks has left an invalid index.
    const execute = (text: string) => runOnce(watched, run, { ...statement, text });
    const isDone = !isFirst && (await settle(watched, run, started, execute));
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
