// Brings a database forward.

import { planUpgrade } from '../revisions/index.js';
import type { MigrationOptions, MigrationOutcome, MigrationTarget } from './migration-options.js';
import { migrate } from './migration-session.js';

/**
 * Applies every revision up to and including the target that is not applied yet, each in a
 * transaction of its own. Several processes may call it at once: one works, the others wait and
 * then find nothing to do.
 *
 * @param revision `head`, `heads`, a revision's id or the start of one, or `+N`.
 * @throws PlinthError of the codes REVISION_* and MIGRATE_*.
 * @example
 * const { ran, heads } = await upgrade(db, 'head', { revisions: './revisions' });
 */
export async function upgrade(
  target: MigrationTarget,
  revision: string,
  options: MigrationOptions,
): Promise<MigrationOutcome> {
  return await migrate(target, { direction: 'upgrade', revision, plan: planUpgrade }, options);
}
