// `plinth upgrade`: applies revisions and says which.

import { upgrade } from '../../migrate/index.js';
import { withEngine } from '../open-project.js';
import { progressPrinter, reportOutcome } from '../report-outcome.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

export async function upgradeCommand(
  terminal: Terminal,
  options: SharedOptions,
  revision: string,
): Promise<void> {
  await withEngine(terminal, options, async (engine, project) => {
    const outcome = await upgrade(engine, revision, {
      revisions: project.revisionsFolder,
      onProgress: progressPrinter(terminal),
    });
    reportOutcome(terminal, 'applied', outcome);
  });
}
