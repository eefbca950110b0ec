// A long history with branches, and every form in which one of its revisions can be named.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { revisionId } from './migrate-history.js';

/** A block that branches has this many revisions on its trunk; the others are two branches. */
const TRUNK = 80;
const BRANCH = 10;
const BLOCK = 100;

interface Place {
  readonly parents: readonly number[];
  readonly label: string | undefined;
}

/** Writes `length` revision files, a multiple of a hundred; the folder must be there. */
export function writeBranchedHistory(folder: string, length: number): void {
  for (let number = 0; number < length; number += 1) {
    const { parents, label } = placeOf(number, length);
    const revises = parents.map(revisionId).join(', ') || '(base)';
    writeFileSync(
      join(folder, `${String(number).padStart(6, '0')}_step.sql`),
      `-- plinth:revision ${revisionId(number)}
-- plinth:revises ${revises}
-- plinth:message step ${number}
${label === undefined ? '' : `-- plinth:branch-label ${label}\n`}
-- plinth:upgrade
ALTER TABLE item ADD COLUMN c${number} integer;

-- plinth:downgrade
ALTER TABLE item DROP COLUMN c${number};
`,
    );
  }
}

/** The last of a block that branches merges its branches. */
function placeOf(number: number, length: number): Place {
  const [block, index] = [number - (number % BLOCK), number % BLOCK];
  const [left, right] = [block + TRUNK, block + TRUNK + BRANCH];
  if (branches(block / length)) {
    if (index === BLOCK - 1) return { parents: [right - 1, number - 1], label: undefined };
    if (number === left) return { parents: [left - 1], label: `left_${block}` };
    if (number === right) return { parents: [left - 1], label: `right_${block}` };
  }
  return { parents: number === 0 ? [] : [number - 1], label: undefined };
}

/** Between them are straight lines: no step can be counted across a merge. */
function branches(place: number): boolean {
  return place < 0.2 || (place >= 0.6 && place < 0.7);
}

/** The ids that are applied when half of the history is. */
export function firstHalf(length: number): readonly string[] {
  return Array.from({ length: length / 2 }, (_, number) => revisionId(number));
}

/** One of each form, near both ends and in the middle. */
export function identifiersOf(length: number): readonly string[] {
  const half = length / 2;
  const branched = length * 0.6;
  const [first = '', middle = '', last = ''] = [0, half, length - 1].map(revisionId);
  return [
    'head',
    'heads',
    'base',
    'current',
    first,
    last,
    middle.slice(0, 8),
    'head-1',
    `head-${length / 5}`,
    '+1',
    `+${length / 20}`,
    '-1',
    `-${length / 5}`,
    `${first}+10`,
    `${middle.slice(0, 8)}-10`,
    `left_${branched}`,
    `left_${branched}@head`,
    `right_${branched}@heads`,
    `left_${branched}@base`,
    `${middle}@head`,
    `left_${branched}@${revisionId(branched + TRUNK + 5)}`,
  ];
}
