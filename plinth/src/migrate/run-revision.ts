// Runs one revision in one direction, step by step, from where an earlier run of it stopped. Each
// step and its entry in the ledger belong together; how they do is the step's own matter.

import { PlinthError } from '../errors/index.js';
import type { SqlStatement } from '../sql/index.js';
import {
  entryFingerprint,
  type RevisionStep,
  revisionSteps,
  stepStatements,
  stepsFingerprint,
} from './revision-steps.js';
import { runAlone, settleEarlier } from './run-alone.js';
import { type RevisionRun, type RunContext, type StepRun, wasStarted } from './run-context.js';
import { runSteppedModule, runWholeModule } from './run-module-revision.js';
import { runTransaction, type TransactionRun } from './run-transaction.js';
import { endsTransaction } from './statement-failed.js';

/**
 * Runs what is left of a revision.
 *
 * @param together Whether it runs in a transaction that is open, with other revisions.
 * @returns How long it took, in milliseconds.
 * @throws PlinthError MIGRATE_STATEMENT_FAILED; the step that failed is undone.
 *   MIGRATE_INTERRUPTED when steps that an earlier run has ended were changed in the file.
 */
export async function runRevision(
  context: RunContext,
  run: RevisionRun,
  together = false,
): Promise<number> {
  const { revision, interrupted } = run;
  const start = performance.now();
  const { steps, stepRun } = divide(context, run, together);
  assertSameStart(run, steps);
  // A module's own steps are counted by itself.
  const done = revision.source.kind === 'module' ? 0 : (interrupted?.stepsDone ?? 0);
  for (const [index, step] of steps.entries()) {
    if (index >= done) await runStep(context, stepRun(index + 1), step);
  }
  // What was left to run was taken out of the file: all that is in it has run.
  if (done >= steps.length) {
    await settleEarlier(context, stepRun(done + 1), []);
    await runTransaction(context, stepRun(steps.length), []);
  }
  return performance.now() - start;
}

/**
 * All of a revision that is one transaction, to be handed over with others like it; `undefined`
 * where it is not, or where an earlier run of it was interrupted.
 */
export function wholeTransaction(
  context: RunContext,
  run: RevisionRun,
): Pick<TransactionRun, 'run' | 'statements'> | undefined {
  const { steps, stepRun } = divide(context, run, false);
  const [step, ...others] = steps;
  if (step?.kind !== 'transaction' || others.length > 0) return undefined;
  if (run.interrupted !== undefined) return undefined;
  return { run: stepRun(1), statements: step.statements };
}

interface Division {
  readonly steps: readonly RevisionStep[];
  /** @param number Of the step, from 1. */
  readonly stepRun: (number: number) => StepRun;
}

function divide(context: RunContext, run: RevisionRun, together: boolean): Division {
  const { revision, direction, interrupted } = run;
  const start = performance.now();
  const steps = revisionSteps(revision, direction, interrupted);
  const counts = steps.map((step) => stepStatements(step).length);
  const stepRun = (number: number): StepRun => ({
    ...run,
    step: number,
    steps: steps.length,
    together,
    before: sum(counts.slice(0, number - 1)),
    statements: sum(counts),
    entry: (state, observed) => ({
      revision,
      direction,
      state,
      step: number,
      steps: steps.length,
      fingerprint: entryFingerprint(revision, steps, state, number),
      durationMs: number === 1 ? 0 : performance.now() - start,
      tag: context.tag,
      ...(observed === undefined ? {} : { observed }),
    }),
  });
  return { steps, stepRun };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}

async function runStep(context: RunContext, run: StepRun, step: RevisionStep): Promise<void> {
  switch (step.kind) {
    case 'transaction':
      await settleEarlier(context, run, step.statements);
      return await runTransaction(context, run, step.statements);
    case 'alone':
      return await runAlone(context, run, step.statement);
    case 'procedure':
      return await runProcedure(context, run, step.statement);
    case 'module':
      return step.inSteps
        ? await runSteppedModule(context, run)
        : await runWholeModule(context, run);
    default:
      return step satisfies never;
  }
}

/**
 * In a transaction, so that it and its entry are one; only where it ends transactions itself
 * without one, and then an interruption between its end and the entry runs it again.
 */
async function runProcedure(
  context: RunContext,
  run: StepRun,
  statement: SqlStatement,
): Promise<void> {
  if (!wasStarted(run)) {
    try {
      return await runTransaction(context, run, [statement]);
    } catch (error) {
      if (!endsTransaction(error)) throw error;
    }
  }
  await runAlone(context, run, statement);
}

function assertSameStart(
  { revision, direction, interrupted }: RevisionRun,
  steps: readonly RevisionStep[],
): void {
  if (interrupted === undefined) return;
  const { stepsDone, fingerprint } = interrupted;
  // The steps of a module are known only when it runs, and are compared then.
  if (revision.source.kind === 'module') return;
  if (steps.length >= stepsDone && stepsFingerprint(steps, stepsDone) === fingerprint) return;
  throw new PlinthError(
    'MIGRATE_INTERRUPTED',
    `${revision.path} changed in the ${stepsDone} of its steps that the interrupted ` +
      `${direction} has run already`,
    { hint: 'Restore those statements as they were; what follows them may be corrected.' },
  );
}
