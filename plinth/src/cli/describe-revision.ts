// How a revision reads in the commands that look at the history: in a line, in a paragraph, and as
// data. It reads no file and no database.

import { relative } from 'node:path';
import {
  type Revision,
  type RevisionGraph,
  type RevisionId,
  type RevisionPlace,
  revisionPlaces,
} from '../revisions/index.js';

/** What a command knows of the history beside the revisions themselves. */
export interface HistoryView {
  readonly graph: RevisionGraph;
  /** The revisions a database is at; `undefined` where none was asked. */
  readonly current: ReadonlySet<RevisionId> | undefined;
  /** The folder that paths are told from. */
  readonly folder: string;
}

/** Tells revisions of one history. */
export interface Describer {
  /** `1f3a9c0d27b4 (head), create tasks`. */
  line(revision: Revision): string;
  /** Several lines: all that its file says of it, and where that is. */
  paragraph(revision: Revision): readonly string[];
  /** What `--json` tells of it. */
  data(revision: Revision): object;
}

export function describer(view: HistoryView): Describer {
  const places = revisionPlaces(view.graph);
  const told = (revision: Revision): Told => {
    const place = places.get(revision.id);
    if (place === undefined) throw new Error(`${revision.id} is in another history`);
    return { revision, place, ...view };
  };
  return {
    line: (revision) => `${named(told(revision))}, ${revision.message}`,
    paragraph: (revision) => paragraphOf(told(revision)),
    data: (revision) => dataOf(told(revision)),
  };
}

interface Told extends HistoryView {
  readonly revision: Revision;
  readonly place: RevisionPlace;
}

/** What stands behind an id, in Alembic's words. */
function named({ revision, place, current }: Told): string {
  const marks = [
    ...(current?.has(revision.id) ? ['current'] : []),
    ...(place.head ? [place.needed ? 'effective head' : 'head'] : []),
    ...(place.branchPoint ? ['branchpoint'] : []),
    ...(place.mergePoint ? ['mergepoint'] : []),
    ...place.branchLabels,
  ];
  return marks.length === 0 ? revision.id : `${revision.id} (${marks.join(', ')})`;
}

function paragraphOf(told: Told): readonly string[] {
  const { revision, place, graph, folder } = told;
  const { id, revises, dependsOn, irreversible, noTransaction, path } = revision;
  const children = graph.childrenOf(id).map((child) => child.id);
  return [
    field('Revision', named(told)),
    field(place.mergePoint ? 'Merges' : 'Revises', place.base ? 'base' : revises.join(', ')),
    ...listed('Depends on', dependsOn),
    ...listed(place.branchPoint ? 'Branches into' : 'Revised by', children),
    ...(noTransaction ? [field('Transaction', 'none')] : []),
    ...(irreversible === undefined ? [] : [field('Irreversible', irreversible)]),
    field('Path', relative(folder, path)),
    '',
    `    ${revision.message}`,
  ];
}

function field(name: string, value: string): string {
  return `${`${name}:`.padEnd(15)}${value}`;
}

function listed(name: string, values: readonly string[]): readonly string[] {
  return values.length === 0 ? [] : [field(name, values.join(', '))];
}

function dataOf({ revision, place, current }: Told): object {
  const { id, message, revises, dependsOn, noTransaction, irreversible, path } = revision;
  return {
    id,
    message,
    revises,
    dependsOn,
    branchLabels: place.branchLabels,
    isHead: place.head,
    isBranchPoint: place.branchPoint,
    isMergePoint: place.mergePoint,
    ...(current === undefined ? {} : { isCurrent: current.has(id) }),
    noTransaction,
    irreversible: irreversible ?? null,
    path,
  };
}
