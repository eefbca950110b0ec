// Fifty callers write while due rows go, backends are ended, statements cancelled and connections cut,
// and the process that removes rows is killed again and again: nothing young goes, nothing that was
// acknowledged is lost, nothing due is left, and the audit log tells all of it.

import { runRetention } from 'plinth/retention';
import { describe, expect, it } from 'vitest';
import { expectHealthy, expectSettled } from './support/expectations.js';
import { useFaultWorld } from './support/fault-world.js';
import { SEED, seededRandom } from './support/random.js';
import { RecordBooks, RecordCaller, RecordCallers } from './support/record-caller.js';
import { RetentionProcesses } from './support/retention-process.js';
import { RECORDS, RetentionStage, TENANTS, TENANTS_QUERY } from './support/retention-stage.js';
import { TenantFaults } from './support/tenant-faults.js';

/** `PLINTH_RETENTION_ROWS`: how many rows are due at the beginning. */
const ROWS = Number(process.env.PLINTH_RETENTION_ROWS ?? 20_000);
const CALLERS = 50;
const WRITES_PER_FAULT = 100;
const KILLS = 4;
/** What a caller tries to make young again before it goes. */
const RESCUES_EACH = 40;
const TIMEOUT_MS = 120_000 + ROWS * 10;
const SOON = { timeout: TIMEOUT_MS, interval: 20 };

const world = useFaultWorld();

describe('retention under fire', { retry: 0, timeout: TIMEOUT_MS }, () => {
  it(`removes what is due and nothing else (PLINTH_SEED=${SEED}, ${ROWS} rows)`, async () => {
    await using stage = await RetentionStage.create(world, ROWS);
    await using faults = await TenantFaults.open(world, seededRandom(SEED));
    await using processes = await RetentionProcesses.create({
      url: world.url,
      tenants: TENANTS_QUERY,
      retention: { classes: [RECORDS] },
    });
    const due = await stage.ids('due');
    const young = await stage.ids('young');
    const books = new RecordBooks();
    const db = await world.open({ poolSize: 10, maxOverflow: 5 });
    let answers = 0;
    const onAnswer = () => {
      answers += 1;
      if (answers % WRITES_PER_FAULT === 0) faults.inject();
    };
    const rescues = [...due].reverse();
    const each = Array.from({ length: CALLERS }, (_, number) => {
      const random = seededRandom(SEED + number + 1);
      const its = rescues.slice(number * RESCUES_EACH, (number + 1) * RESCUES_EACH);
      return new RecordCaller({ db, tenants: TENANTS, books, random, rescues: its, onAnswer });
    });
    await using callers = new RecordCallers(each);
    const killedAt: number[] = [];
    for (let kills = 1; kills <= KILLS; kills++) {
      const kill = processes.keep('--share', '0.5');
      const left = ROWS * (1 - kills / (KILLS + 2));
      await expect.poll(() => stage.countDue(), SOON).toBeLessThan(left);
      if (kills === 2) await stage.endSessions('plinth cli');
      // A fault may have ended one before, and then it says so without a stack.
      const ends = await kill();
      expect(ends.filter(({ printed }) => /^ +at /m.test(printed))).toEqual([]);
      killedAt.push(await stage.countDue());
      await expect.poll(() => stage.isNobodyAtIt(), SOON).toBe(true);
    }
    // Two at once: one works, and the other ends, unless a fault has it take over.
    const both = [processes.start('--share', '1'), processes.start('--share', '1')];
    const ended = await expectSettled(Promise.all(both.map((one) => one.ended)), TIMEOUT_MS);
    expect(ended.map(({ signal }) => signal)).toEqual([null, null]);
    await expectSettled(callers.stop(), TIMEOUT_MS);
    await faults.settled();
    await expectHealthy(world, db);
    // Nobody hurts or holds anything now: what the faults left goes.
    const last = await runRetention(db, { classes: [RECORDS], tenants: TENANTS_QUERY, share: 1 });
    const { acknowledged, failures, rescued, tooLate } = books;
    const told = { acknowledged, failures, rescued, tooLate, killedAt, faults: faults.counts };
    process.stderr.write(`${JSON.stringify({ ...told, last: last.classes[0] }, null, 2)}\n`);
    expect(last).toMatchObject({ state: 'done', classes: [{ problems: [] }] });
    expect(await stage.countDue()).toBe(0);
    const rows = await stage.rows();
    expect(books.wrongRows(rows)).toEqual([]);
    expect([...young.keys()].filter((id) => !rows.has(id))).toEqual([]);
    await expectRecorded(stage, [...due.keys()], rows);
    for (const [what, count] of Object.entries({ rescued, failures, ...faults.counts })) {
      expect(count, what).toBeGreaterThan(0);
    }
  });
});

/** Every row that went was recorded once, in the name of retention, and no chain is broken. */
async function expectRecorded(
  stage: RetentionStage,
  due: readonly string[],
  rows: ReadonlyMap<string, unknown>,
): Promise<void> {
  const removals = await stage.removals();
  const removed = new Set(removals.map(({ id }) => id));
  expect(removals).toHaveLength(removed.size);
  expect(removals.filter(({ actor }) => actor !== 'retention')).toEqual([]);
  expect(due.filter((id) => removed.has(id) === rows.has(id))).toEqual([]);
  expect(await stage.findings()).toEqual([]);
}
