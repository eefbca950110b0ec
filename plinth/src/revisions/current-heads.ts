// Which applied revisions are the tips of what is applied. The database is asked elsewhere.

import type { Revision, RevisionId } from './revision.js';
import type { RevisionGraph, Through } from './revision-graph.js';

/**
 * The applied revisions that no applied one revises or (with `through` `all`, the default)
 * depends on: Alembic's "current". Applied ids that no file carries are left out; the runner
 * reports those.
 */
export function currentHeads(
  graph: RevisionGraph,
  applied: ReadonlySet<RevisionId>,
  through: Through = 'all',
): readonly Revision[] {
  const below = new Set<RevisionId>();
  for (const id of applied) {
    for (const parent of graph.parentsOf(id)) below.add(parent.id);
    if (through === 'revises') continue;
    for (const needed of graph.dependenciesOf(id)) below.add(needed.id);
  }
  return graph.revisions.filter(({ id }) => applied.has(id) && !below.has(id));
}
