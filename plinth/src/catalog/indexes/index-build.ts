// What building an index does to a live system: its locks and hazards.

import type { Hazard, StatementFacts } from '../statement.js';

export interface Building {
  /** The relation, and the index, as SQL writes their names. */
  readonly relation: string;
  readonly name: string;
  /** The keys, where no two rows may have the same. */
  readonly unique: string | undefined;
}

/** Beside readers and writers. */
export function buildConcurrently({ relation, name, unique }: Building): StatementFacts {
  const hazards: Hazard[] = [
    {
      kind: 'scans-table',
      message: `every row of ${relation} is read, while reads and writes go on`,
    },
  ];
  if (unique !== undefined) {
    const message = `fails where two rows of ${relation} have the same ${unique}; drop the invalid index ${name} that is left then before you try again`;
    hazards.push({ kind: 'can-fail', message });
  }
  return {
    transactional: false,
    locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', on: relation }],
    hazards,
  };
}

/** While writers wait, and with `reads` readers as well. */
export function buildAtOnce(
  { relation, name, unique }: Building,
  { reads = false }: { readonly reads?: boolean } = {},
): StatementFacts {
  const hazards: Hazard[] = [
    { kind: 'scans-table', message: `every row of ${relation} is read` },
    { kind: 'blocks-writes', message: `writes to ${relation} wait until ${name} is built` },
  ];
  if (reads) {
    const message = `reads of ${relation} wait until ${name} is built`;
    hazards.push({ kind: 'blocks-reads', message });
  }
  if (unique !== undefined) {
    const message = `fails where two rows of ${relation} have the same ${unique}`;
    hazards.push({ kind: 'can-fail', message });
  }
  return { locks: [{ mode: reads ? 'ACCESS EXCLUSIVE' : 'SHARE', on: relation }], hazards };
}
