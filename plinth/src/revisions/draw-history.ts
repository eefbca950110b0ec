// Draws a history as a tree in text, newest revision first, as `git log --graph` does. Pure: it
// knows no terminal and no colours.

import { historyLanes, type LaneRow } from './history-lanes.js';
import type { Revision } from './revision.js';
import type { RevisionGraph } from './revision-graph.js';

export interface DrawHistoryOptions {
  /** Only `* | / \ _` instead of box-drawing characters. Default: false. */
  readonly ascii?: boolean;
  /** The text behind a revision, on one line. Default: id, message, what it depends on. */
  readonly label?: (revision: Revision) => string;
}

/**
 * The lines of the tree, without line ends. A lane stands for a line of descent; what a revision
 * depends on without revising it is text, not a lane.
 *
 * @param revisions what is drawn: all of the graph or some of it, in any order. A lane ends where
 *   the next revision down is left out.
 * @example drawHistory(graph, graph.revisions).join('\n')
 */
export function drawHistory(
  graph: RevisionGraph,
  revisions: readonly Revision[],
  { ascii = false, label = (revision) => defaultLabel(graph, revision) }: DrawHistoryOptions = {},
): readonly string[] {
  const draw = ascii ? drawAscii : drawBoxes;
  return historyLanes(graph, revisions).map((row) => {
    const drawn = draw(row);
    return row.kind === 'revision' ? `${drawn} ${label(row.revision)}` : drawn;
  });
}

function defaultLabel(graph: RevisionGraph, { id, message }: Revision): string {
  const needed = graph.dependenciesOf(id).map((revision) => revision.id);
  return `${id} ${message}${needed.length === 0 ? '' : ` (depends on ${needed.join(', ')})`}`;
}

const BLANK = ' ';

/** Lane n stands in column 2n; the columns between them hold what connects lanes. */
function columnOf(lane: number): number {
  return lane * 2;
}

function drawBoxes(row: LaneRow): string {
  const line = passing(row, '│');
  switch (row.kind) {
    case 'revision':
      line[columnOf(row.lane)] = '●';
      break;
    case 'join': {
      connect(line, row.lane, row.ending, '─');
      const last = Math.max(...row.ending);
      for (const lane of row.ending) line[columnOf(lane)] = lane === last ? '╯' : '┴';
      line[columnOf(row.lane)] = '├';
      break;
    }
    case 'part': {
      const others = [...row.starting, ...row.meeting];
      connect(line, row.lane, others, '─');
      const first = Math.min(row.lane, ...others);
      const last = Math.max(row.lane, ...others);
      for (const lane of row.starting) line[columnOf(lane)] = lane === last ? '╮' : '┬';
      for (const lane of [row.lane, ...row.meeting]) {
        line[columnOf(lane)] = lane === first ? '├' : lane === last ? '┤' : '┼';
      }
      break;
    }
    case 'gap':
      break;
    default:
      return row satisfies never;
  }
  return textOf(line);
}

// "/" leads to the lane below on its left, "\" to the one below on its right; "_" lengthens them.
function drawAscii(row: LaneRow): string {
  const line = passing(row, '|');
  switch (row.kind) {
    case 'revision':
      line[columnOf(row.lane)] = '*';
      break;
    case 'join':
      connect(line, row.lane, row.ending, '_');
      for (const lane of row.ending) {
        line[columnOf(lane) - 1] = '/';
        line[columnOf(lane)] = lane === Math.max(...row.ending) ? BLANK : '_';
      }
      break;
    case 'part': {
      const others = [...row.starting, ...row.meeting];
      connect(line, row.lane, others, '_');
      for (const lane of row.starting) {
        line[columnOf(lane)] = lane === Math.max(...others) ? BLANK : '_';
      }
      for (const lane of others) {
        if (lane > row.lane) line[columnOf(lane) - 1] = '\\';
        else line[columnOf(lane) + 1] = '/';
      }
      break;
    }
    case 'gap':
      break;
    default:
      return row satisfies never;
  }
  return textOf(line);
}

/** The lanes that only pass; the rest is blank. */
function passing({ open }: LaneRow, character: string): string[] {
  const line: string[] = [];
  for (const passes of open) line.push(passes ? character : BLANK, BLANK);
  return line;
}

/** Fills what is blank between a lane and the farthest of others, on either side of it. */
function connect(line: string[], lane: number, others: readonly number[], character: string): void {
  const from = columnOf(Math.min(lane, ...others));
  const to = columnOf(Math.max(lane, ...others));
  for (let column = from; column <= to; column++) {
    if ((line[column] ?? BLANK) === BLANK) line[column] = character;
  }
}

function textOf(line: readonly string[]): string {
  return line.join('').trimEnd();
}
