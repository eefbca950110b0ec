// The server fails, or the network to it goes silent, at any moment of a run. The next run waits
// for what goes on on the server or names it, and then finishes as if nothing had happened.

import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from 'plinth';
import { afterEach, describe, expect, it } from 'vitest';
import { findCutPoints, measureRun } from './support/crash-measure.js';
import { type CrashCopy, RUNNER } from './support/crash-play.js';
import { CuttingProxy } from './support/crash-proxy.js';
import { withEngine } from './support/crash-stage.js';
import { CRASH_RUNS, failedTrials, pick } from './support/crash-trials.js';
import { useCrashWorld } from './support/crash-world.js';
import { SEED, seededRandom } from './support/random.js';

const world = useCrashWorld('plinth');
const random = seededRandom(SEED);

afterEach(async () => {
  await world.server.start();
});

const OPTIONS = { retry: 0, timeout: 240_000 };

const RUNNER_PID = `SELECT pid AS value FROM pg_stat_activity
                     WHERE application_name = '${RUNNER}' AND datname = current_database()`;

/** Ends a process of the server, which may have ended by itself. */
function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Those that have not done all they were sent. */
const BUSY_RUNNERS = `SELECT count(*)::int AS value FROM pg_stat_activity
                       WHERE application_name = '${RUNNER}' AND datname = current_database()
                         AND wait_event IS DISTINCT FROM 'ClientRead'`;

type Failure = (copy: CrashCopy) => Promise<void>;

/**
 * The server takes its other sessions down with the one that crashes, and starts again by itself.
 * A victim of its own makes it crash also when the runner has just ended; a witness tells when it
 * has, because right after the kill it may look as if nothing had happened.
 */
const killBackend: Failure = async ({ url, ask }) => {
  const runners = await ask<number>(RUNNER_PID);
  const crash = (engine: Engine) =>
    engine.withConnection(async (victim) => {
      const { rows } = await victim.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await engine.withConnection(async (witness) => {
        for (const pid of [...runners, ...rows.map((row) => row.pid)]) killProcess(pid);
        const lives = () => witness.query('SELECT 1').then(...YES_NO);
        await expect.poll(lives, { interval: 5 }).toBe(false);
      });
    });
  await withEngine(url, crash, { poolSize: 2 });
  await expect.poll(() => ask('SELECT 1 AS value')).toEqual([1]);
};

const YES_NO = [() => true, () => false] as const;

/** As when the machine loses its power: no process of the server does anything more. */
const killEverything: Failure = async ({ ask }) => {
  const pids = await ask<number>('SELECT pid AS value FROM pg_stat_activity');
  world.server.signal('SIGKILL');
  for (const pid of pids) killProcess(pid);
  await restart();
};

async function restart(): Promise<void> {
  await world.server.stop('immediate');
  await world.server.start();
}

const FAILURES: readonly (readonly [string, Failure])[] = [
  ['its backend is terminated', async ({ ask }) => void (await ask(terminating(RUNNER_PID)))],
  ['the server is stopped in an instant', restart],
  // Windows has no such signals.
  ...(process.platform === 'win32'
    ? []
    : ([
        ['its backend crashes', killBackend],
        ['every process of the server is killed', killEverything],
      ] as const)),
];

function terminating(pids: string): string {
  return `SELECT pg_terminate_backend(value, 10000) AS value FROM (${pids}) AS runner`;
}

describe.each(['upgrade', 'downgrade'] as const)(
  `%s (PLINTH_SEED=${SEED})`,
  OPTIONS,
  (direction) => {
    it.each(FAILURES)('is finished after %s', async (_, fail) => {
      const duration = await measureRun(world.play, direction);
      const trials = Array.from({ length: Math.ceil(CRASH_RUNS / 16) }, () => {
        const moment = random(duration);
        return {
          label: `after ${moment} ms`,
          run: () =>
            world.play.faultsAfter(direction, async (copy) => {
              const run = world.play.run(copy);
              const failure = delay(moment).then(() => fail(copy));
              // Whether the run ended well depends on the moment; the failure has to happen.
              await Promise.allSettled([run, failure]);
              await failure;
            }),
        };
      });
      expect(await failedTrials(trials, 1)).toEqual([]);
    });

    it('waits for a server that has not heard of the cut, or names it', async () => {
      const points = await findCutPoints(world.play, direction, world.server.port);
      const trials = pick(random, Math.ceil(CRASH_RUNS / 16), points).map((after) => ({
        label: `cut after message ${after}`,
        run: () => world.play.faultsAfter(direction, (copy) => goSilent(copy, after)),
      }));
      expect(await failedTrials(trials)).toEqual([]);
    });
  },
);

/** The client is gone, and its server process goes on and keeps its session. */
async function goSilent(copy: CrashCopy, after: number): Promise<void> {
  await using proxy = await CuttingProxy.open(world.server.port, { after, way: 'silent' });
  await Promise.allSettled([world.play.run({ ...copy, url: proxy.urlFor(copy.url) })]);
  expect(proxy.isCut).toBe(true);
  await expect.poll(() => copy.ask(BUSY_RUNNERS), { interval: 5 }).toEqual([0]);
  const holders = await copy.ask<number>(
    `SELECT pid AS value FROM pg_locks WHERE locktype = 'advisory' AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  const second = world.play.run(copy, { lockTimeout: 0.1 });
  if (holders.length === 0) {
    await second;
    return;
  }
  const [ended] = await Promise.allSettled([second]);
  // With nothing left to run it asks for no lock.
  if (ended.status === 'fulfilled') {
    expect(ended.value.ran).toEqual([]);
    return;
  }
  expect(ended.reason).toMatchObject({ code: 'MIGRATE_LOCK_TIMEOUT' });
  expect(String(ended.reason)).toContain(`${holders[0]}`);
}
