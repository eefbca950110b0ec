// Loads a revision's module and finds the function of one direction in it. It calls neither.

import { loadModule } from '../modules/index.js';
import type { Revision } from '../revisions/index.js';
import type { Direction } from './ledger.js';
import { moduleFailed } from './module-failed.js';

/** @throws PlinthError MODULE_LOAD_FAILED, or MIGRATE_STATEMENT_FAILED when a function is missing. */
export async function loadModuleFunction(
  revision: Revision,
  direction: Direction,
): Promise<(...parameters: readonly unknown[]) => unknown> {
  const module = await loadModule(revision.path);
  const run = module[direction];
  const missing = [
    ...(isFunction(module.upgrade) ? [] : ['upgrade']),
    ...(isFunction(module.downgrade) || revision.irreversible ? [] : ['downgrade']),
  ];
  if (missing.length > 0 || !isFunction(run)) {
    const names = (missing.length > 0 ? missing : [direction]).join(' and a function ');
    throw moduleFailed(revision, `it does not export a function ${names}`);
  }
  return run;
}

function isFunction(value: unknown): value is (...parameters: readonly unknown[]) => unknown {
  return typeof value === 'function';
}
