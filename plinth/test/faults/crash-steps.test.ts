// A statement is interrupted where it waits for another session, in each of its phases: its server
// process is ended, it is cancelled, or its client is killed while it goes on. What it leaves, such
// as an index that is not valid, is put right by the next run.

import { afterAll, describe, expect, it } from 'vitest';
import { waitingRunner, whileBlocked } from './support/crash-blocker.js';
import { type CrashCopy, type CrashPlay, RUNNER } from './support/crash-play.js';
import { CHILD, CrashChildren } from './support/crash-process.js';
import { failedTrials } from './support/crash-trials.js';
import { useCrashWorld } from './support/crash-world.js';

const children = new CrashChildren();
afterAll(() => {
  children.dispose();
});

const READS = (table: string) => `SELECT FROM ${table} LIMIT 1`;
const WRITES = (table: string) => `UPDATE ${table} SET id = id WHERE id = 1`;
const KEEPS_A_SNAPSHOT = 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM counters';

interface Step {
  readonly statement: string;
  /** What the other session does. */
  readonly blocker: string;
  readonly headers?: readonly string[];
}

const NO_TRANSACTION = { headers: ['no-transaction'] };

const STEPS: readonly Step[] = [
  { statement: 'CREATE INDEX CONCURRENTLY big_a ON big (a)', blocker: WRITES('big') },
  { statement: 'CREATE INDEX CONCURRENTLY big_a ON big (a)', blocker: KEEPS_A_SNAPSHOT },
  { statement: 'CREATE INDEX CONCURRENTLY ON big (a)', blocker: WRITES('big') },
  { statement: 'CREATE INDEX CONCURRENTLY ON big (a)', blocker: KEEPS_A_SNAPSHOT },
  { statement: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS b ON big (b)', blocker: WRITES('big') },
  { statement: 'CREATE UNIQUE INDEX CONCURRENTLY u ON big (id)', blocker: KEEPS_A_SNAPSHOT },
  { statement: 'REINDEX INDEX CONCURRENTLY big_kept', blocker: WRITES('big') },
  { statement: 'REINDEX INDEX CONCURRENTLY big_kept', blocker: KEEPS_A_SNAPSHOT },
  { statement: 'REINDEX INDEX CONCURRENTLY big_kept', blocker: READS('big') },
  { statement: 'REINDEX TABLE CONCURRENTLY small', blocker: WRITES('small') },
  { statement: 'REINDEX TABLE CONCURRENTLY small', blocker: READS('small') },
  { statement: 'DROP INDEX CONCURRENTLY big_old', blocker: READS('big') },
  { statement: 'DROP INDEX CONCURRENTLY IF EXISTS big_old', blocker: READS('big') },
  { statement: 'ALTER TABLE parts DETACH PARTITION parts_1 CONCURRENTLY', blocker: READS('parts') },
  { statement: 'VACUUM FULL small', blocker: READS('small') },
  { statement: 'ALTER TABLE big ADD COLUMN d integer', blocker: READS('big') },
  { statement: 'ALTER TABLE big ADD COLUMN d integer', blocker: READS('big'), ...NO_TRANSACTION },
  {
    statement: `CALL move_all('inbox', 'outbox')`,
    blocker: 'SELECT FROM inbox WHERE id = 300 FOR UPDATE',
    ...NO_TRANSACTION,
  },
];

type Interruption = (play: CrashPlay, copy: CrashCopy, blocker: string) => Promise<void>;

/** Something is done to the server process of a run that waits. */
function asked(question: string): Interruption {
  return async (play, copy, blocker) => {
    let run: Promise<unknown> = Promise.resolve();
    await whileBlocked(copy, blocker, async () => {
      run = play.run(copy);
      // Its end is looked at below; until then it is nobody's.
      run.catch(() => undefined);
      const pid = await waitingRunner(copy, RUNNER);
      expect(await copy.ask(question, [pid])).toEqual([true]);
      await expect(run).rejects.toThrow();
    });
  };
}

/** Its client is killed; the server does not know, and goes on. Another runner comes meanwhile. */
const killed: Interruption = async (play, copy, blocker) => {
  await whileBlocked(copy, blocker, async () => {
    const child = children.take();
    const ended = child.run({ ...copy, folder: play.history.folder });
    const pid = await waitingRunner(copy, CHILD);
    child.kill();
    expect(await ended).toEqual({ kind: 'killed' });
    const second = play.run(copy, { lockTimeout: 0.2 });
    await expect(second).rejects.toMatchObject({ code: 'MIGRATE_LOCK_TIMEOUT' });
    await expect(second).rejects.toThrow(`${pid}`);
  });
};

const TERMINATED = asked('SELECT pg_terminate_backend($1, 10000) AS value');

/** Versions of PostgreSQL differ in what they leave behind, and not in how they are told to stop. */
const INTERRUPTIONS = {
  pg_dump: [
    ['its server process is ended', TERMINATED],
    ['it is cancelled', asked('SELECT pg_cancel_backend($1) AS value')],
    ['its client is killed', killed],
  ],
  plinth: [['its server process is ended', TERMINATED]],
} as const;

describe.each(['pg_dump', 'plinth'] as const)('judged by %s', { retry: 0 }, (judge) => {
  const world = useCrashWorld(judge);

  it.each(STEPS.map((step) => ({ title: `${step.statement} | ${step.blocker}`, ...step })))(
    '$title',
    async ({ statement, blocker, headers = [] }) => {
      const upgrade = `SELECT ran('before');\n${statement};\nSELECT ran('after');`;
      const play = await world.playOf([{ id: 'only1', upgrade, headers }]);
      const trials = INTERRUPTIONS[judge].map(([label, interrupt]) => ({
        label,
        run: () => play.faultsAfter('upgrade', (copy) => interrupt(play, copy, blocker)),
      }));
      expect(await failedTrials(trials, trials.length)).toEqual([]);
    },
  );
});
