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
  if (interrupted !== undefined) assertSameStart(run, steps, interrupted);
  for (const [index, step] of steps.entries()) {
    if (index < (interrupted?.stepsDone ?? 0)) continue;
    await runStep(connection, run, step, {
      number: index + 1,
      count: steps.length,
      append: (state) =>
        appendEntry(connection, {
          revision,
          direction,
          state,
          step: index + 1,
          steps: steps.length,
          fingerprint: entryFingerprint(revision, steps, state, index),
          durationMs: performance.now() - start,
        }),
    });
  }
  return performance.now() - start;
}

/** What an entry says of the file: all of it when it ended, else the steps that have ended. */
function entryFingerprint(
  revision: Revision,
  steps: readonly RevisionStep[],
  state: EntryState,
  index: number,
): string {
  if (state === 'finished') return revision.fingerprint;
  return stepsFingerprint(steps, state === 'started' ? index : index + 1);
}

function assertSameStart(
  { revision, direction }: RevisionRun,
  steps: readonly RevisionStep[],
  { stepsDone, fingerprint }: Interrupted,
): void {
  if (stepsFingerprint(steps, stepsDone) === fingerprint) return;
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
  append(state: EntryState): Promise<void>;
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
    await runStatement(connection, run, step.statement, { ...place, alone: true });
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
    await place.append(ended);
  } catch (error) {
    // The statement's own error is the one to tell; without a session there is nothing to undo.
    await connection.query('ROLLBACK').catch(() => undefined);
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
    // Settings and roles that a revision left behind must not reach the next one.
    await connection.query('COMMIT; RESET ROLE; RESET ALL');
  } catch (error) {
    throw commitFailed(run, error);
  }
}
