// Checks revisions against each other and links them into a graph. Reads no file.

import { type ErrorCode, PlinthError } from '../errors/index.js';
import { nearMisses } from './near-misses.js';
import { orderRevisions } from './order-revisions.js';
import { placeOf, type Revision, type RevisionId } from './revision.js';
import { type RevisionEdges, type RevisionGraph, revisionGraph } from './revision-graph.js';

/** For how many lost names near ones are looked up: each look goes through the whole history. */
const MOST_NEAR = 10;

/**
 * The graph of a history.
 *
 * @throws PlinthError `REVISION_DUPLICATE_ID`, `REVISION_DUPLICATE_LABEL`,
 *   `REVISION_MISSING_PARENT`, `REVISION_MISSING_DEPENDENCY` or `REVISION_CYCLE`, naming every
 *   file concerned.
 */
export function buildGraph(revisions: readonly Revision[]): RevisionGraph {
  const byId = indexById(revisions);
  const labels = indexByLabel(revisions, byId);
  const edges = linkRevisions(revisions, byId, labels);
  const ordered = orderRevisions(revisions, (id) => {
    const found = edges.get(id);
    return found === undefined ? [] : [...found.parents, ...found.dependencies];
  });
  return revisionGraph(ordered, edges, labels);
}

function indexById(revisions: readonly Revision[]): ReadonlyMap<string, Revision> {
  const byId = new Map<string, Revision>();
  const byLetters = new Map<string, Revision>();
  const faults: string[] = [];
  for (const revision of revisions) {
    const letters = revision.id.toLowerCase();
    const other = byLetters.get(letters);
    if (other === undefined) byLetters.set(letters, revision);
    else faults.push(sameIds(other, revision));
    byId.set(revision.id, revision);
  }
  refuse('REVISION_DUPLICATE_ID', faults, 'Give each revision an id of its own.');
  return byId;
}

// Ids stand in file names, and not every file system tells capitals from small letters.
function sameIds(one: Revision, two: Revision): string {
  if (one.path === two.path) return `${one.path} is given twice; expected each file once.`;
  const places = `${placeOf(one, 'revision')} and ${placeOf(two, 'revision')}`;
  return one.id === two.id
    ? `${places} both carry the id ${one.id}.`
    : `${places} carry ids that differ only in capitals: ${one.id}, ${two.id}.`;
}

// Ids and labels are written in the same places, so they share one space of names.
function indexByLabel(
  revisions: readonly Revision[],
  byId: ReadonlyMap<string, Revision>,
): ReadonlyMap<string, Revision> {
  const labels = new Map<string, Revision>();
  const faults: string[] = [];
  for (const revision of revisions) {
    for (const label of revision.branchLabels) {
      const other = labels.get(label);
      const named = byId.get(label);
      if (other !== undefined) {
        const places = `${placeOf(other, 'branch-label')} and ${placeOf(revision, 'branch-label')}`;
        faults.push(`${places} both carry the branch label ${label}.`);
      } else if (named !== undefined) {
        const place = placeOf(revision, 'branch-label');
        faults.push(`${place}: the branch label ${label} is the id of ${named.path}.`);
      } else {
        labels.set(label, revision);
      }
    }
  }
  refuse('REVISION_DUPLICATE_LABEL', faults, 'Give each branch a label of its own.');
  return labels;
}

function linkRevisions(
  revisions: readonly Revision[],
  byId: ReadonlyMap<string, Revision>,
  labels: ReadonlyMap<string, Revision>,
): ReadonlyMap<RevisionId, RevisionEdges> {
  const edges = new Map(revisions.map((revision) => [revision.id, emptyEdges()]));
  const lostParents: string[] = [];
  const lostDependencies: string[] = [];
  const known = [...byId.keys()];
  for (const revision of revisions) {
    for (const id of revision.revises) {
      const parent = byId.get(id);
      if (parent === undefined) {
        const near = lostParents.length < MOST_NEAR ? known : [];
        lostParents.push(`${placeOf(revision, 'revises')} revises ${id}, ${lost(id, near)}`);
        continue;
      }
      edges.get(revision.id)?.parents.push(parent);
      edges.get(parent.id)?.children.push(revision);
    }
    for (const name of revision.dependsOn) {
      const needed = byId.get(name) ?? labels.get(name);
      if (needed === undefined) {
        const names = lostDependencies.length < MOST_NEAR ? [...known, ...labels.keys()] : [];
        lostDependencies.push(
          `${placeOf(revision, 'depends-on')} depends on ${name}, ${lost(name, names)}`,
        );
        continue;
      }
      edges.get(revision.id)?.dependencies.push(needed);
      edges.get(needed.id)?.dependents.push(revision);
    }
  }
  const restore = 'Restore the missing file, or correct the header.';
  refuse('REVISION_MISSING_PARENT', lostParents, restore);
  refuse('REVISION_MISSING_DEPENDENCY', lostDependencies, restore);
  return edges;
}

interface GrowingEdges {
  readonly parents: Revision[];
  readonly dependencies: Revision[];
  readonly children: Revision[];
  readonly dependents: Revision[];
}

function emptyEdges(): GrowingEdges {
  return { parents: [], dependencies: [], children: [], dependents: [] };
}

function lost(name: string, known: readonly string[]): string {
  const near = nearMisses(name, known);
  const meant = near.length === 0 ? '' : ` (near: ${near.join(', ')})`;
  return `which no file carries${meant}.`;
}

function refuse(code: ErrorCode, faults: readonly string[], hint: string): void {
  if (faults.length === 0) return;
  throw new PlinthError(code, faults.join('\n  '), { hint, details: { faults } });
}
