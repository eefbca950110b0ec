// Prints revisions for the commands that look at the history.

import type { Revision } from '../revisions/index.js';
import type { Describer } from './describe-revision.js';
import type { Terminal } from './terminal.js';

/** All that is known of each, with an empty line between two. */
export function printParagraphs(
  { out }: Terminal,
  revisions: readonly Revision[],
  describe: Describer,
): void {
  for (const [index, revision] of revisions.entries()) {
    if (index > 0) out('');
    for (const line of describe.paragraph(revision)) out(line);
  }
}
