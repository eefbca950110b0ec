// More callers than connections, and more connections than the server allows.

import { sql } from 'drizzle-orm';
import { isPlinthError } from 'plinth';
import { describe, expect, it } from 'vitest';
import {
  expectHealthy,
  expectProgress,
  expectSettled,
  expectSurvived,
} from './support/expectations.js';
import { useFaultWorld } from './support/fault-world.js';
import { Load } from './support/load.js';
import { SEED, seededRandom } from './support/random.js';

const world = useFaultWorld({
  settings: { max_connections: '12', superuser_reserved_connections: '3' },
});

describe(`too many connections (PLINTH_SEED=${SEED})`, () => {
  const random = seededRandom(SEED);

  it('are errors of those who asked, until others let go', async () => {
    const options = { poolSize: 5, maxOverflow: 0, connectTimeout: 3 };
    const dbs = [];
    for (let i = 0; i < 3; i += 1) dbs.push(await world.open(options));
    const loads = dbs.map((db) => new Load(db, { random, workers: 6 }));
    for (const load of loads) await expectProgress(load, 50);
    const failures = loads.flatMap((load) => load.failures);
    expect(failures.length).toBeGreaterThan(0);
    for (const failure of failures) {
      expect(failure).toMatchObject({ code: 'ENGINE_CONNECT_FAILED', details: { code: '53300' } });
    }
    const [kept, ...others] = loads;
    await Promise.all(others.map((load) => expectSettled(load.end())));
    for (const db of dbs.slice(1)) await db.close();
    const [db] = dbs;
    if (db === undefined || kept === undefined) throw new TypeError('there are three');
    await expectProgress(kept);
    await expectSurvived(world, db, kept);
    for (const load of others) expect(load.strangers).toEqual([]);
  });

  it('are tried again while a database opens', async () => {
    const greedy = await world.open({ poolSize: 9, maxOverflow: 0 });
    await expectHealthy(world, greedy);
    const late = world.open({ poolSize: 1, connectRetries: 20 });
    const early = await world.open({ poolSize: 1, connectRetries: 1 }).catch((error) => error);
    expect(early).toMatchObject({ code: 'ENGINE_CONNECT_FAILED', details: { code: '53300' } });
    await greedy.close();
    expect((await (await expectSettled(late)).execute(sql`SELECT 1 AS one`)).rows).toHaveLength(1);
  });
});

describe('a pool of 5', () => {
  const options = { poolSize: 5, maxOverflow: 0 };

  it('serves 1,000 concurrent requests, each in its own name', async () => {
    const db = await world.open({ ...options, poolTimeout: 60 });
    const requests = Array.from({ length: 1000 }, async (_, i) => {
      const tenant = `tenant ${i % 97}`;
      if (i % 3 === 0) {
        return await db.tenant(tenant).transaction(async (tx) => {
          await tx.execute(sql`INSERT INTO entries (key) VALUES (${`request ${i}`})`);
          const { rows } = await tx.execute(sql`SELECT DISTINCT tenant_id FROM entries`);
          return rows;
        });
      }
      await db.tenant(tenant).execute(sql`INSERT INTO entries (key) VALUES (${`request ${i}`})`);
      return (await db.tenant(tenant).execute(sql`SELECT DISTINCT tenant_id FROM entries`)).rows;
    });
    const answers = await expectSettled(Promise.all(requests));
    for (const [i, rows] of answers.entries()) {
      expect(rows).toEqual([{ tenant_id: `tenant ${i % 97}` }]);
    }
    await expectHealthy(world, db);
    const [written] = await world.ask(
      `SELECT count(*)::int AS value FROM entries WHERE key LIKE 'request %'`,
    );
    expect(written).toBe(1000);
  });

  it('turns late ones away in time, and serves again', async () => {
    const db = await world.open({ ...options, poolTimeout: 0.3 });
    const sleepers = Array.from({ length: 5 }, () => db.engine.query('SELECT pg_sleep(1)'));
    const late = Array.from({ length: 1000 }, () =>
      db.engine.query('SELECT 1').catch((error: unknown) => error),
    );
    for (const failure of await expectSettled(Promise.all(late))) {
      expect(isPlinthError(failure, 'ENGINE_POOL_TIMEOUT')).toBe(true);
    }
    expect(await db.health()).toEqual({ status: 'connected', saturated: true });
    await expectSettled(Promise.all(sleepers));
    await expectHealthy(world, db);
  });

  it('tells those who still wait when it is closed', async () => {
    const db = await world.open(options);
    const sleepers = Array.from({ length: 5 }, () => db.engine.query('SELECT pg_sleep(1)'));
    await expect.poll(() => db.engine.pool.inUse).toBe(5);
    const waiting = Array.from({ length: 50 }, () =>
      db.engine.query('SELECT 1').catch((error: unknown) => error),
    );
    await expect.poll(() => db.engine.pool.waiting).toBe(50);
    await expectSettled(db.close());
    for (const failure of await expectSettled(Promise.all(waiting), 5000)) {
      expect(isPlinthError(failure, 'ENGINE_CLOSED')).toBe(true);
    }
    await Promise.all(sleepers);
  });
});
