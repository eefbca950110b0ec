// The hazards of a statement that writes every row of a table anew.

import type { Hazard } from '../statement.js';

/** Under a lock that keeps everybody out until the last row is written. */
export function rewriting(name: string): Hazard[] {
  return [
    { kind: 'rewrites-table', message: `every row of ${name} is written anew` },
    { kind: 'blocks-reads', message: `${name} cannot be read until that is done` },
    { kind: 'blocks-writes', message: `${name} cannot be written until that is done` },
  ];
}
