// Calls the hooks of a run of revisions, on its own connection and under its lock.

import { isPlinthError, PlinthError } from '../errors/index.js';
import type { Direction } from './ledger.js';
import type { HookContext, MigrationHooks } from './migration-options.js';
import type { RunContext } from './run-context.js';

export function hookContext({ connection, x, tag }: RunContext, direction: Direction): HookContext {
  return { direction, x, tag, query: (text, values) => connection.queryOnce(text, values) };
}

/** @throws PlinthError MIGRATE_HOOK_FAILED */
export async function callHook(
  name: keyof MigrationHooks,
  call: () => Promise<void> | undefined,
): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (isPlinthError(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new PlinthError('MIGRATE_HOOK_FAILED', `the hook ${name} failed: ${reason}`, {
      hint: 'Correct the hook and run the command again; what has finished is in the ledger.',
      cause: error,
    });
  }
}
