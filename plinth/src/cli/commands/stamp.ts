// `plinth stamp`: writes into the ledger which revisions are applied, and runs none.

import { PlinthError } from '../../errors/index.js';
import { loadRevisions, offlineStamp, stamp } from '../../migrate/index.js';
import { openProject, withEngineOf } from '../open-project.js';
import { waitingText } from '../progress-text.js';
import type { Report } from '../report.js';
import { describeHeads } from '../report-outcome.js';
import { reportScript } from '../report-script.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

export interface StampCommandOptions {
  readonly purge?: boolean;
  readonly tag?: string;
  /** Seconds. */
  readonly lockTimeout?: number;
  /** Print it as a script, and connect to nothing. */
  readonly sql?: boolean;
}

/** @throws PlinthError of the codes REVISION_* and MIGRATE_*. */
export async function stampCommand(
  terminal: Terminal,
  shared: SharedOptions,
  targets: readonly string[],
  { sql = false, purge, tag, ...options }: StampCommandOptions,
): Promise<Report> {
  const project = await openProject(terminal, shared);
  const revisions = await loadRevisions(project.revisionsFolder);
  const { ledger } = project.migration;
  const { lockTimeout = project.migration.lockTimeout } = options;
  if (sql) return reportScript(offlineStamp(revisions, onlyOne(targets), { tag, ledger }));
  const onWait = (holder: string) => terminal.error(waitingText({ kind: 'waiting', holder }));
  const { applied, removed, heads } = await withEngineOf(terminal, shared, project, (engine) =>
    stamp(engine, targets, { revisions, purge, tag, ledger, lockTimeout, onWait }),
  );
  const messageOf = (id: string) => revisions.get(id)?.message ?? 'in no file';
  return {
    data: { applied, removed, current: heads },
    print: ({ out }) => {
      for (const id of removed) out(`removed  ${id}  ${messageOf(id)}`);
      for (const id of applied) out(`stamped  ${id}  ${messageOf(id)}`);
      const at = `at ${describeHeads(heads)}`;
      out(applied.length + removed.length > 0 ? `${at}; nothing was run` : `nothing to do, ${at}`);
    },
  };
}

/** What a script begins with stands in its range. */
function onlyOne(targets: readonly string[]): string {
  const [target = '', ...others] = targets;
  if (others.length === 0) return target;
  throw new PlinthError('CLI_USAGE', `--sql takes one revision or range, not ${targets.length}`, {
    hint: 'Write a script for each, or run it without --sql.',
  });
}
