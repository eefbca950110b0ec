// Reads the text of a range: its two ends, and steps that have no start of their own. Knows no
// revision.

import { PlinthError } from '../errors/index.js';

// A step without a start, such as `-3` or `label@+2`.
const BARE_STEPS = /^(?:(.+)@)?([+-][1-9]\d*)$/s;

export interface RangeEnds {
  readonly text: string;
  readonly from: string;
  readonly to: string;
}

/**
 * The two ends of `a:b`; one that is left away is empty.
 *
 * @throws PlinthError `REVISION_RANGE_INVALID` where there is not exactly one colon.
 */
export function splitRange(text: string): RangeEnds {
  const [from, to, ...more] = text.split(':').map((part) => part.trim());
  if (from === undefined || to === undefined || more.length > 0) {
    const hint = 'Write it as "<from>:<to>", "<from>:" or ":<to>".';
    throw rangeError(text, 'expected one colon', hint);
  }
  return { text: text.trim(), from, to };
}

export interface BareSteps {
  readonly label: string | undefined;
  readonly steps: number;
}

/** The steps of an end such as `-3` or `label@+2`, if it is one and has this sign. */
export function stepsIn(text: string, sign = ''): BareSteps | undefined {
  const [, label, steps = ''] = BARE_STEPS.exec(text) ?? [];
  return steps !== '' && steps.startsWith(sign) ? { label, steps: Number(steps) } : undefined;
}

/** Whether an end can be resolved only where it is known what is applied. */
export function asksApplied(text: string): boolean {
  return stepsIn(text) !== undefined || asksCurrent(text);
}

/** Whether an end is `current`, or counts from it. */
export function asksCurrent(text: string): boolean {
  return /^(?:.*@)?current(?:[+-]\d+)?$/s.test(text);
}

export function rangeError(text: string, reason: string, hint: string): PlinthError {
  return new PlinthError('REVISION_RANGE_INVALID', `"${text}" is no range: ${reason}.`, {
    hint,
    details: { range: text },
  });
}
