// `plinth merge`: writes a revision that joins branches, once it is proved that the order in which
// they are applied does not matter.

import { join, relative } from 'node:path';
import { type MergeProof, mergeRevision } from '../../merge/index.js';
import { loadRevisions } from '../../migrate/index.js';
import {
  newRevisionId,
  planMerge,
  type Revision,
  revisionFileName,
} from '../../revisions/index.js';
import { openProject } from '../open-project.js';
import { printNotes } from '../print-notes.js';
import type { Report } from '../report.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';
import { writeNewRevision } from '../write-new-revision.js';

export interface MergeOptions {
  /** Default: it names the parents. */
  readonly message?: string;
  readonly branchLabel?: readonly string[];
  readonly revId?: string;
  /** Whether it may join what others revise already. */
  readonly splice?: boolean;
  readonly scratchUrl?: string;
  readonly proof: boolean;
}

/**
 * @param targets Identifiers of what is joined; none for all heads.
 * @throws PlinthError REVISION_*, MERGE_CONFLICT, SCRATCH_* or MODULE_*.
 */
export async function mergeCommand(
  terminal: Terminal,
  shared: SharedOptions,
  targets: readonly string[],
  options: MergeOptions,
): Promise<Report> {
  const project = await openProject(terminal, shared);
  const history = await loadRevisions(project.revisionsFolder);
  const named = targets.length === 0 ? undefined : targets;
  const heads = planMerge(history, named, { splice: options.splice ?? false });
  const { message = messageFor(heads), branchLabel = [], revId = newRevisionId() } = options;
  const draft = { id: revId, message, branchLabels: branchLabel };
  const name = revisionFileName({
    id: revId,
    message,
    date: new Date(),
    extension: 'sql',
    ...(project.fileTemplate === undefined ? {} : { template: project.fileTemplate }),
  });
  const path = join(project.revisionsFolder, name);
  const { text, proof } = await mergeRevision({
    project,
    history,
    heads,
    path,
    draft,
    template: project.revisionTemplate,
    scratchUrl: options.scratchUrl,
    prove: options.proof,
  });
  await writeNewRevision(terminal, project, name, text);
  const { notes = [], upgrades, downgrades } = proof ?? {};
  return {
    data: {
      written: path,
      id: revId,
      message,
      revises: heads.map(({ id }) => id),
      proof: proof === undefined ? null : { upgrades, downgrades },
      notes,
    },
    print: (to) => {
      printNotes(to, notes);
      to.out(`wrote  ${relative(terminal.folder, path)}`);
      for (const { id, message: said } of heads) to.out(`joins  ${id}  ${said}`);
      if (proof === undefined) to.error('note: not proved: their order may matter');
      else to.out(proofLine(proof));
    },
  };
}

function messageFor(heads: readonly Revision[]): string {
  const ids = heads.map(({ id }) => id);
  return `merge ${ids.slice(0, -1).join(', ')} and ${ids.at(-1) ?? ''}`;
}

function proofLine({ upgrades, downgrades }: MergeProof): string {
  if (upgrades.length === 1) return 'proved: only one order is possible, and it works';
  const back = downgrades.length === 0 ? '' : `, and ${downgrades.length} lead back from it`;
  return `proved: ${upgrades.length} orders make the same schema${back}`;
}
