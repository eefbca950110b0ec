// `plinth upgrade`: applies revisions and says which, prints the script that would,
// or says what it would do.

import type { Report } from '../report.js';
import type { RunOptions } from '../run-options.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';
import { workFor } from '../work-for.js';

/** @throws PlinthError of the codes REVISION_* and MIGRATE_*. */
export async function upgradeCommand(
  terminal: Terminal,
  shared: SharedOptions,
  revision: string,
  options: RunOptions,
): Promise<Report> {
  return await workFor(options)(terminal, shared, { direction: 'upgrade', revision, options });
}
