// A project's history for commands that look at it, with where its database is when a command asks.

import { loadRevisions, status } from '../migrate/index.js';
import type { RevisionGraph, RevisionId } from '../revisions/index.js';
import type { HistoryView } from './describe-revision.js';
import { openProject, withEngineOf } from './open-project.js';
import type { SharedOptions } from './shared-options.js';
import type { Terminal } from './terminal.js';

export interface History extends HistoryView {
  readonly applied: ReadonlySet<RevisionId>;
  /** What the database has otherwise than the files. */
  readonly warnings: readonly string[];
}

/** @param withDatabase Whether the database is asked; without, nothing is taken for applied. */
export async function openHistory(
  terminal: Terminal,
  shared: SharedOptions,
  withDatabase: boolean,
): Promise<History> {
  const { folder } = terminal;
  const project = await openProject(terminal, shared);
  const graph = await loadRevisions(project.revisionsFolder);
  const none: History = { graph, folder, current: undefined, applied: new Set(), warnings: [] };
  if (!withDatabase) return none;
  return await withEngineOf(terminal, shared, project, async (engine) => {
    const { applied, heads, unknown, warnings } = await status(engine, {
      revisions: graph,
      ledger: project.migration.ledger,
    });
    const newer = unknown.map((id) => `the database has ${id}, which no file carries`);
    return {
      ...none,
      current: knownIds(graph, heads),
      applied: knownIds(graph, applied),
      warnings: [...warnings, ...newer],
    };
  });
}

function knownIds(graph: RevisionGraph, ids: readonly string[]): ReadonlySet<RevisionId> {
  return new Set(ids.flatMap((id) => graph.get(id)?.id ?? []));
}
