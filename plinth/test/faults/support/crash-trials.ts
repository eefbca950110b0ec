// Many trials of one property: how many, how they are run, and how those that failed are told.

import type { Random } from './random.js';

/** `PLINTH_CRASH_RUNS`: how often each file of crash tests interrupts a run. Default: 100. */
export const CRASH_RUNS = Number(process.env.PLINTH_CRASH_RUNS ?? 100);

export interface Trial {
  /** What has to be said to do it again. */
  readonly label: string;
  /** Resolves with what went wrong. */
  readonly run: () => Promise<readonly string[]>;
}

/**
 * Runs every trial, whatever becomes of the others.
 *
 * @param lanes How many run at once. Default: 2.
 * @returns A text for each that failed.
 */
export async function failedTrials(trials: readonly Trial[], lanes = 2): Promise<string[]> {
  const failed: string[] = [];
  const waiting = [...trials];
  const lane = async (): Promise<void> => {
    for (let trial = waiting.shift(); trial !== undefined; trial = waiting.shift()) {
      const faults = await trial.run();
      if (faults.length > 0) failed.push(`${trial.label}:\n  ${faults.join('\n  ')}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return failed;
}

/** So many members of a list, in its order; all where there are fewer. */
export function pick<Member>(
  random: Random,
  count: number,
  list: readonly Member[],
): readonly Member[] {
  const picked = [...list];
  while (picked.length > count) picked.splice(random(picked.length), 1);
  return picked;
}
