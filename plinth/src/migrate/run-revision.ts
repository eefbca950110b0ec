// Runs one revision in one direction on one connection, step by step, and writes each step into
// the ledger: inside the step's transaction, or around a statement that stands alone.

import type { Connection } from '../engine/index.js';
import { PlinthError } from '../errors/index.js';
import type { Revision } from '../revisions/index.js';
import type { SqlStatement } from '../sql/index.js';
import type { Interrupted } from './applied-state.js';
import { appendEntry, type Direction, type EntryState } from './ledger.js';
import { type RevisionStep, revisionSteps, stepsFingerprint } from './revision-steps.js';
import { runModule } from './run-module.js';
import { commitFailed, statementFailed } from './statement-failed.js';

export interface RevisionRun {
  readonly revision: Revision;
  readonly direction: Direction;
  /** Where an earlier run of the same revision stopped. */
  readonly interrupted: Interrupted | undefined;
}

/**
 * Runs what is left of a revision.
 *
 * @returns How long it took, in milliseconds.
 * @throws PlinthError MIGRATE_STATEMENT_FAILED; the step that failed is undone.
 *   MIGRATE_INTERRUPTED when steps that an earlier run has ended were changed in the file.
 */
export async function runRevision(connection: Connection, run: RevisionRun): Promise<number> {
  const { revision, direction, interrupted } = run;
  const start = performance.now();
  const steps = revisionSteps(revision, direction);
  const done = interrupted?.stepsDone ?? 0;
  if (interrupted !== undefined) assertSameStart(run, steps, interrupted);
  const append = (state: EntryState, step: number) =>
    appendEntry(connection, {
      revision,
      direction,
      state,
      step,
      steps: steps.length,
      fingerprint: entryFingerprint(revision, steps, state, step),
      durationMs: performance.now() - start,
    });
  for (const [index, step] of steps.entries()) {
    const number = index + 1;
    if (number <= done) continue;
    const place = { number, count: steps.length };
    await runStep(connection, run, step, { ...place, append: (state) => append(state, number) });
  }
  // What was left to run was taken out of the file: all that is in it has run.
  if (done >= steps.length) await append('finished', steps.length);
  return performance.now() - start;
}

/**
 * Runs a revision step by step where no ledger is, as in a scratch. The work may be called again
 * after it failed: it goes on at the step that did.
 *
 * @throws PlinthError MIGRATE_STATEMENT_FAILED; the step that failed is undone.
 */
export function rehearseRevision(
  revision: Revision,
  direction: Direction,
): (connection: Connection) => Promise<void> {
  const steps = revisionSteps(revision, direction);
  const run = { revision, direction, interrupted: undefined };
  const append = async () => undefined;
  let done = 0;
  return async (connection) => {
    for (const step of steps.slice(done)) {
      if (!(await rehearseAtOnce(connection, step))) {
        await runStep(connection, run, step, { number: done + 1, count: steps.length, append });
      }
      done += 1;
    }
  };
}

/** The whole step in one message. Where it fails, it has to be run again to tell the statement. */
async function rehearseAtOnce(connection: Connection, step: RevisionStep): Promise<boolean> {
  if (step.kind !== 'transaction') return false;
  const texts = step.statements.map(({ text }) => text);
  try {
    await connection.query(
      ['BEGIN', ...texts, 'RESET ROLE', 'COMMIT', RESET_SESSION].join('\n;\n'),
    );
    return true;
  } catch {
    // Without a session there is nothing to undo, and the next run says so.
    await connection.query('ROLLBACK').catch(() => undefined);
    await resetSession(connection);
    return false;
  }
}

/** What an entry says of the file: all of it when it ended, else the steps that have ended. */
function entryFingerprint(
  revision: Revision,
  steps: readonly RevisionStep[],
  state: EntryState,
  step: number,
): string {
  if (state === 'finished') return revision.fingerprint;
  return stepsFingerprint(steps, state === 'started' ? step - 1 : step);
}

function assertSameStart(
  { revision, direction }: RevisionRun,
  steps: readonly RevisionStep[],
  { stepsDone, fingerprint }: Interrupted,
): void {
  const isWhole = steps.length >= stepsDone;
  if (isWhole && stepsFingerprint(steps, stepsDone) === fingerprint) return;
  throw new PlinthError(
    'MIGRATE_INTERRUPTED',
    `${revision.path} changed in the ${stepsDone} of its steps that the interrupted ` +
      `${direction} has run already`,
    { hint: 'Restore those statements as they were; what follows them may be corrected.' },
  );
}

interface StepPlace {
  readonly number: number;
  readonly count: number;
  readonly append: (state: EntryState) => Promise<void>;
}

async function runStep(
  connection: Connection,
  run: RevisionRun,
  step: RevisionStep,
  place: StepPlace,
): Promise<void> {
  const ended: EntryState = place.number === place.count ? 'finished' : 'step';
  if (step.kind === 'alone') {
    await place.append('started');
    try {
      await runStatement(connection, run, step.statement, { ...place, alone: true });
    } finally {
      await resetSession(connection);
    }
    await place.append(ended);
    return;
  }
  await connection.query('BEGIN');
  try {
    if (step.kind === 'module') {
      await runModule(connection, run.revision, run.direction);
    } else {
      for (const statement of step.statements) {
        await runStatement(connection, run, statement, { ...place, alone: false });
      }
    }
    // The revision may have changed into a role that may not write the ledger.
    await connection.query('RESET ROLE');
    await place.append(ended);
  } catch (error) {
    // The statement's own error is the one to tell; without a session there is nothing to undo.
    await connection.query('ROLLBACK').catch(() => undefined);
    await resetSession(connection);
    throw error;
  }
  await commit(connection, run);
}

async function runStatement(
  connection: Connection,
  run: RevisionRun,
  statement: SqlStatement,
  place: StepPlace & { readonly alone: boolean },
): Promise<void> {
  try {
    await connection.query(statement.text);
  } catch (error) {
    const undone = place.alone || place.count > 1 ? 'step' : 'revision';
    throw statementFailed(
      { ...run, statement, undone, step: place.number, steps: place.count },
      error,
    );
  }
}

async function commit(connection: Connection, run: RevisionRun): Promise<void> {
  try {
    await connection.query(`COMMIT; ${RESET_SESSION}`);
  } catch (error) {
    await resetSession(connection);
    throw commitFailed(run, error);
  }
}

/** Settings and roles that a revision left behind must not reach what comes after it. */
const RESET_SESSION = 'RESET ROLE; RESET ALL';

async function resetSession(connection: Connection): Promise<void> {
  // Without a session there is nothing to reset.
  await connection.query(RESET_SESSION).catch(() => undefined);
}
