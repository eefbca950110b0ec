// Puts revisions into the one order everybody sees: what must come before first, otherwise by
// file name. Finds circles, because only a graph without one has such an order.

import { PlinthError } from '../errors/index.js';
import { placeOf, type Revision, type RevisionId } from './revision.js';

interface Step {
  readonly revision: Revision;
  readonly before: readonly Revision[];
  next: number;
}

/**
 * All revisions, each as early as its file name asks and directly after what it needs. Takes time
 * in proportion to revisions and edges, once the names are sorted.
 *
 * @throws PlinthError `REVISION_CYCLE` naming the ids of a circle in order.
 */
export function orderRevisions(
  revisions: readonly Revision[],
  before: (id: RevisionId) => readonly Revision[],
): readonly Revision[] {
  const byName = revisions
    .map((revision) => ({ revision, key: sortKey(revision) }))
    .sort((a, b) => compare(a.key, b.key))
    .map(({ revision }) => revision);
  const ordered = new Set<Revision>();
  const open = new Set<Revision>();
  const path: Step[] = [];
  const enter = (revision: Revision) => {
    if (open.has(revision)) throw cycleError(path, revision);
    open.add(revision);
    path.push({ revision, before: before(revision.id), next: 0 });
  };
  for (const start of byName) {
    if (!ordered.has(start)) enter(start);
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const needed = step.before[step.next++];
      if (needed === undefined) {
        ordered.add(step.revision);
        open.delete(step.revision);
        path.pop();
      } else if (!ordered.has(needed)) {
        enter(needed);
      }
    }
  }
  return [...ordered];
}

function sortKey({ path, id }: Revision): string {
  return `${path.replace(/^.*[/\\]/s, '')}\0${path}\0${id}`;
}

// By code unit, not by locale: the order must be the same on every machine.
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function cycleError(path: readonly Step[], again: Revision): PlinthError {
  const start = path.findIndex(({ revision }) => revision === again);
  const circle = path.slice(start).map(({ revision }) => revision);
  const ids = [...circle, again].map(({ id }) => id);
  const places = circle.map((revision, index) => {
    const next = circle[index + 1] ?? again;
    return placeOf(revision, revision.revises.includes(next.id) ? 'revises' : 'depends-on');
  });
  return new PlinthError(
    'REVISION_CYCLE',
    `The revisions ${ids.join(' -> ')} come before each other in a circle (${places.join(', ')}).`,
    {
      hint: 'Correct "revises" or "depends-on" in one of these files.',
      details: { ids, paths: circle.map(({ path: file }) => file) },
    },
  );
}
