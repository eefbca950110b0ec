// `plinth retention`: removes the rows whose time is up, or shows what would go. How it reads is
// report-retention.ts's matter.

import type { Project } from '../../config/index.js';
import type { Database } from '../../engine/index.js';
import { PlinthError } from '../../errors/index.js';
import { previewRetention, type RetentionOptions, runRetention } from '../../retention/index.js';
import { Interruption } from '../interruption.js';
import { openProject, withDatabaseOf } from '../open-project.js';
import type { Report } from '../report.js';
import { reportPreview, reportRetention } from '../report-retention.js';
import { screenLine } from '../screen.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

export interface RetentionCommandOptions {
  readonly dryRun?: true;
  readonly class?: readonly string[];
  readonly share?: number;
  /** Seconds. */
  readonly maxReplicaLag?: number;
}

/** A run keeps its lock on one and works on the other. */
const CONNECTIONS = 2;

/** Its status is 1 where rows could not be removed, and that of a signal that stopped it. */
export async function retentionCommand(
  terminal: Terminal,
  shared: SharedOptions,
  command: RetentionCommandOptions,
): Promise<Report> {
  const project = await openProject(terminal, shared);
  const options = readOptions(project, command);
  const work = async (db: Database) =>
    command.dryRun === true
      ? reportPreview(await previewRetention(db, options))
      : await run(terminal, db, options);
  return await withDatabaseOf(terminal, shared, project, work, CONNECTIONS);
}

function readOptions(
  { retention, tenants, configPath }: Project,
  { class: only, share, maxReplicaLag }: RetentionCommandOptions,
): RetentionOptions {
  const { classes } = retention;
  if (classes === undefined) {
    throw new PlinthError('CONFIG_INVALID', `${configPath} names no classes of retention`, {
      hint: "Name them: retention: { classes: [{ name, table, column, keep: '90 days' }] }.",
    });
  }
  return { classes, only, tenants, share, maxReplicaLag };
}

async function run(terminal: Terminal, db: Database, options: RetentionOptions): Promise<Report> {
  const line = terminal.screen === undefined ? undefined : screenLine(terminal.screen);
  let removed = 0;
  const work = async (signal?: AbortSignal): Promise<Report> => {
    try {
      const outcome = await runRetention(db, {
        ...options,
        signal,
        onNotice: (notice) => terminal.error(notice),
        onBatch: (batch) => {
          removed += batch.removed;
          line?.draw(`${removed} rows removed, at ${batch.class} ${batch.tenant ?? ''}`);
        },
      });
      const reason: unknown = signal?.reason;
      return reportRetention(outcome, reason instanceof Interruption ? reason : undefined);
    } finally {
      line?.clear();
    }
  };
  return await (terminal.untilInterrupted?.(work) ?? work());
}
