// A history that ends before a revision. Reads no file.

import { buildGraph } from './build-graph.js';
import type { RevisionGraph } from './revision-graph.js';

/**
 * The history without a revision and without all that stands on it: for a database that cannot follow
 * any further, such as a server that lacks an extension.
 *
 * @param id Full id of the revision; the history stays whole where there is no such one.
 */
export function withoutRevision(graph: RevisionGraph, id: string): RevisionGraph {
  const revision = graph.get(id);
  if (revision === undefined) return graph;
  const gone = graph.descendantsOf([revision.id]);
  return buildGraph(graph.revisions.filter((each) => !gone.has(each.id)));
}
