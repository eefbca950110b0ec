// Where each revision of a drawn history stands: lanes side by side, newest revision first, and
// which lanes run together or part between them. Knows no characters (draw-history.ts draws).

import type { Revision, RevisionId } from './revision.js';
import type { RevisionGraph } from './revision-graph.js';

/** What happens in one line of the drawing. `open` says which lanes pass through it. */
export type LaneRow =
  /** A revision in its lane. */
  | {
      readonly kind: 'revision';
      readonly revision: Revision;
      readonly lane: number;
      readonly open: readonly boolean[];
    }
  /** Lanes of children end in the lane of the revision that they all revise. */
  | {
      readonly kind: 'join';
      readonly lane: number;
      readonly ending: readonly number[];
      readonly open: readonly boolean[];
    }
  /** A merge: lanes to its other parents, new ones or ones that lead there already. */
  | {
      readonly kind: 'part';
      readonly lane: number;
      readonly starting: readonly number[];
      readonly meeting: readonly number[];
      readonly open: readonly boolean[];
    }
  /** A line without a revision, where an end and a beginning would touch. */
  | { readonly kind: 'gap'; readonly open: readonly boolean[] };

/** What each lane leads to; undefined is a free lane. */
type Lanes = (RevisionId | undefined)[];

/**
 * The lines of a drawing of some revisions of a graph. A lane ends where the parent it leads to is
 * not among them.
 */
export function historyLanes(
  graph: RevisionGraph,
  revisions: readonly Revision[],
): readonly LaneRow[] {
  const shown = new Set(revisions.map(({ id }) => id));
  const newestFirst = graph.revisions.filter(({ id }) => shown.has(id)).toReversed();
  const rows: LaneRow[] = [];
  const lanes: Lanes = [];
  let ended: number | undefined;
  for (const revision of newestFirst) {
    const waiting = lanesTo(lanes, revision.id);
    const lane = waiting[0] ?? freeLane(lanes, 0);
    if (waiting.length === 0 && lane === ended) rows.push({ kind: 'gap', open: openIn(lanes) });
    if (waiting.length > 1) rows.push(join(lanes, waiting));
    lanes[lane] = revision.id;
    rows.push({ kind: 'revision', revision, lane, open: openIn(lanes) });
    const parents = graph.parentsOf(revision.id).filter(({ id }) => shown.has(id));
    const part = leadOn(lanes, lane, parents);
    if (part !== undefined) rows.push(part);
    ended = lanes[lane] === undefined ? lane : undefined;
  }
  return rows;
}

function join(lanes: Lanes, waiting: readonly number[]): LaneRow {
  const [lane = 0, ...ending] = waiting;
  for (const end of ending) lanes[end] = undefined;
  return { kind: 'join', lane, ending, open: openIn(lanes) };
}

// The lane goes on to the first parent; others get a lane, unless one leads there already.
function leadOn(lanes: Lanes, lane: number, parents: readonly Revision[]): LaneRow | undefined {
  const [first, ...others] = parents;
  lanes[lane] = undefined;
  const targets = others.map(({ id }) => ({ id, known: lanes.indexOf(id) }));
  lanes[lane] = first?.id;
  const open = openIn(lanes);
  const starting: number[] = [];
  const meeting: number[] = [];
  for (const { id, known } of targets) {
    if (known !== -1) {
      meeting.push(known);
      continue;
    }
    const start = freeLane(lanes, lane + 1);
    lanes[start] = id;
    starting.push(start);
  }
  return others.length === 0 ? undefined : { kind: 'part', lane, starting, meeting, open };
}

function lanesTo(lanes: Lanes, id: RevisionId): readonly number[] {
  const leading: number[] = [];
  for (let lane = lanes.indexOf(id); lane !== -1; lane = lanes.indexOf(id, lane + 1)) {
    leading.push(lane);
  }
  return leading;
}

function freeLane(lanes: Lanes, from: number): number {
  for (let lane = from; ; lane++) {
    if (lanes[lane] === undefined) return lane;
  }
}

function openIn(lanes: Lanes): readonly boolean[] {
  return lanes.map((next) => next !== undefined);
}
