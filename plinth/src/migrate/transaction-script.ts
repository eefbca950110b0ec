// What stands around the statements of a transaction that writes the ledger: how it begins, and how
// it ends. Pure.

import type { ScriptStatement } from '../engine/index.js';
import { entryStatement, type NewEntry, STEP_STARTED } from './ledger.js';
import type { RunContext, StepRun } from './run-context.js';

/** Settings and roles that a revision left behind must not reach what comes after it. */
export const RESET_SESSION = 'RESET ROLE; RESET ALL';

export function openingStatements(
  { statementLockTimeoutMs }: Pick<RunContext, 'statementLockTimeoutMs'>,
  { together }: Pick<StepRun, 'together'>,
): readonly ScriptStatement[] {
  const settings = {
    text: `SELECT set_config('lock_timeout', $1, true),
      set_config('${STEP_STARTED}', clock_timestamp()::text, true)`,
    values: [String(statementLockTimeoutMs)],
  };
  return together ? [settings] : [{ text: 'BEGIN' }, settings];
}

/** RESET ROLE first: the revision may have changed into a role that may not write the ledger. */
export function closingStatements(
  { ledger }: Pick<RunContext, 'ledger'>,
  { together }: Pick<StepRun, 'together'>,
  entry: NewEntry,
): readonly ScriptStatement[] {
  const written = [{ text: 'RESET ROLE' }, entryStatement(entry, ledger)];
  const reset = { text: 'RESET ALL' };
  return together ? [...written, reset] : [...written, { text: 'COMMIT' }, reset];
}
