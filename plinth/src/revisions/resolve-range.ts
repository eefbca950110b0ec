// Resolves ranges of the history such as `ae10:head` or `-3:current`. Plans nothing.

import type { PlinthError } from '../errors/index.js';
import { type BareSteps, type RangeEnds, rangeError, splitRange, stepsIn } from './range-ends.js';
import {
  lineageOf,
  onlyRevision,
  type ResolveOptions,
  resolveTarget,
  revisionsOf,
} from './resolve-revision.js';
import type { Revision, RevisionId } from './revision.js';
import type { RevisionGraph } from './revision-graph.js';
import { walkHistory } from './walk-history.js';

export interface RevisionRange {
  /** As it was typed. */
  readonly text: string;
  /** Where it begins; none is the base. */
  readonly lower: readonly Revision[];
  /** Where it ends; none is the base. */
  readonly upper: readonly Revision[];
  /** Both ends included, in the order of the graph. */
  readonly revisions: readonly Revision[];
}

/**
 * The revisions from `a` to `b`, as Alembic's `history -r` takes them: `a:b`, `a:` (to the heads),
 * `:b` (from the base). Both ends may be any identifier. A bare `-N` before the colon counts down
 * from the other end (`-3:current`), a bare `+N` behind it up from the other end (`ae10:+2`); other
 * bare steps count from what is applied, and so do both where both are bare (`-2:+2`). Steps stop
 * at the head or the base where there are fewer.
 *
 * From the base, what the end depends on is in the range; from a revision, only what descends
 * from it.
 *
 * Differences: Alembic's documentation says that `-N` counts down from the end, and its code counts
 * down from the heads whatever the end is; where nothing is applied, `:current` is empty, and
 * there the whole history; `label@base:` is the branch, also where its head is only needed by others.
 *
 * @throws PlinthError `REVISION_RANGE_INVALID` for a text that is no range and where the end does
 *   not descend from the start; otherwise as `resolveTarget`.
 */
export function resolveRange(
  graph: RevisionGraph,
  text: string,
  applied: ReadonlySet<RevisionId>,
): RevisionRange {
  const ends = splitRange(text);
  const { lower, upper } = resolveEnds(graph, ends, applied);
  const below = graph.ancestorsOf(idsOf(upper));
  const lost = lower.find(({ id }) => !below.has(id));
  if (lost !== undefined) throw notBelow(graph, ends, lost, upper);
  const above = lower.length === 0 ? undefined : graph.descendantsOf(idsOf(lower), 'revises');
  // With one start nothing lies between it and itself.
  const started = graph.ancestorsOf(lower.length > 1 ? idsOf(lower) : []);
  const lowest = new Set(idsOf(lower));
  const revisions = graph.revisions.filter(
    ({ id }) => lowest.has(id) || (below.has(id) && !started.has(id) && (above?.has(id) ?? true)),
  );
  return { text: ends.text, lower, upper, revisions };
}

const CLAMPED: ResolveOptions = { stopAtEnds: true };

function resolveEnds(
  graph: RevisionGraph,
  { text, from, to }: RangeEnds,
  applied: ReadonlySet<RevisionId>,
): { readonly lower: readonly Revision[]; readonly upper: readonly Revision[] } {
  const down = stepsIn(from, '-');
  const up = stepsIn(to, '+');
  if (down !== undefined && stepsIn(to) === undefined) {
    const upper = namedBy(graph, to || 'heads', applied);
    return { lower: stepsBelow(graph, text, upper, down), upper };
  }
  const start = resolveTarget(graph, from || 'base', applied, CLAMPED);
  const lower = revisionsOf(start);
  if (up !== undefined && stepsIn(from) === undefined) {
    return { lower, upper: namedBy(graph, to, graph.ancestorsOf(idsOf(lower))) };
  }
  const upper = namedBy(graph, to || 'heads', applied);
  // Of several ends, a label at the start leaves those on its branch.
  const branch = start.kind === 'steps' ? undefined : start.branch;
  const narrow = branch !== undefined && upper.length > 1;
  return { lower, upper: narrow ? onLineage(graph, branch, upper) : upper };
}

// From each end, as far as the base; a walk that reaches it makes the whole range begin there.
function stepsBelow(
  graph: RevisionGraph,
  text: string,
  upper: readonly Revision[],
  { label, steps }: BareSteps,
): readonly Revision[] {
  const branch = label === undefined ? undefined : onlyRevision(graph, label);
  const lineage = branch === undefined ? undefined : lineageOf(graph, branch);
  const starts = branch === undefined ? upper : onLineage(graph, branch, upper);
  const found = starts.map((revision) =>
    walkHistory({ graph, text, lineage, stopAtEnds: true }, revision, steps),
  );
  return found.every((revision) => revision !== undefined) ? [...new Set(found)] : [];
}

function onLineage(
  graph: RevisionGraph,
  branch: Revision,
  revisions: readonly Revision[],
): readonly Revision[] {
  const lineage = lineageOf(graph, branch);
  return revisions.filter(({ id }) => lineage.has(id));
}

function namedBy(
  graph: RevisionGraph,
  text: string,
  applied: ReadonlySet<RevisionId>,
): readonly Revision[] {
  return revisionsOf(resolveTarget(graph, text, applied, CLAMPED));
}

function idsOf(revisions: readonly Revision[]): readonly RevisionId[] {
  return revisions.map(({ id }) => id);
}

function notBelow(
  graph: RevisionGraph,
  { text }: RangeEnds,
  lost: Revision,
  upper: readonly Revision[],
): PlinthError {
  const above = graph.descendantsOf([lost.id]);
  const reversed =
    upper.length === 0 || upper.some(({ id }) => graph.ancestorsOf([lost.id]).has(id));
  const end = upper.length === 0 ? 'the base' : upper.map(({ id }) => id).join(', ');
  return reversed && !upper.some(({ id }) => above.has(id))
    ? rangeError(text, `${end} comes before ${lost.id}`, 'Exchange the two ends.')
    : rangeError(
        text,
        `${end} does not descend from ${lost.id}`,
        'Choose two ends on one branch; "plinth history --graph" shows them.',
      );
}
