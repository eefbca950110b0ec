// The line to the server is cut after any message of the runner, or the run is aborted at any
// moment. What is left is finished by the next run, as if nothing had happened.

import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { expectNamed, findCutPoints, measureRun } from './support/crash-measure.js';
import type { CrashCopy, CrashPlay, RunOptions } from './support/crash-play.js';
import { type Cut, CuttingProxy } from './support/crash-proxy.js';
import { CRASH_RUNS, failedTrials, pick } from './support/crash-trials.js';
import { useCrashWorld } from './support/crash-world.js';
import { SEED, seededRandom } from './support/random.js';

const world = useCrashWorld('plinth');
const random = seededRandom(SEED);

// What failed once is a defect: nothing is tried again.
const OPTIONS = { retry: 0, timeout: 300_000 };

/** Runs everything through a proxy that cuts the line. */
async function runThrough(
  play: CrashPlay,
  copy: CrashCopy,
  cut: Cut,
  options: RunOptions = {},
): Promise<PromiseSettledResult<unknown>> {
  await using proxy = await CuttingProxy.open(world.server.port, cut);
  // A run whose last word is cut off may have ended well.
  const [end] = await Promise.allSettled([
    play.run({ ...copy, url: proxy.urlFor(copy.url) }, options),
  ]);
  expect(proxy.isCut).toBe(true);
  return end;
}

describe.each(['upgrade', 'downgrade'] as const)(
  `%s (PLINTH_SEED=${SEED})`,
  OPTIONS,
  (direction) => {
    it('is finished after a cut', async () => {
      const { play } = world;
      const points = pick(
        random,
        CRASH_RUNS * 0.4,
        await findCutPoints(play, direction, world.server.port),
      );
      const trials = points.map((after) => ({
        label: `cut after message ${after}`,
        run: () =>
          play.faultsAfter(direction, async (copy) => {
            await runThrough(play, copy, { after, way: 'ended' });
          }),
      }));
      expect(await failedTrials(trials)).toEqual([]);
    });

    it('says in words of Plinth that its line was cut', async () => {
      const { play } = world;
      const points = await findCutPoints(play, direction, world.server.port);
      const trials = pick(random, CRASH_RUNS / 8, points).map((after) => ({
        label: `cut after message ${after}`,
        run: () =>
          play.faultsAfter(direction, async (copy) => {
            expectNamed(await runThrough(play, copy, { after, way: 'ended' }));
          }),
      }));
      expect(await failedTrials(trials)).toEqual([]);
    });

    it('is finished after an abort', async () => {
      const duration = await measureRun(world.play, direction);
      const trials = Array.from({ length: Math.ceil(CRASH_RUNS / 8) }, () => {
        const moment = random(duration);
        return {
          label: `aborted after ${moment} ms`,
          run: () => world.play.faultsAfter(direction, (copy) => abortAfter(copy, moment)),
        };
      });
      expect(await failedTrials(trials)).toEqual([]);
    });
  },
);

async function abortAfter(copy: CrashCopy, moment: number): Promise<void> {
  const abort = new AbortController();
  const run = world.play.run(copy, { signal: abort.signal });
  const [ended] = await Promise.allSettled([run, delay(moment).then(() => abort.abort())]);
  if (ended.status === 'fulfilled') return;
  expect(ended.reason).toMatchObject({ code: expect.stringMatching(/^(MIGRATE|ENGINE)_ABORTED$/) });
}

it(`is all or nothing in a single transaction (PLINTH_SEED=${SEED})`, OPTIONS, async () => {
  const ids = ['c1', 'c2', 'c3'];
  const play = await world.playOf(
    ids.map((id) => ({ id, upgrade: `CREATE TABLE ${id} (id integer);\nSELECT ran('${id}');` })),
  );
  const options = { singleTransaction: true };
  const points = await findCutPoints(play, 'upgrade', world.server.port, options);
  const trials = pick(random, CRASH_RUNS / 4, points).map((after) => ({
    label: `cut after message ${after}`,
    run: () =>
      play.faultsAfter('upgrade', async (copy) => {
        await runThrough(play, copy, { after, way: 'ended' }, options);
        await expect.poll(() => copy.ask(OTHERS), { interval: 5 }).toEqual([0]);
        const ran = await copy.ask('SELECT step AS value FROM runs ORDER BY 1');
        expect([[], ids]).toContainEqual(ran);
      }),
  }));
  expect(await failedTrials(trials)).toEqual([]);
});

const OTHERS = `SELECT count(*)::int AS value FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()
                   AND backend_type = 'client backend'`;
