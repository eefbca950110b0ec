// Faults of a network that still answers: resets, refusals, delays, packets in pieces, cuts in the
// middle of an answer.

import { sql } from 'drizzle-orm';
import { type Database, isPlinthError } from 'plinth';
import { describe, expect, it } from 'vitest';
import {
  expectFailures,
  expectHealthy,
  expectProgress,
  expectSurvived,
} from './support/expectations.js';
import { useFaultWorld } from './support/fault-world.js';
import { Load } from './support/load.js';
import { SEED, seededRandom } from './support/random.js';

const world = useFaultWorld();

async function open(): Promise<Database> {
  return await world.open({ poolSize: 5, maxOverflow: 3, poolTimeout: 10, connectTimeout: 3 });
}

describe(`under load (PLINTH_SEED=${SEED})`, () => {
  const random = seededRandom(SEED);

  it('survives resets of every connection', async () => {
    const db = await open();
    const load = new Load(db, { random });
    for (let round = 0; round < 10; round += 1) {
      await expectProgress(load, 20 + random(60));
      world.proxy.reset();
    }
    await expectProgress(load);
    expect(load.failures).not.toEqual([]);
    await expectSurvived(world, db, load);
  });

  it('survives a network that refuses, and resets whatever it takes', async () => {
    const db = await open();
    const load = new Load(db, { random });
    await expectProgress(load);
    await world.proxy.refuse();
    world.proxy.reset();
    await expectFailures(load, 20);
    world.proxy.setMode({ kind: 'reset' });
    await world.proxy.accept();
    await expectFailures(load, 20);
    world.proxy.setMode({ kind: 'pass' });
    await expectProgress(load);
    await expectSurvived(world, db, load);
  });

  it('survives delays that come and go', async () => {
    const db = await open();
    const load = new Load(db, { random });
    for (let round = 0; round < 5; round += 1) {
      world.proxy.setMode({ kind: 'delay', ms: 1 + random(20) });
      await expectProgress(load, 40);
      world.proxy.setMode({ kind: 'pass' });
      await expectProgress(load, 40);
    }
    await expectSurvived(world, db, load);
    expect(load.failures).toEqual([]);
  });

  it.each([1, 2, 5, 64])('does not mind packets of %d bytes', async (bytes) => {
    const db = await open();
    world.proxy.setMode({ kind: 'split', bytes });
    const load = new Load(db, { random });
    await expectProgress(load, 60);
    await expectSurvived(world, db, load);
    expect(load.failures).toEqual([]);
  });

  it('survives cuts after any number of bytes', async () => {
    const db = await open();
    const load = new Load(db, { random });
    for (let round = 0; round < 60; round += 1) {
      for (const link of world.proxy.links) link.setMode({ kind: 'drop', bytes: 1 + random(1500) });
      await expectProgress(load, 10);
    }
    expect(load.failures).not.toEqual([]);
    await expectSurvived(world, db, load);
  });
});

describe('an answer in pieces', () => {
  it('is the same answer, for a tenant’s statement and its errors too', async () => {
    const db = await open();
    const tenant = db.tenant('pieces');
    const answer = async () => {
      const { rows } = await tenant.execute(
        sql`SELECT current_setting('app.current_tenant_id') AS tenant, repeat(${'é'}, 5000) AS long,
                   n FROM generate_series(1, ${20}) AS n`,
      );
      return rows;
    };
    const whole = await answer();
    expect(whole).toHaveLength(20);
    for (const bytes of [1, 3, 1000]) {
      world.proxy.setMode({ kind: 'split', bytes });
      expect(await answer()).toEqual(whole);
      const failure: unknown = await tenant.execute(sql`SELECT 1 / ${0}::int`).catch((e) => e);
      expect(failure).toMatchObject({ code: '22012' });
      expect(await answer()).toEqual(whole);
    }
    await expectHealthy(world, db);
  });
});

describe('a connection cut while it is opened', () => {
  it.each([0, 1, 8, 60, 150, 300])('is an error after %d bytes, and no leak', async (bytes) => {
    world.proxy.setMode(bytes === 0 ? { kind: 'reset' } : { kind: 'drop', bytes });
    const failure: unknown = await world.open({ connectRetries: 2 }).catch((error) => error);
    expect(isPlinthError(failure, 'ENGINE_CONNECT_FAILED')).toBe(true);
    await expect.poll(() => world.ownSockets()).toBe(0);
  });
});

describe('a name', () => {
  it('that no server knows is an error that says so', async () => {
    const url = 'postgres://nobody@plinth.invalid/none';
    const failure: unknown = await world.open({ url, connectRetries: 2 }).catch((error) => error);
    expect(isPlinthError(failure, 'ENGINE_CONNECT_FAILED')).toBe(true);
    expect(String(failure)).toMatch(/plinth\.invalid/);
    expect(failure).toMatchObject({ retryable: true, hint: expect.stringContaining('name') });
  });
});
