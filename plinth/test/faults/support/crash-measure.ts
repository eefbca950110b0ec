// How a run goes: how long one takes that nothing interrupts, where its line can be cut, and whether
// one that failed says why in Plinth's words.

import { expect } from 'vitest';
import type { CrashDirection, CrashPlay, RunOptions } from './crash-play.js';
import { CuttingProxy } from './crash-proxy.js';

/** In milliseconds, rounded up. */
export async function measureRun(play: CrashPlay, direction: CrashDirection): Promise<number> {
  let duration = 0;
  const faults = await play.faultsAfter(direction, async (copy) => {
    const begun = performance.now();
    await play.run(copy);
    duration = Math.ceil(performance.now() - begun);
  });
  expect(faults).toEqual([]);
  return duration;
}

/** The messages of the runner behind which a cut is worth while. */
export async function findCutPoints(
  play: CrashPlay,
  direction: CrashDirection,
  serverPort: number,
  options: RunOptions = {},
): Promise<readonly number[]> {
  let points: readonly number[] = [];
  const faults = await play.faultsAfter(direction, async (copy) => {
    await using proxy = await CuttingProxy.open(serverPort);
    await play.run({ ...copy, url: proxy.urlFor(copy.url) }, options);
    points = proxy.points;
  });
  expect(faults).toEqual([]);
  return points;
}

/** The run ended well, or with an error that Plinth has a code for. */
export function expectNamed(end: PromiseSettledResult<unknown>): void {
  if (end.status === 'fulfilled') return;
  const code = expect.stringMatching(/^(MIGRATE|ENGINE)_/);
  expect(end.reason, `a failure without a code: ${end.reason}`).toMatchObject({ code });
}
