// Another session holds a lock that a revision needs: the runner waits a bounded time, says for
// whom, begins its step again, and gives up with nothing half done.

import type { MigrationProgress } from 'plinth/migrate';
import { describe, expect, it } from 'vitest';
import { BLOCKER, waitingRunner, whileBlocked } from './support/crash-blocker.js';
import { type CrashCopy, type CrashPlay, RUNNER, type RunOptions } from './support/crash-play.js';
import { useCrashWorld } from './support/crash-world.js';

const world = useCrashWorld('pg_dump');

const OPTIONS = { retry: 0 };

const READ_BIG = 'SELECT FROM big LIMIT 1';
const READ_SMALL = 'SELECT FROM small LIMIT 1';

const STEPS = [
  { kind: 'a transaction', statement: 'ALTER TABLE big ADD COLUMN d integer', blocker: READ_BIG },
  {
    kind: 'one statement',
    statement: 'ALTER TABLE big ADD COLUMN d integer',
    blocker: READ_BIG,
    headers: ['no-transaction'],
  },
  { kind: 'a statement that stands alone', statement: 'VACUUM FULL small', blocker: READ_SMALL },
  {
    kind: 'a procedure',
    statement: `CALL move_all('inbox', 'outbox')`,
    blocker: 'SELECT FROM inbox WHERE id = 200 FOR UPDATE',
    headers: ['no-transaction'],
  },
] as const;

async function playOf(statement: string, headers: readonly string[] = []): Promise<CrashPlay> {
  const upgrade = `SELECT ran('before');\n${statement};\nSELECT ran('after');`;
  return await world.playOf([{ id: 'only1', upgrade, headers }]);
}

type Told<Kind> = Extract<MigrationProgress, { readonly kind: Kind }>;

/** A run that another session is in the way of, and what it has told so far. */
class BlockedRun {
  readonly retries: Told<'retrying'>[] = [];
  readonly waits: Told<'blocked'>[] = [];
  readonly ended: Promise<unknown>;

  constructor(play: CrashPlay, copy: CrashCopy, options: RunOptions) {
    const onProgress = (event: MigrationProgress) => {
      if (event.kind === 'retrying') this.retries.push(event);
      if (event.kind === 'blocked') this.waits.push(event);
    };
    this.ended = play.run(copy, { ...options, onProgress });
    // It is looked at later; until then it is nobody's.
    this.ended.catch(() => undefined);
  }
}

describe.each(STEPS)('$kind', OPTIONS, ({ statement, blocker, ...step }) => {
  const headers = 'headers' in step ? step.headers : [];

  it('is begun again until it gets its lock', async () => {
    const play = await playOf(statement, headers);
    const faults = await play.faultsAfter('upgrade', async (copy) => {
      const run = await whileBlocked(copy, blocker, async (pid) => {
        const options = { statementLockTimeout: 0.2, lockRetries: 100 };
        const blocked = new BlockedRun(play, copy, options);
        await expect.poll(() => blocked.retries.length).toBeGreaterThan(1);
        const [first, second] = blocked.retries;
        expect(first).toMatchObject({ attempt: 1, attempts: 101, text: statement });
        expect(second).toMatchObject({ attempt: 2 });
        const seen = { pid, application: BLOCKER, query: expect.stringContaining(blocker) };
        expect(first?.blockers).toMatchObject([seen]);
        return blocked;
      });
      await run.ended;
    });
    expect(faults).toEqual([]);
  });

  it('is given up after a number of times, and names who is in the way', async () => {
    const play = await playOf(statement, headers);
    const faults = await play.faultsAfter('upgrade', async (copy) => {
      await whileBlocked(copy, blocker, async (pid) => {
        const run = new BlockedRun(play, copy, { statementLockTimeout: 0.1, lockRetries: 2 });
        await expect(run.ended).rejects.toMatchObject({ code: 'MIGRATE_STATEMENT_FAILED' });
        await expect(run.ended).rejects.toThrow(`server process ${pid} (${BLOCKER})`);
        await expect(run.ended).rejects.toThrow(blocker);
        await expect(run.ended).rejects.toThrow('55P03');
        expect(run.retries.map(({ attempt }) => attempt)).toEqual([1, 2]);
        expect(await copy.ask('SELECT step AS value FROM runs')).not.toContain('after');
      });
    });
    expect(faults).toEqual([]);
  });
});

it('lets others pass who came after it', OPTIONS, async () => {
  const play = await playOf('ALTER TABLE big ADD COLUMN d integer');
  const faults = await play.faultsAfter('upgrade', async (copy) => {
    const run = await whileBlocked(copy, READ_BIG, async () => {
      const options = { statementLockTimeout: 0.5, lockRetries: 100 };
      const blocked = new BlockedRun(play, copy, options);
      await waitingRunner(copy, RUNNER);
      // Without a bound it would wait for the runner, and the runner for the session before both.
      expect(await copy.ask('SELECT count(*)::int AS value FROM big')).toEqual([10_000]);
      return blocked;
    });
    await run.ended;
  });
  expect(faults).toEqual([]);
});

it('does not begin a concurrent build again that waits for an old snapshot', OPTIONS, async () => {
  const play = await playOf('CREATE INDEX CONCURRENTLY big_a ON big (a)');
  const snapshot = 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM counters';
  const faults = await play.faultsAfter('upgrade', async (copy) => {
    const run = await whileBlocked(copy, snapshot, async (pid) => {
      const blocked = new BlockedRun(play, copy, { statementLockTimeout: 0.1, lockRetries: 0 });
      await expect.poll(() => blocked.waits.length).toBeGreaterThan(1);
      expect(blocked.waits[0]?.blockers).toMatchObject([{ pid, application: BLOCKER }]);
      return blocked;
    });
    await run.ended;
    expect(run.retries).toEqual([]);
  });
  expect(faults).toEqual([]);
});

it('waits no longer where it finishes what was interrupted', {
  ...OPTIONS,
  timeout: 20_000,
}, async () => {
  const play = await playOf('ALTER TABLE parts DETACH PARTITION parts_1 CONCURRENTLY');
  const faults = await play.faultsAfter('upgrade', async (copy) => {
    await whileBlocked(copy, 'SELECT FROM parts LIMIT 1', async () => {
      const first = new BlockedRun(play, copy, {});
      const pid = await waitingRunner(copy, RUNNER);
      await copy.ask('SELECT pg_terminate_backend($1, 10000) AS value', [pid]);
      await expect(first.ended).rejects.toThrow();
    });
    await whileBlocked(copy, 'SELECT FROM parts_1 LIMIT 1', async (pid) => {
      const run = new BlockedRun(play, copy, { statementLockTimeout: 0.1, lockRetries: 2 });
      await expect(run.ended).rejects.toThrow(`server process ${pid} (${BLOCKER})`);
    });
  });
  expect(faults).toEqual([]);
});
