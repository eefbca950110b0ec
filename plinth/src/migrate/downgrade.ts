// Takes a database back.

import { planDowngrade } from '../revisions/index.js';
import type { MigrationOptions, MigrationOutcome, MigrationTarget } from './migration-options.js';
import { migrate } from './migration-session.js';

/**
 * Undoes applied revisions, latest first, until the target is the head of what is applied.
 *
 * @param revision `-N`, a revision's id or the start of one, or `base` for all.
 * @throws PlinthError of the codes REVISION_* and MIGRATE_*; REVISION_IRREVERSIBLE before
 *   anything is run.
 */
export async function downgrade(
  target: MigrationTarget,
  revision: string,
  options: MigrationOptions,
): Promise<MigrationOutcome> {
  return await migrate(target, { direction: 'downgrade', revision, plan: planDowngrade }, options);
}
