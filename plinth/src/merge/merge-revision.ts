// From branches to the text of the revision that merges them, proved before it is written. It
// writes no file of the project.

import {
  buildGraph,
  parseRevision,
  type Revision,
  type RevisionDraft,
  type RevisionGraph,
  renderRevision,
} from '../revisions/index.js';
import { type SidesProject, scratchFor } from '../sides/index.js';
import { type MergeProof, proveMerge } from './prove-merge.js';

export interface MergeRequest {
  readonly project: Pick<SidesProject, 'extensions' | 'scratchUrl'>;
  readonly history: RevisionGraph;
  /** What is merged: several, none of them an ancestor of another. */
  readonly heads: readonly Revision[];
  /** Where the file will be, for messages. */
  readonly path: string;
  readonly draft: Pick<RevisionDraft, 'id' | 'message' | 'branchLabels'>;
  /** The text of the file, with a place for each part. Default: as `renderRevision` does. */
  readonly template?: string | undefined;
  /** The server to use as scratch, instead of the project's own. */
  readonly scratchUrl?: string | undefined;
  /** Default: true. */
  readonly prove?: boolean;
}

export interface MergeRevision {
  readonly text: string;
  /** `undefined` where none was asked for. */
  readonly proof: MergeProof | undefined;
}

/**
 * A revision with several parents and nothing to run.
 *
 * @throws PlinthError MERGE_CONFLICT where the branches do not make the same schema in each order;
 *   SCRATCH_*, MODULE_*, REVISION_*.
 */
export async function mergeRevision(request: MergeRequest): Promise<MergeRevision> {
  const { project, history, heads, path, draft, prove = true } = request;
  const revises = heads.map(({ id }) => id);
  const text = renderRevision({ ...draft, revises }, 'sql', request.template);
  buildGraph([...history.revisions, parseRevision(path, text)]);
  if (!prove) return { text, proof: undefined };
  await using scratch = scratchFor(async () => project, request.scratchUrl);
  return { text, proof: await proveMerge(scratch, history, heads) };
}
