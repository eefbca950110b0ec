// `plinth history`: the revision files, newest first. It needs no database.

import { loadRevisions } from '../../migrate/index.js';
import { openProject } from '../open-project.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

export async function historyCommand(terminal: Terminal, options: SharedOptions): Promise<void> {
  const project = await openProject(terminal, options);
  const graph = await loadRevisions(project.revisionsFolder);
  const heads = new Set(graph.heads.map(({ id }) => id));
  if (graph.revisions.length === 0) terminal.out('no revisions yet');
  for (const { id, revises, branchLabels, message } of graph.revisions.toReversed()) {
    const parents = revises.length === 0 ? 'base' : revises.join(', ');
    const marks = [...(heads.has(id) ? ['head'] : []), ...branchLabels];
    const marked = marks.length === 0 ? '' : ` (${marks.join(', ')})`;
    terminal.out(`${parents} -> ${id}${marked}, ${message}`);
  }
}
