// Plans a run without a database, from one revision to another. Writes no script.

import { planDowngrade } from './plan-downgrade.js';
import { planUpgrade } from './plan-upgrade.js';
import { asksApplied, asksCurrent, rangeError, splitRange } from './range-ends.js';
import { resolveTarget, revisionsOf } from './resolve-revision.js';
import type { Revision } from './revision.js';
import type { RevisionGraph } from './revision-graph.js';

/** What an offline run goes through. */
export interface OfflinePlan {
  /** What is taken for applied when it starts; none is the base. */
  readonly start: readonly Revision[];
  /** In the order in which they run. */
  readonly revisions: readonly Revision[];
}

/**
 * What `upgrade a:b --sql` or `downgrade b:a --sql` runs, as in Alembic: `a` and all below it are
 * taken for applied, and steps in the end (`a:+2`, `b:-1`) count from it. An upgrade may leave the
 * start away and then begins at the base; what the end depends on is in the plan.
 *
 * @throws PlinthError `REVISION_RANGE_INVALID` for a downgrade without a start, for a start that
 *   asks what is applied, and for ends that do not follow each other in this direction; otherwise
 *   as `planUpgrade` or `planDowngrade`.
 */
export function planOffline(
  graph: RevisionGraph,
  direction: 'upgrade' | 'downgrade',
  text: string,
): OfflinePlan {
  const ends =
    direction === 'upgrade' && !text.includes(':') ? splitRange(`:${text}`) : splitRange(text);
  if (direction === 'downgrade' && ends.from === '') {
    throw rangeError(text, 'a downgrade has to start somewhere', 'Write it as "<from>:<to>".');
  }
  if (asksApplied(ends.from) || asksCurrent(ends.to)) {
    const hint = 'Name the revision where the database is.';
    throw rangeError(text, 'without a database nobody knows what is applied', hint);
  }
  const start = revisionsOf(resolveTarget(graph, ends.from || 'base', new Set()));
  const assumed = graph.ancestorsOf(start.map(({ id }) => id));
  const to = ends.to === '' ? (direction === 'upgrade' ? 'heads' : 'base') : ends.to;
  const target = resolveTarget(graph, to, assumed);
  if (direction === 'downgrade') return { start, revisions: planDowngrade(graph, assumed, target) };
  const revisions = planUpgrade(graph, assumed, target);
  const behind = revisionsOf(target).find((revision) => !start.includes(revision));
  if (revisions.length === 0 && behind !== undefined) {
    throw rangeError(
      text,
      `an upgrade leads up, and ${behind.id} comes before ${start.map(({ id }) => id).join(', ')}`,
      'Exchange the two ends.',
    );
  }
  return { start, revisions };
}
