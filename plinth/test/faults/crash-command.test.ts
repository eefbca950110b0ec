// The real `plinth upgrade` and `plinth downgrade`, killed with SIGKILL at any moment and then run
// again.

import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { CrashCommand } from './support/crash-command.js';
import { CRASH_RUNS, failedTrials } from './support/crash-trials.js';
import { useCrashWorld } from './support/crash-world.js';
import { SEED, seededRandom } from './support/random.js';

const world = useCrashWorld('pg_dump');
const random = seededRandom(SEED);

it.each(['upgrade', 'downgrade'] as const)(
  `plinth %s is finished after a kill at any moment (PLINTH_SEED=${SEED})`,
  { retry: 0, timeout: 300_000 },
  async (direction) => {
    let duration = 0;
    const whole = await world.play.faultsAfter(direction, async (copy) => {
      const begun = performance.now();
      const command = await CrashCommand.start(world.play, copy);
      const { status, output } = await command.ended;
      expect(status, output).toBe(0);
      duration = Math.ceil(performance.now() - begun);
    });
    expect(whole).toEqual([]);
    const trials = Array.from({ length: Math.ceil(CRASH_RUNS / 10) }, () => {
      // It begins with loading itself, where a kill tells nothing.
      const moment = Math.ceil(duration / 3) + random(Math.ceil((duration * 2) / 3));
      return {
        label: `killed after ${moment} ms`,
        run: () =>
          world.play.faultsAfter(direction, async (copy) => {
            const first = await CrashCommand.start(world.play, copy);
            await Promise.race([delay(moment), first.ended]);
            first.kill();
            await first.ended;
            const second = await CrashCommand.start(world.play, copy);
            const { status, output } = await second.ended;
            expect(status, output).toBe(0);
          }),
      };
    });
    expect(await failedTrials(trials)).toEqual([]);
  },
);
