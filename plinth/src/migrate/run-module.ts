// Runs a .ts or .js revision: its `upgrade` or `downgrade` with the revision's transaction.

import type { Connection, QueryResult, QueryRow } from '../engine/index.js';
import { isPlinthError, PlinthError } from '../errors/index.js';
import { loadModule } from '../modules/index.js';
import type { Revision } from '../revisions/index.js';
import { transactionRule } from '../sql/index.js';
import type { Direction } from './ledger.js';

/** What a revision's `upgrade(tx)` and `downgrade(tx)` work with. */
export interface RevisionTransaction {
  /** Runs one statement with bound values, in the revision's transaction. */
  query<Row extends QueryRow = QueryRow>(
    text: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>>;
}

/** @throws PlinthError MIGRATE_STATEMENT_FAILED, or MODULE_LOAD_FAILED. */
export async function runModule(
  connection: Connection,
  revision: Revision,
  direction: Direction,
): Promise<void> {
  const module = await loadModule(revision.path);
  const run = module[direction];
  const missing = [
    ...(typeof module.upgrade === 'function' ? [] : ['upgrade']),
    ...(typeof module.downgrade === 'function' || revision.irreversible ? [] : ['downgrade']),
  ];
  if (missing.length > 0 || typeof run !== 'function') {
    const reason = `it does not export a function ${missing.join(' and a function ')}`;
    throw moduleFailed(revision, reason, undefined);
  }
  const tx: RevisionTransaction = {
    query: async (text, values) => {
      if (transactionRule(text) === 'transaction-control') {
        const reason = `the runner owns the transaction, and "${text.trim()}" would end or change it`;
        throw moduleFailed(revision, reason, undefined);
      }
      return await connection.query(text, values);
    },
  };
  try {
    await run(tx);
  } catch (error) {
    if (isPlinthError(error)) throw error;
    throw moduleFailed(revision, error instanceof Error ? error.message : String(error), error);
  }
  switch (connection.transactionState) {
    case 'open':
      return;
    case 'failed':
      throw moduleFailed(revision, 'a statement failed, and the error was swallowed', undefined);
    case 'idle':
      throw moduleFailed(revision, 'it ended the transaction it was given', undefined);
  }
}

function moduleFailed(revision: Revision, reason: string, cause: unknown): PlinthError {
  return new PlinthError(
    'MIGRATE_STATEMENT_FAILED',
    `revision ${revision.id} (${revision.message}) failed in ${revision.path}: ${reason}`,
    {
      hint: 'Correct the file and run the command again; nothing of this revision was kept.',
      details: { revision: revision.id, path: revision.path },
      cause,
    },
  );
}
