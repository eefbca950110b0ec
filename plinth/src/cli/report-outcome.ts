// How a run of revisions reads in a terminal.

import type { MigrationOutcome, MigrationProgress } from '../migrate/index.js';
import type { Terminal } from './terminal.js';

export function progressPrinter(terminal: Terminal): (event: MigrationProgress) => void {
  return (event) => {
    switch (event.kind) {
      case 'waiting':
        terminal.error(`waiting for the migration lock: ${event.holder} holds it`);
        return;
      case 'running':
        return;
      case 'finished': {
        const { id, message } = event.revision;
        terminal.out(`${event.direction}  ${id}  ${message}  (${Math.round(event.durationMs)} ms)`);
        return;
      }
      default:
        event satisfies never;
    }
  };
}

export function reportOutcome(
  terminal: Terminal,
  verb: 'applied' | 'undone',
  outcome: MigrationOutcome,
): void {
  for (const warning of outcome.warnings) terminal.error(`warning: ${warning}`);
  const { length } = outcome.ran;
  const done =
    length === 0 ? 'nothing to do' : `${length} revision${length === 1 ? '' : 's'} ${verb}`;
  terminal.out(`${done}, at ${describeHeads(outcome.heads)}`);
}

export function describeHeads(heads: readonly string[]): string {
  return heads.length === 0 ? 'base' : heads.join(', ');
}
