// What stands around the statements of a transaction that writes the ledger: how it begins, and how
// it ends. Pure.

import type { ScriptStatement } from '../engine/index.js';
import { entryStatement, type NewEntry, STEP_STARTED } from './ledger.js';
import type { RunContext, StepRun } from './run-context.js';

/** Settings, roles and temporary tables of a revision must not reach what comes after it. */
export const RESET_SESSION = 'RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; DISCARD TEMP';

export function openingStatements(
  { statementLockTimeoutMs }: Pick<RunContext, 'statementLockTimeoutMs'>,
  { together }: Pick<StepRun, 'together'>,
): readonly ScriptStatement[] {
  const settings = {
    text: `SELECT set_config('lock_timeout', $1, true),
      set_config('${STEP_STARTED}', extract(epoch FROM clock_timestamp())::text, true)`,
    values: [String(statementLockTimeoutMs)],
  };
  return together ? [settings] : [{ text: 'BEGIN' }, settings];
}

/** The roles first: the revision may have changed into one that may not write the ledger. */
export function closingStatements(
  { ledger }: Pick<RunContext, 'ledger'>,
  { together }: Pick<StepRun, 'together'>,
  entry: NewEntry,
): readonly ScriptStatement[] {
  const written = [
    { text: 'RESET SESSION AUTHORIZATION' },
    { text: 'RESET ROLE' },
    entryStatement(entry, ledger),
  ];
  const reset = [{ text: 'RESET ALL' }, { text: 'DISCARD TEMP' }];
  return together ? [...written, ...reset] : [...written, { text: 'COMMIT' }, ...reset];
}
