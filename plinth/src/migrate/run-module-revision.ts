// Runs a module against a database with a ledger: in one transaction, or in the transactions that
// it makes itself, each begun again when it cannot get a lock.

import { isPlinthError } from '../errors/index.js';
import { appendEntry, type NewEntry } from './ledger.js';
import type { RunningPlace } from './migration-options.js';
import { moduleChanged } from './module-failed.js';
import { readModuleSteps, type StepEntry } from './module-journal.js';
import { retryObserved } from './retry-locks.js';
import type { RevisionContext } from './revision-module.js';
import type { RunContext, StepRun } from './run-context.js';
import { type ModuleRun, runModule } from './run-module.js';
import { runModuleSteps } from './run-module-steps.js';
import { rollBack, runnerFailed } from './run-transaction.js';
import { aborted } from './statement-failed.js';
import { closingStatements, openingStatements } from './transaction-script.js';

/**
 * Runs it in one transaction.
 *
 * @throws PlinthError MIGRATE_STATEMENT_FAILED or MODULE_LOAD_FAILED; the transaction is rolled back.
 *   MIGRATE_INTERRUPTED where an interrupted run made its transactions itself.
 */
export async function runWholeModule(context: RunContext, run: StepRun): Promise<void> {
  if (run.interrupted !== undefined) {
    throw moduleChanged(moduleRun(context, run), 'it no longer makes its transactions itself');
  }
  const attempt = (watched: RunContext) => {
    watched.observer?.begin(placeOfStep(run, run.revision.path));
    return runInTransaction(watched, run, async () => {
      await runModule(watched.connection, moduleRun(watched, run));
      return run.entry('finished');
    });
  };
  if (run.together) await attempt(context);
  else await retryObserved(context, attempt);
}

/**
 * Runs what is left of one that makes its transactions itself.
 *
 * @throws PlinthError as `runModuleSteps` does.
 */
export async function runSteppedModule(context: RunContext, run: StepRun): Promise<void> {
  const { connection, ledger, tell } = context;
  const { revision, interrupted } = run;
  const journal =
    interrupted === undefined ? [] : await readModuleSteps(connection, revision.id, ledger);
  const entryOf = (entry: StepEntry): NewEntry => ({
    ...run.entry(entry.state, entry.observed),
    // Its steps have no text to tell them by: never those of an SQL file in its place.
    fingerprint: revision.fingerprint,
    step: entry.step,
    steps: entry.steps,
  });
  const host = {
    connection,
    journal,
    tell,
    append: (entry: StepEntry) => appendEntry(connection, entryOf(entry), ledger),
    transaction: (name: string, work: () => Promise<StepEntry>) =>
      retryObserved(context, (watched) => {
        watched.observer?.begin(placeOfStep(run, name));
        return runInTransaction(watched, run, async () => entryOf(await work()));
      }),
  };
  await runModuleSteps(host, moduleRun(context, run));
}

/** Writes the entry that the work returns in the same transaction. */
async function runInTransaction(
  context: RunContext,
  run: StepRun,
  work: () => Promise<NewEntry>,
): Promise<void> {
  const { connection } = context;
  try {
    await connection.script(openingStatements(context, run));
    await close(context, run, await work());
  } catch (error) {
    await rollBack(connection);
    throw isPlinthError(error, 'ENGINE_ABORTED') ? aborted(run, [], error) : error;
  }
}

async function close(context: RunContext, run: StepRun, entry: NewEntry): Promise<void> {
  const closing = closingStatements(context, run, entry);
  let ended = 0;
  const onEnded = () => {
    ended += 1;
  };
  try {
    await context.connection.script(closing, onEnded);
  } catch (error) {
    throw runnerFailed(run, closing[ended]?.text, error);
  }
}

function moduleRun({ x, tag }: RunContext, { revision, direction }: StepRun): ModuleRun {
  const context: RevisionContext = { direction, x, tag };
  return { revision, context };
}

/** A module's statements are known only when they run. */
function placeOfStep({ direction, revision }: StepRun, name: string): RunningPlace {
  return { direction, revision, statement: 0, statements: 0, line: 1, text: name };
}
