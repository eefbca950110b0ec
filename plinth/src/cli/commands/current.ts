// `plinth current`: where the database stands.

import { status } from '../../migrate/index.js';
import { withEngine } from '../open-project.js';
import { describeHeads } from '../report-outcome.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

export async function currentCommand(terminal: Terminal, options: SharedOptions): Promise<void> {
  await withEngine(terminal, options, async (engine, project) => {
    const { state, heads, pending, unknown, warnings } = await status(engine, {
      revisions: project.revisionsFolder,
    });
    for (const warning of warnings) terminal.error(`warning: ${warning}`);
    switch (state) {
      case 'current':
        terminal.out(`${describeHeads(heads)} (head)`);
        return;
      case 'changed':
      case 'interrupted':
        terminal.out(`${describeHeads(heads)}, ${state}: see the warnings`);
        return;
      case 'pending':
        terminal.out(`${describeHeads(heads)}, ${pending.length} pending:`);
        for (const { id, message } of pending) terminal.out(`  ${id}  ${message}`);
        return;
      case 'unknown':
        terminal.out(`newer than the code: ${unknown.join(', ')} in no file`);
        return;
      default:
        state satisfies never;
    }
  });
}
