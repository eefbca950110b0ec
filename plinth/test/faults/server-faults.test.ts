// Faults of the server: it stops, it crashes, it ends connections.

import { once } from 'node:events';
import { sql } from 'drizzle-orm';
import type { Database } from 'plinth';
import { describe, expect, it } from 'vitest';
import {
  expectFailures,
  expectHealthy,
  expectProgress,
  expectSettled,
  expectSurvived,
} from './support/expectations.js';
import { useFaultWorld } from './support/fault-world.js';
import { Load } from './support/load.js';
import { SEED, seededRandom } from './support/random.js';

const world = useFaultWorld();

const TERMINATE_ALL = `SELECT pg_terminate_backend(pid) AS value FROM pg_stat_activity
                        WHERE application_name LIKE 'faults %'`;

async function open(): Promise<Database> {
  return await world.open({ poolSize: 5, maxOverflow: 3, poolTimeout: 10, connectTimeout: 3 });
}

describe(`under load (PLINTH_SEED=${SEED})`, () => {
  const random = seededRandom(SEED);

  it.each(['fast', 'immediate'] as const)('survives a %s stop and a start', async (mode) => {
    const db = await open();
    const load = new Load(db, { random });
    for (let round = 0; round < 2; round += 1) {
      await expectProgress(load);
      await world.server.stop(mode);
      await expectFailures(load);
      expect((await db.health()).status).toBe('disconnected');
      await world.server.start();
      await expectProgress(load);
      await expect.poll(async () => (await db.health()).status).toBe('connected');
    }
    await expectSurvived(world, db, load);
  });

  it('survives the end of every backend, again and again', async () => {
    const db = await open();
    const load = new Load(db, { random });
    for (let round = 0; round < 8; round += 1) {
      await expectProgress(load, 30 + random(60));
      await world.ask(TERMINATE_ALL);
    }
    await expectFailures(load, 0);
    await expectProgress(load);
    expect(load.failures).not.toEqual([]);
    await expectSurvived(world, db, load);
  });

  it.skipIf(process.platform === 'win32')('survives the crash of one backend', async () => {
    const db = await open();
    const load = new Load(db, { random });
    await expectProgress(load);
    const [pid = 0] = await world.ask<number>(
      `SELECT pid AS value FROM pg_stat_activity WHERE application_name LIKE 'faults %' LIMIT 1`,
    );
    process.kill(pid, 'SIGKILL');
    await expectFailures(load);
    await expectProgress(load);
    await expectSurvived(world, db, load);
  });
});

describe('the end of one backend', () => {
  const insert = (key: string) => sql`INSERT INTO entries (key) VALUES (${key})`;

  it('in a tenant’s transaction undoes it, and nobody else notices', async () => {
    const db = await open();
    await expectHealthy(world, db);
    const others: Promise<unknown>[] = [];
    const hit = db.tenant('hit').transaction(async (tx) => {
      await tx.execute(insert('hit 1'));
      const { rows } = await tx.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
      for (let i = 0; i < 4; i += 1) others.push(db.tenant('other').execute(insert(`other ${i}`)));
      await Promise.all(others);
      await world.ask('SELECT pg_terminate_backend($1, 10000) AS value', [rows[0]?.pid]);
      await tx.execute(insert('hit 2'));
    });
    await expect(expectSettled(hit)).rejects.toThrow();
    await expectHealthy(world, db);
    const kept = await world.ask(`SELECT key AS value FROM entries WHERE key ~ '^(hit|other) '`);
    expect(kept.toSorted()).toEqual(['other 0', 'other 1', 'other 2', 'other 3']);
  });

  it('in a tenant’s statement undoes it', async () => {
    const db = await open();
    await db.execute(sql`SELECT 1`);
    const slow = db
      .tenant('hit')
      .execute(sql`INSERT INTO entries (key) SELECT ${'slow'} || pg_sleep(60)`);
    const settled = expect(expectSettled(slow)).rejects.toThrow();
    const terminate = `SELECT pg_terminate_backend(pid, 10000) AS value FROM pg_stat_activity
                        WHERE application_name LIKE 'faults %' AND wait_event = 'PgSleep'`;
    await expect.poll(() => world.ask(terminate)).toEqual([true]);
    await settled;
    await expectHealthy(world, db);
    expect(await world.ask(`SELECT key AS value FROM entries WHERE key LIKE 'slow%'`)).toEqual([]);
  });

  it('that idles is noticed before anybody is given it', async () => {
    const db = await open();
    await expectHealthy(world, db);
    const lost = once(db.engine, 'connectionLost');
    await world.ask(TERMINATE_ALL);
    await expectSettled(lost);
    await expectHealthy(world, db);
  });

  it('by its own time limits is the end of that one only', async () => {
    const db = await world.open({ poolSize: 2, maxOverflow: 0, idleInTransactionTimeout: 0.1 });
    const idles = db.tenant('idler').transaction(async (tx) => {
      await tx.execute(insert('idler'));
      const count = () => world.connections(db);
      const before = await count();
      await expect.poll(count).toBe(before - 1);
      await tx.execute(insert('idler 2'));
    });
    await expect(expectSettled(idles)).rejects.toThrow();
    await expectHealthy(world, db);
    expect(await world.ask(`SELECT key AS value FROM entries WHERE key ~ '^idler'`)).toEqual([]);
  });
});
