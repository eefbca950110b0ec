// A hundred tenants and fifty callers on one pool, while backends are ended, statements cancelled,
// connections cut and calls given up: nobody ever sees a row of another tenant, and what was
// acknowledged is there.

import { describe, expect, it } from 'vitest';
import { expectHealthy, expectSettled } from './support/expectations.js';
import { useFaultWorld } from './support/fault-world.js';
import { SEED, seededRandom } from './support/random.js';
import { TenantBooks } from './support/tenant-books.js';
import { TenantCaller } from './support/tenant-caller.js';
import { TenantFaults } from './support/tenant-faults.js';
import { prepareTenants, readAllRows, readCounts } from './support/tenant-tables.js';
import { TenantTally } from './support/tenant-tally.js';

/** `PLINTH_TENANT_STATEMENTS`: how many statements of tenants are answered; at least 10,000. */
const STATEMENTS = Number(process.env.PLINTH_TENANT_STATEMENTS ?? 50_000);
const STATEMENTS_PER_FAULT = 100;
const CALLERS = 50;
const TENANTS = Array.from({ length: 100 }, (_, number) => `tenant ${number}`);
const ROWS_EACH = 50;
const TIMEOUT_MS = 120_000 + STATEMENTS * 10;

const world = useFaultWorld();

// A leak that happened once is a defect: nothing is tried again.
describe('tenants under fire', { retry: 0, timeout: TIMEOUT_MS }, () => {
  it(`get no row of each other (PLINTH_SEED=${SEED}, ${STATEMENTS} statements)`, async () => {
    await using faults = await TenantFaults.open(world, seededRandom(SEED));
    const books = new TenantBooks();
    const tally = new TenantTally((statements) => {
      if (statements % STATEMENTS_PER_FAULT === 0) faults.inject();
    });
    await prepareTenants(world, TENANTS, books, ROWS_EACH);
    const db = await world.open({ poolSize: 10, maxOverflow: 5, tenantRole: 'app_user' });
    db.engine.on('retry', () => {
      tally.retries += 1;
    });
    const login = new URL(world.url).username;
    const callers = Array.from({ length: CALLERS }, (_, number) => {
      const random = seededRandom(SEED + number + 1);
      return new TenantCaller({ db, tenants: TENANTS, books, tally, login, random });
    });
    const start = performance.now();
    const isOver = () => tally.statements >= STATEMENTS || tally.leaks.length > 0;
    await expectSettled(Promise.all(callers.map((caller) => caller.work(isOver))), TIMEOUT_MS);
    await faults.settled();
    report(tally, faults, books, (performance.now() - start) / 1000);
    expect(tally.leaks).toEqual([]);
    await expectHealthy(world, db);
    expect(books.wrongRows(await readAllRows(world))).toEqual([]);
    expect(books.wrongCounts(await readCounts(world))).toEqual([]);
    expectHurt(tally, faults);
  });
});

/** Otherwise it would have shown nothing. */
function expectHurt(tally: TenantTally, faults: TenantFaults): void {
  const { rows, refusals, retries, timeouts, unscoped, failures } = tally;
  const aborted = failures.get('ENGINE_ABORTED') ?? 0;
  const happened = { rows, refusals, retries, timeouts, unscoped, aborted, ...faults.counts };
  for (const [what, count] of Object.entries(happened)) expect(count, what).toBeGreaterThan(0);
}

function report(tally: TenantTally, faults: TenantFaults, books: TenantBooks, seconds: number) {
  const { failures, leaks, ...counted } = tally;
  const { acknowledged, inDoubt } = books;
  const told = {
    ...counted,
    leaks: leaks.length,
    writes: { acknowledged, inDoubt },
    faults: faults.counts,
    failures: Object.fromEntries(failures),
    seconds: Math.round(seconds),
  };
  process.stderr.write(`${JSON.stringify(told, null, 2)}\n`);
}
