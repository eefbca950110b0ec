// Which work the options of `plinth upgrade` and `plinth downgrade` ask for. It does none itself.

import { dryRunRevisions } from './dry-run-revisions.js';
import type { Report } from './report.js';
import type { RunOptions } from './run-options.js';
import { type RunRequest, runRevisions } from './run-revisions.js';
import { scriptRevisions } from './script-revisions.js';
import type { SharedOptions } from './shared-options.js';
import type { Terminal } from './terminal.js';

export function workFor({
  sql = false,
  dryRun = false,
}: RunOptions): (
  terminal: Terminal,
  shared: SharedOptions,
  request: RunRequest,
) => Promise<Report> {
  if (sql) return scriptRevisions;
  return dryRun ? dryRunRevisions : runRevisions;
}
