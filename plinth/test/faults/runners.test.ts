// Ten processes run the same revisions at once, and some of them are killed: each revision is run
// once, and every process that lives ends well.

import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { CrashCommand } from './support/crash-command.js';
import { type CrashCopy, WHOLE_RUN } from './support/crash-play.js';
import { type ChildEnd, CrashChild } from './support/crash-process.js';
import { failedTrials } from './support/crash-trials.js';
import { useCrashWorld } from './support/crash-world.js';
import { SEED, seededRandom } from './support/random.js';

const RUNNERS = 10;
const ROUNDS = 2;

const world = useCrashWorld('pg_dump');
const random = seededRandom(SEED);
const started: CrashChild[] = [];

afterAll(() => {
  for (const child of started) child.kill();
});

const OPTIONS = { retry: 0, timeout: 300_000 };

/** All of them have loaded before any begins. */
async function startRunners(): Promise<readonly CrashChild[]> {
  const runners = Array.from({ length: RUNNERS }, () => new CrashChild());
  started.push(...runners);
  await Promise.all(runners.map((runner) => runner.ready()));
  return runners;
}

function runAll(runners: readonly CrashChild[], copy: CrashCopy): Promise<readonly ChildEnd[]> {
  const job = { ...copy, folder: world.play.history.folder };
  return Promise.all(runners.map((runner) => runner.run(job)));
}

function notDone(ends: readonly ChildEnd[]): readonly ChildEnd[] {
  return ends.filter(({ kind }) => kind !== 'done');
}

/** What processes say they ran, each revision as often as one said so. */
function ranBy(ends: readonly ChildEnd[]): readonly string[] {
  return ends.flatMap((end) => (end.kind === 'done' ? end.ran : []));
}

describe.each(['upgrade', 'downgrade'] as const)('%s', OPTIONS, (direction) => {
  it('is done once by ten runners at once', async () => {
    const trials = Array.from({ length: ROUNDS }, (_, round) => ({
      label: `round ${round + 1}`,
      run: () =>
        world.play.faultsAfter(direction, async (copy) => {
          const ends = await runAll(await startRunners(), copy);
          expect(notDone(ends), JSON.stringify(notDone(ends))).toEqual([]);
          expect(ranBy(ends).toSorted()).toEqual(world.play.revisions);
        }),
    }));
    expect(await failedTrials(trials, 1)).toEqual([]);
  });

  it(`is done by those who live when some are killed (PLINTH_SEED=${SEED})`, async () => {
    const trials = Array.from({ length: ROUNDS }, () => {
      const moments = Array.from({ length: RUNNERS / 2 }, () => random(600));
      return {
        label: `the first five are killed after ${moments.join(', ')} ms`,
        run: () =>
          world.play.faultsAfter(direction, async (copy) => {
            const runners = await startRunners();
            const ended = runAll(runners, copy);
            await Promise.all(
              moments.map(async (moment, index) => {
                await delay(moment);
                runners[index]?.kill();
              }),
            );
            const ends = await ended;
            const survivors = notDone(ends.slice(moments.length));
            expect(survivors, JSON.stringify(survivors)).toEqual([]);
            // What was killed told nobody; nothing was run by two.
            expect(new Set(ranBy(ends)).size).toBe(ranBy(ends).length);
          }),
      };
    });
    expect(await failedTrials(trials, 1)).toEqual([]);
  });
});

it(`plinth upgrade ${WHOLE_RUN.upgrade}, ten times at once, ends well`, OPTIONS, async () => {
  const faults = await world.play.faultsAfter('upgrade', async (copy) => {
    const commands = await Promise.all(
      Array.from({ length: RUNNERS }, () => CrashCommand.start(world.play, copy)),
    );
    const ends = await Promise.all(commands.map(({ ended }) => ended));
    for (const { status, output } of ends) expect(status, output).toBe(0);
    const said = ends.map(({ output }) => output).join('');
    const applied = [...said.matchAll(/^upgrade {2}(\w+)/gm)].map(([, id]) => id);
    expect(applied.toSorted()).toEqual(world.play.revisions);
  });
  expect(faults).toEqual([]);
});
