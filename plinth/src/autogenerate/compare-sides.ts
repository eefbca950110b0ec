// The plans of both directions between where a schema is and where it is wanted. Pure.

import { type DiffOptions, diff, type Plan, type Rename } from '../diff/index.js';
import { isPlinthError, type PlinthError } from '../errors/index.js';
import { type FoundSide, settleRoles, shareRoles } from '../sides/index.js';
import { reverseRenames } from './reverse-renames.js';

export interface Comparison {
  readonly upgrade: Plan;
  /** The way back, or why there is none. */
  readonly downgrade: Plan | PlinthError;
}

export interface CompareOptions
  extends Pick<DiffOptions, 'plain' | 'privileges' | 'serverVersion'> {
  /** What has another name now; on the way back it gets its old one again. */
  readonly renames?: readonly Rename[];
}

/** @throws PlinthError DIFF_REFUSED where no way leads forward, or DIFF_RENAME_INVALID. */
export function compareSides(
  current: FoundSide,
  desired: FoundSide,
  { renames = [], ...options }: CompareOptions = {},
): Comparison {
  // The models say nothing of owners.
  const settings = { ...options, owners: false };
  const up = settleRoles(current, desired);
  const back = shareRoles(desired.catalog, current.catalog);
  const upgrade = diff(up.from, up.to, { ...settings, renames });
  return {
    upgrade,
    downgrade: planOrRefusal(() =>
      diff(back.from, back.to, { ...settings, renames: reverseRenames(renames) }),
    ),
  };
}

function planOrRefusal(plan: () => Plan): Plan | PlinthError {
  try {
    return plan();
  } catch (error) {
    if (isPlinthError(error, 'DIFF_REFUSED')) return error;
    throw error;
  }
}
