// A statement fails in the middle, for want of room or for the data it finds: what was before it
// stays, nothing of it does, and the next run finishes once the cause has gone.

import { expect, it } from 'vitest';
import type { CrashCopy, CrashPlay } from './support/crash-play.js';
import { withEngine } from './support/crash-stage.js';
import { useCrashWorld } from './support/crash-world.js';

const world = useCrashWorld('pg_dump');

// What failed once is a defect: nothing is tried again.
const OPTIONS = { retry: 0 };
const NO_TRANSACTION = { headers: ['no-transaction'] };

/** Fails in its middle as long as `counters` says that the disk is full. */
const ROOM = `CREATE FUNCTION room(n integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$
  BEGIN
    IF n = 5000 AND EXISTS (SELECT FROM public.counters WHERE name = 'full') THEN
      RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full';
    END IF;
    RETURN n;
  END $$;`;

interface Step {
  readonly statement: string;
  readonly headers?: readonly string[];
}

const STEPS: readonly Step[] = [
  { statement: 'UPDATE big SET a = room(id)' },
  { statement: 'UPDATE big SET a = room(id)', ...NO_TRANSACTION },
  { statement: 'CREATE INDEX CONCURRENTLY big_room ON big (room(id))' },
  { statement: 'CREATE INDEX CONCURRENTLY ON big (room(id))' },
  { statement: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS big_room ON big (room(id))' },
  { statement: 'CREATE UNIQUE INDEX CONCURRENTLY big_room ON big (room(id))' },
  {
    statement: `DO $$ BEGIN CALL move_all('inbox', 'outbox'); PERFORM room(5000); END $$`,
    ...NO_TRANSACTION,
  },
];

/** A history whose second revision has the statement in its middle. */
async function playOf({ statement, headers = [] }: Step): Promise<CrashPlay> {
  return await world.playOf([
    { id: 'b1first', upgrade: `${ROOM} SELECT ran('b1');` },
    {
      id: 'b2middle',
      upgrade: `SELECT ran('before');\n${statement};\nSELECT ran('after');`,
      headers,
    },
    { id: 'b3last', upgrade: `SELECT ran('b3');` },
  ]);
}

/** Changes something that no revision does. */
async function change({ url }: CrashCopy, statement: string): Promise<void> {
  await withEngine(url, (engine) => engine.query(statement));
}

async function expectFailure(play: CrashPlay, copy: CrashCopy, sqlstate: string): Promise<void> {
  const run = play.run(copy);
  const details = expect.objectContaining({ sqlstate, path: play.history.pathOf('b2middle') });
  await expect(run).rejects.toMatchObject({ code: 'MIGRATE_STATEMENT_FAILED', details });
  const steps = await copy.ask('SELECT step AS value FROM runs');
  expect(steps).toContain('b1');
  expect(steps).not.toContain('after');
}

it.each(
  STEPS.map((step) => ({ title: [step.statement, ...(step.headers ?? [])].join(' | '), step })),
)('is finished when there is room again: $title', OPTIONS, async ({ step }) => {
  const play = await playOf(step);
  const faults = await play.faultsAfter('upgrade', async (copy) => {
    await change(copy, `INSERT INTO counters VALUES ('full', 1)`);
    await expectFailure(play, copy, '53100');
    await expectFailure(play, copy, '53100');
    await change(copy, `DELETE FROM counters WHERE name = 'full'`);
  });
  expect(faults).toEqual([]);
});

it.each(['u', ''])(
  'builds a unique index once its rows are unique (name: "%s")',
  OPTIONS,
  async (name) => {
    const play = await playOf({
      statement: `CREATE UNIQUE INDEX CONCURRENTLY ${name} ON big (id)`,
    });
    const faults = await play.faultsAfter('upgrade', async (copy) => {
      await change(copy, `INSERT INTO big (id, c) VALUES (1, 'again')`);
      await expectFailure(play, copy, '23505');
      await expectFailure(play, copy, '23505');
      await change(copy, `DELETE FROM big WHERE c = 'again'`);
    });
    expect(faults).toEqual([]);
  },
);

it.each([
  ['the same name', 'CREATE INDEX CONCURRENTLY big_room ON big (a)'],
  ['another name', 'CREATE INDEX CONCURRENTLY big_other ON big (a)'],
  ['no name', 'CREATE INDEX CONCURRENTLY ON big (a)'],
])('runs a statement that was corrected once it had failed: %s', OPTIONS, async (_, statement) => {
  const failing = await playOf({
    statement: 'CREATE INDEX CONCURRENTLY big_room ON big (room(id))',
  });
  const corrected = await playOf({ statement });
  const faults = await corrected.faultsAfter('upgrade', async (copy) => {
    await change(copy, `INSERT INTO counters VALUES ('full', 1)`);
    await expectFailure(failing, copy, '53100');
    await change(copy, `DELETE FROM counters WHERE name = 'full'`);
  });
  expect(faults).toEqual([]);
});

it('does not take an index for its own that somebody made meanwhile', OPTIONS, async () => {
  const play = await playOf({ statement: 'CREATE INDEX CONCURRENTLY ON big (room(id))' });
  const faults = await play.faultsAfter('upgrade', async (copy) => {
    await change(copy, `INSERT INTO counters VALUES ('full', 1)`);
    await expectFailure(play, copy, '53100');
    await change(copy, `DELETE FROM counters WHERE name = 'full'`);
    await change(copy, 'CREATE INDEX somebodys ON big (a)');
    await play.run(copy);
    await change(copy, 'DROP INDEX somebodys');
    await change(copy, `DELETE FROM ended WHERE object = 'public.somebodys'`);
  });
  expect(faults).toEqual([]);
});
