// Runs a revision written as a module in one transaction: its `upgrade` or `downgrade`.

import type { Connection } from '../engine/index.js';
import type { Revision } from '../revisions/index.js';
import { moduleFailed } from './module-failed.js';
import { loadModuleFunction } from './module-function.js';
import { withModuleTransaction } from './module-transaction.js';
import type { RevisionContext } from './revision-module.js';

export interface ModuleRun {
  readonly revision: Revision;
  readonly context: RevisionContext;
}

/**
 * Runs it in the transaction that is open.
 *
 * @throws PlinthError MIGRATE_STATEMENT_FAILED, or MODULE_LOAD_FAILED.
 */
export async function runModule(
  connection: Connection,
  { revision, context }: ModuleRun,
): Promise<void> {
  const run = await loadModuleFunction(revision, context.direction);
  const fault = (reason: string, cause?: unknown) => moduleFailed(revision, reason, { cause });
  await withModuleTransaction(connection, fault, async (tx) => {
    await run(tx, context);
  });
}
