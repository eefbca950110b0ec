// The errors of a revision written as a module: where it is, and why it failed.

import { PlinthError } from '../errors/index.js';
import type { Revision } from '../revisions/index.js';
import type { Direction } from './ledger.js';

const KEPT_NOTHING =
  'Correct the file and run the command again; nothing of this revision was kept.';

/** @param cause PostgreSQL's error, or what the module threw. */
export function moduleFailed(
  revision: Revision,
  reason: string,
  { cause, hint = KEPT_NOTHING }: { readonly cause?: unknown; readonly hint?: string } = {},
): PlinthError {
  return new PlinthError(
    'MIGRATE_STATEMENT_FAILED',
    `revision ${revision.id} (${revision.message}) failed in ${revision.path}: ${reason}`,
    { hint, details: { revision: revision.id, path: revision.path }, cause },
  );
}

/** What an interrupted run has done cannot be found in the file any more. */
export function moduleChanged(
  run: { readonly revision: Revision; readonly context: { readonly direction: Direction } },
  what: string,
): PlinthError {
  const { id, path } = run.revision;
  return new PlinthError(
    'MIGRATE_INTERRUPTED',
    `${path} changed since its ${run.context.direction} was interrupted: ${what}`,
    {
      hint: 'Restore the order and the names of the steps that have run; what is behind them may be corrected.',
      details: { revision: id, path },
    },
  );
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
