// The process that runs revisions is killed with SIGKILL: at each event it tells of, and at any
// moment. What is left is finished by the next run, as if nothing had happened.

import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import type { CrashDirection } from './support/crash-play.js';
import { CrashChildren } from './support/crash-process.js';
import { CRASH_RUNS, failedTrials } from './support/crash-trials.js';
import { useCrashWorld } from './support/crash-world.js';
import { SEED, seededRandom } from './support/random.js';

const world = useCrashWorld('pg_dump');
const children = new CrashChildren();
const random = seededRandom(SEED);

afterAll(() => {
  children.dispose();
});

/** A run that nobody kills: its events, and how long it takes in milliseconds. */
async function wholeRun(direction: CrashDirection) {
  const child = children.take();
  let duration = 0;
  const faults = await world.play.faultsAfter(direction, async ({ url }) => {
    const ended = child.run({ url, folder: world.play.history.folder, direction });
    const begun = await child.begun();
    expect(await ended).toMatchObject({ kind: 'done' });
    duration = performance.now() - begun;
  });
  expect(faults).toEqual([]);
  return { events: child.events, duration };
}

// A kill that failed once is a defect: nothing is tried again.
const OPTIONS = { retry: 0, timeout: 300_000 };

describe.each(['upgrade', 'downgrade'] as const)('%s', OPTIONS, (direction) => {
  it('is finished after a kill at each event', async () => {
    const { events } = await wholeRun(direction);
    const trials = events.map(({ event, revision }, index) => ({
      label: `killed at event ${index + 1} (${event} of ${revision})`,
      run: () =>
        world.play.faultsAfter(direction, async ({ url }) => {
          const job = { url, folder: world.play.history.folder, direction, killAt: index + 1 };
          const end = await children.take().run(job);
          expect(end).toEqual({ kind: 'killed' });
        }),
    }));
    expect(await failedTrials(trials)).toEqual([]);
  });

  it(`is finished after kills at any moments (PLINTH_SEED=${SEED})`, async () => {
    const { duration } = await wholeRun(direction);
    const trials = Array.from({ length: Math.ceil(CRASH_RUNS / 4) }, (_, index) => {
      const moments = Array.from({ length: 1 + random(2) }, () => random(Math.ceil(duration)));
      return {
        label: `trial ${index + 1}, killed after ${moments.join(', ')} ms`,
        run: () =>
          world.play.faultsAfter(direction, async ({ url }) => {
            for (const moment of moments) {
              const child = children.take();
              const ended = child.run({ url, folder: world.play.history.folder, direction });
              await child.begun();
              await delay(moment);
              child.kill();
              await ended;
            }
          }),
      };
    });
    expect(await failedTrials(trials)).toEqual([]);
  });
});
