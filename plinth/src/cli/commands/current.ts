// `plinth current`: which revisions a database is at, and whether that is as it should be.

import { loadRevisions, type MigrationStatus, status } from '../../migrate/index.js';
import { describer } from '../describe-revision.js';
import { openProject, withEngineOf } from '../open-project.js';
import { printWarnings } from '../print-notes.js';
import { printParagraphs } from '../print-revisions.js';
import type { Report } from '../report.js';
import { describeHeads } from '../report-outcome.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

export interface CurrentOptions {
  /** Whether what is pending is a failure. */
  readonly checkHeads?: boolean;
  readonly verbose?: boolean;
}

/**
 * Its status is 1 where the database is newer than the code, where the file of an applied revision
 * changed, where a revision is half-way or was skipped, and where the heads are asked for and not
 * all applied.
 */
export async function currentCommand(
  terminal: Terminal,
  shared: SharedOptions,
  { checkHeads = false, verbose = false }: CurrentOptions,
): Promise<Report> {
  const project = await openProject(terminal, shared);
  const graph = await loadRevisions(project.revisionsFolder);
  const { found, database } = await withEngineOf(terminal, shared, project, async (engine) => ({
    found: await status(engine, { revisions: graph, ledger: project.migration.ledger }),
    database: engine.description,
  }));
  const { state, heads, pending, unknown, warnings } = found;
  const isWell = state === 'current' || (state === 'pending' && !checkHeads);
  const current = new Set(heads.flatMap((id) => graph.get(id)?.id ?? []));
  const describe = describer({ graph, current, folder: terminal.folder });
  const shown = graph.revisions.filter(({ id }) => current.has(id));
  return {
    data: {
      database,
      state,
      current: shown.map(describe.data),
      pending: pending.map(describe.data),
      unknown,
      warnings,
    },
    print: (to) => {
      printWarnings(to, warnings);
      if (verbose) {
        to.out(`Database:      ${database}`);
        printParagraphs(to, shown, describe);
        to.out('');
      }
      printState(to, found);
      if (state !== 'current' && !isWell) to.error(`hint: ${HINTS[state]}`);
    },
    status: isWell ? 0 : 1,
  };
}

function printState({ out }: Terminal, { state, heads, pending, unknown }: MigrationStatus): void {
  const at = describeHeads(heads);
  switch (state) {
    case 'current':
      out(`${at} (${heads.length > 1 ? 'heads' : 'head'})`);
      return;
    case 'changed':
    case 'interrupted':
    case 'skipped':
      out(`${at}, ${state}: see the warnings`);
      return;
    case 'pending':
      out(`${at}, ${pending.length} pending:`);
      for (const { id, message } of pending) out(`  ${id}  ${message}`);
      return;
    case 'unknown':
      out(`newer than the code: ${unknown.join(', ')} in no file`);
      return;
    default:
      state satisfies never;
  }
}

const HINTS: Readonly<Record<Exclude<MigrationStatus['state'], 'current'>, string>> = {
  unknown: 'Deploy the code that has these revisions, or restore their files.',
  changed: 'Restore the file as it was applied, and put the change into a new revision.',
  interrupted: 'Finish it with the command that was interrupted.',
  skipped: 'Give it the current head as its parent, or downgrade below it and upgrade again.',
  pending: 'Apply what is pending with `plinth upgrade`.',
};
