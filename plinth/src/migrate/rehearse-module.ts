// Runs a module that makes its transactions itself where no ledger is, as in a scratch.

import type { Connection } from '../engine/index.js';
import { type JournalledStep, journalledStep, type StepEntry } from './module-journal.js';
import type { ModuleRun } from './run-module.js';
import { runModuleSteps } from './run-module-steps.js';
import { rollBack } from './run-transaction.js';
import { RESET_SESSION } from './transaction-script.js';

/**
 * Its steps are kept in memory: the work may be called again after it failed, and goes on at the
 * step that did.
 *
 * @throws PlinthError as `runModuleSteps` does.
 */
export function rehearseModuleSteps(run: ModuleRun): (connection: Connection) => Promise<void> {
  const journal = new Map<number, JournalledStep>();
  return async (connection) => {
    const host = {
      connection,
      journal: [...journal.values()],
      append: async () => undefined,
      tell: () => undefined,
      transaction: async (_name: string, work: () => Promise<StepEntry>) => {
        const entry = await inTransaction(connection, work);
        journal.set(entry.step, journalledStep(entry));
      },
    };
    await runModuleSteps(host, run);
  };
}

async function inTransaction(
  connection: Connection,
  work: () => Promise<StepEntry>,
): Promise<StepEntry> {
  await connection.query('BEGIN');
  try {
    const entry = await work();
    await connection.query(`RESET ROLE; COMMIT; ${RESET_SESSION}`);
    return entry;
  } catch (error) {
    await rollBack(connection);
    throw error;
  }
}
