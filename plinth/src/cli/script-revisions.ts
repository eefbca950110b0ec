// `--sql`: what a run of revisions would do, as a script for a database that Plinth may not reach.
// It connects to nothing.

import { loadRevisions, offlineScript } from '../migrate/index.js';
import { openProject } from './open-project.js';
import type { Report } from './report.js';
import { reportScript } from './report-script.js';
import { type RunRequest, runSettings } from './run-revisions.js';
import type { SharedOptions } from './shared-options.js';
import type { Terminal } from './terminal.js';

/** @throws PlinthError REVISION_*, or MIGRATE_OFFLINE_UNSUPPORTED. */
export async function scriptRevisions(
  terminal: Terminal,
  shared: SharedOptions,
  { direction, revision, options }: RunRequest,
): Promise<Report> {
  const project = await openProject(terminal, shared);
  const graph = await loadRevisions(project.revisionsFolder);
  return reportScript(offlineScript(graph, direction, revision, runSettings(project, options)));
}
