// `plinth branches`: where the history goes on in several directions.

import { branchPoints } from '../../revisions/index.js';
import { describer } from '../describe-revision.js';
import { openHistory } from '../open-history.js';
import type { Report } from '../report.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

export interface BranchesOptions {
  readonly verbose?: boolean;
}

export async function branchesCommand(
  terminal: Terminal,
  shared: SharedOptions,
  { verbose = false }: BranchesOptions,
): Promise<Report> {
  const history = await openHistory(terminal, shared, false);
  const points = branchPoints(history.graph);
  const describe = describer(history);
  return {
    data: {
      branchPoints: points.map(({ revision, children }) => ({
        ...describe.data(revision),
        children: children.map(describe.data),
      })),
    },
    print: ({ out }) => {
      if (points.length === 0) out('no branches');
      for (const { revision, children } of points) {
        const told = verbose ? describe.paragraph(revision) : [describe.line(revision)];
        for (const line of told) out(line);
        for (const child of children) out(`    -> ${describe.line(child)}`);
      }
    },
  };
}
