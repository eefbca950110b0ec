// Graphs of revisions written in one line, for tests: `a <- b <- c; b <- d; c, d <- m`.

import { PlinthError } from '../errors/index.js';
import { buildGraph } from './build-graph.js';
import { parseRevision } from './parse-revision.js';
import { renderRevision } from './render-revision.js';
import type { Revision, RevisionId } from './revision.js';
import type { RevisionGraph } from './revision-graph.js';

interface Growing {
  readonly id: string;
  readonly revises: string[];
  readonly dependsOn: string[];
  readonly branchLabels: string[];
  irreversible: boolean;
}

/**
 * The graph of a notation. An arrow points at what is revised, a comma stands between several.
 * Once for each revision, behind its id: `!` makes it irreversible, `[left]` gives it branch
 * labels, `(c l1)` says what it depends on. File names follow the order of first mention.
 */
export function inlineGraph(notation: string): RevisionGraph {
  const growing = new Map<string, Growing>();
  for (const chain of notation.split(';')) {
    let parents: readonly Growing[] = [];
    for (const group of chain.split('<-')) {
      const revisions = group
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== '')
        .map((word) => mention(growing, word));
      for (const { revises } of revisions) revises.push(...parents.map(({ id }) => id));
      parents = revisions;
    }
  }
  return buildGraph([...growing.values()].map(revisionOf));
}

function mention(growing: Map<string, Growing>, word: string): Growing {
  const [, id = '', irreversible = '', labels = '', needs = ''] =
    /^([\w-]+)(!?)(?:\[([^\]]*)\])?(?:\(([^)]*)\))?$/.exec(word) ?? [];
  if (id === '') throw new Error(`no revision: "${word}"`);
  const revision = growing.get(id) ?? {
    id,
    revises: [],
    dependsOn: [],
    branchLabels: [],
    irreversible: false,
  };
  growing.set(id, revision);
  revision.irreversible ||= irreversible !== '';
  revision.branchLabels.push(...wordsOf(labels));
  revision.dependsOn.push(...wordsOf(needs));
  return revision;
}

function revisionOf({ irreversible, ...draft }: Growing, index: number): Revision {
  const text = renderRevision({
    ...draft,
    message: `make ${draft.id}`,
    ...(irreversible ? { irreversible: 'rows are gone' } : {}),
  });
  return parseRevision(`${String(index).padStart(4, '0')}_${draft.id}.sql`, text);
}

function wordsOf(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '');
}

/** The ids of revisions, as in `a b c`. */
export function idsOf(revisions: readonly Revision[]): string {
  return revisions.map(({ id }) => id).join(' ');
}

/** The ids that `a b c` names in a graph, or all of them. */
export function appliedOf(graph: RevisionGraph, text: string): ReadonlySet<RevisionId> {
  const named = text === 'all' ? graph.revisions : wordsOf(text).map((id) => known(graph, id));
  return new Set(named.map(({ id }) => id));
}

function known(graph: RevisionGraph, id: string): Revision {
  const revision = graph.get(id);
  if (revision === undefined) throw new Error(`no revision: "${id}"`);
  return revision;
}

/** The PlinthError that a call throws. */
export function errorOf(run: () => unknown): PlinthError {
  try {
    run();
  } catch (error) {
    if (error instanceof PlinthError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
