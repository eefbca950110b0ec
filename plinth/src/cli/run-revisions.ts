// Runs revisions on a project's database for `plinth upgrade` and `plinth downgrade`: with progress,
// until they have ended or somebody stops them, and then says where the database is.

import type { Project } from '../config/index.js';
import type { Engine } from '../engine/index.js';
import { isPlinthError, PlinthError } from '../errors/index.js';
import {
  type Direction,
  downgrade,
  loadRevisions,
  type MigrationOptions,
  status,
  upgrade,
} from '../migrate/index.js';
import { Interruption } from './interruption.js';
import { withEngine } from './open-project.js';
import { printWarnings } from './print-notes.js';
import type { Report } from './report.js';
import { describeHeads, reportOutcome } from './report-outcome.js';
import { reportProgress } from './report-progress.js';
import type { RunOptions } from './run-options.js';
import type { SharedOptions } from './shared-options.js';
import type { Terminal } from './terminal.js';

export interface RunRequest {
  readonly direction: Direction;
  readonly revision: string;
  readonly options: RunOptions;
}

/**
 * Its status is 130 or 143 where a signal stopped it.
 *
 * @throws PlinthError of the codes REVISION_* and MIGRATE_*.
 */
export async function runRevisions(
  terminal: Terminal,
  shared: SharedOptions,
  { direction, revision, options }: RunRequest,
): Promise<Report> {
  refuseRange(revision);
  return await withEngine(terminal, shared, async (engine, project) => {
    const revisions = await loadRevisions(project.revisionsFolder);
    const { ledger } = project.migration;
    const progress = reportProgress(terminal);
    const run = direction === 'upgrade' ? upgrade : downgrade;
    const work = async (signal?: AbortSignal) => {
      try {
        const settings: MigrationOptions = {
          ...runSettings(project, options),
          revisions,
          x: shared.x,
          signal,
          onProgress: progress.onProgress,
        };
        return reportOutcome(direction, await run(engine, revision, settings));
      } catch (error) {
        const reason: unknown = signal?.aborted === true ? signal.reason : undefined;
        if (!(reason instanceof Interruption)) throw error;
        progress.end();
        return await reportStopped(engine, { revisions, ledger }, reason, error);
      } finally {
        progress.end();
      }
    };
    return await (terminal.untilInterrupted?.(work) ?? work());
  });
}

/** What the command line says counts more than what the configuration says. */
export function runSettings(
  { migration }: Project,
  options: RunOptions,
): Omit<MigrationOptions, 'revisions'> {
  const { singleTransaction, tag } = options;
  const {
    lockTimeout = migration.lockTimeout,
    statementLockTimeout = migration.statementLockTimeout,
    lockRetries = migration.lockRetries,
  } = options;
  const { ledger, hooks } = migration;
  return { ledger, hooks, lockTimeout, statementLockTimeout, lockRetries, singleTransaction, tag };
}

function refuseRange(revision: string): void {
  if (!revision.includes(':')) return;
  throw new PlinthError('CLI_USAGE', `"${revision}" is a range, which only --sql takes`, {
    hint: 'Name the revision to go to: where the database is, it knows itself.',
  });
}

/** What was stopped is rolled back; a statement that stands alone may have left its revision half-way. */
async function reportStopped(
  engine: Engine,
  where: Parameters<typeof status>[1],
  { message, status: exitStatus }: Interruption,
  error: unknown,
): Promise<Report> {
  const place = await placeOf(engine, where);
  return {
    data: { stopped: message, ...place.data },
    print: (to) => {
      if (isPlinthError(error) && error.code !== 'ENGINE_ABORTED') to.error(error.message);
      printWarnings(to, place.warnings);
      to.error(`${message}; ${place.text}`);
      to.error('hint: Run the same command again: it goes on where this one was stopped.');
    },
    status: exitStatus,
  };
}

/** The session may be what was lost: that somebody stopped the run stays true then. */
async function placeOf(engine: Engine, where: Parameters<typeof status>[1]) {
  try {
    const { state, heads, pending, warnings } = await status(engine, where);
    const data = { state, current: heads, pending: pending.map(({ id }) => id), warnings };
    return { data, warnings, text: `the database is at ${describeHeads(heads)}` };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const text = `where the database is cannot be read: ${reason}`;
    return { data: { state: null, reason }, warnings: [], text };
  }
}
