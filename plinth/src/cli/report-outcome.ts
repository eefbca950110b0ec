// What a run of revisions has done, as data and in words.

import type { Direction, MigrationOutcome } from '../migrate/index.js';
import { printWarnings } from './print-notes.js';
import type { Report } from './report.js';

const DONE = { upgrade: 'applied', downgrade: 'undone' } as const satisfies Record<
  Direction,
  string
>;

export function reportOutcome(
  direction: Direction,
  { ran, heads, warnings }: MigrationOutcome,
): Report {
  const revisions = `${ran.length} revision${ran.length === 1 ? '' : 's'}`;
  const done = ran.length === 0 ? 'nothing to do' : `${revisions} ${DONE[direction]}`;
  return {
    data: { direction, ran, current: heads, warnings },
    print: (to) => {
      printWarnings(to, warnings);
      to.out(`${done}, at ${describeHeads(heads)}`);
    },
  };
}

export function describeHeads(heads: readonly string[]): string {
  return heads.length === 0 ? 'base' : heads.join(', ');
}
