// `plinth show`: all that the files say of the revisions that an identifier names.

import { describer } from '../describe-revision.js';
import { asksDatabase, namedRevisions } from '../named-revisions.js';
import { openHistory } from '../open-history.js';
import { printParagraphs } from '../print-revisions.js';
import type { Report } from '../report.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

/** @throws PlinthError as `resolveTarget`. */
export async function showCommand(
  terminal: Terminal,
  shared: SharedOptions,
  identifier: string,
): Promise<Report> {
  const history = await openHistory(terminal, shared, asksDatabase(identifier));
  const revisions = namedRevisions(history.graph, identifier, history.applied);
  const describe = describer({ ...history, current: undefined });
  return {
    data: { revisions: revisions.map(describe.data) },
    print: (to) => {
      if (revisions.length === 0) to.out(`${identifier} is the base: there is no revision`);
      printParagraphs(to, revisions, describe);
    },
  };
}
