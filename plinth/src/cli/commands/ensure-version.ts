// `plinth ensure-version`: creates the ledger, which is what Plinth knows a database's version by.

import { ensureLedger, offlineLedger } from '../../migrate/index.js';
import { openProject, withEngineOf } from '../open-project.js';
import type { Report } from '../report.js';
import { reportScript } from '../report-script.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

export interface EnsureVersionOptions {
  /** Print it as a script, and connect to nothing. */
  readonly sql?: boolean;
}

/** @throws PlinthError MIGRATE_POOLER or MIGRATE_LOCK_TIMEOUT. */
export async function ensureVersionCommand(
  terminal: Terminal,
  shared: SharedOptions,
  { sql = false }: EnsureVersionOptions,
): Promise<Report> {
  const project = await openProject(terminal, shared);
  if (sql) return reportScript(offlineLedger(project.migration));
  const { created, database } = await withEngineOf(terminal, shared, project, async (engine) => ({
    created: await ensureLedger(engine, project.migration),
    database: engine.description,
  }));
  return {
    data: { database, created },
    print: ({ out }) =>
      out(created ? `created the ledger in ${database}` : `the ledger is there, in ${database}`),
  };
}
