// `plinth heads`: the revisions that no other one revises.

import type { Revision, RevisionGraph } from '../../revisions/index.js';
import { describer } from '../describe-revision.js';
import { openHistory } from '../open-history.js';
import { printWarnings } from '../print-notes.js';
import { printParagraphs } from '../print-revisions.js';
import type { Report } from '../report.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

export interface HeadsOptions {
  readonly verbose?: boolean;
  /** Whether a head that another revision depends on is none. */
  readonly resolveDependencies?: boolean;
  readonly indicateCurrent?: boolean;
}

export async function headsCommand(
  terminal: Terminal,
  shared: SharedOptions,
  { verbose = false, resolveDependencies = false, indicateCurrent = false }: HeadsOptions,
): Promise<Report> {
  const history = await openHistory(terminal, shared, indicateCurrent);
  const { graph, warnings } = history;
  const heads = resolveDependencies ? realHeads(graph) : graph.heads;
  const describe = describer(history);
  return {
    data: { heads: heads.map(describe.data), warnings },
    print: (to) => {
      printWarnings(to, warnings);
      if (heads.length === 0) to.out('no revisions yet');
      if (verbose) printParagraphs(to, heads, describe);
      else for (const head of heads) to.out(describe.line(head));
    },
  };
}

function realHeads(graph: RevisionGraph): readonly Revision[] {
  const needed = new Set(graph.revisions.flatMap(({ id }) => graph.dependenciesOf(id)));
  return graph.heads.filter((head) => !needed.has(head));
}
