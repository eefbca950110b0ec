// Faults of the caller: what is kept after its time, not waited for, or swallowed must not reach
// anybody else.

import { sql } from 'drizzle-orm';
import type { Connection, Transaction } from 'plinth';
import { describe, expect, it } from 'vitest';
import { expectHealthy, expectSettled } from './support/expectations.js';
import { useFaultWorld } from './support/fault-world.js';

const world = useFaultWorld();

const ONE = { poolSize: 1, maxOverflow: 0 };

describe('a statement that comes too late', () => {
  it('is refused, and does not run in the transaction of another tenant', async () => {
    const db = await world.open(ONE);
    let kept: Transaction | undefined;
    await db.tenant('early').transaction(async (tx) => {
      kept = tx;
      await tx.execute(sql`SELECT 1`);
    });
    await db.tenant('other').transaction(async (tx) => {
      await tx.execute(sql`INSERT INTO entries (key) VALUES ('late 1')`);
      const late = Promise.resolve(kept?.execute(sql`INSERT INTO entries (key) VALUES ('late 2')`));
      await expect(expectSettled(late)).rejects.toMatchObject({
        code: 'ENGINE_CONNECTION_RETURNED',
      });
    });
    expect(await world.ask(`SELECT key AS value FROM entries WHERE key ~ '^late'`)).toEqual([
      'late 1',
    ]);
    await expectHealthy(world, db);
  });

  it('is refused on a connection that was lent', async () => {
    const db = await world.open(ONE);
    let kept: Connection | undefined;
    await db.engine.withConnection(async (connection) => {
      kept = connection;
    });
    await expect(kept?.query('SELECT 1')).rejects.toMatchObject({
      code: 'ENGINE_CONNECTION_RETURNED',
    });
    await expectHealthy(world, db);
  });
});

describe('a statement that nobody waits for', () => {
  it.each(['BEGIN', "SET app.current_tenant_id = 'left'", 'SELECT 1/0', 'SELECT pg_sleep(0.2)'])(
    'leaves nothing to the next borrower: %s',
    async (text) => {
      const db = await world.open(ONE);
      let unwatched: Promise<unknown> = Promise.resolve();
      await db.engine.withConnection(async (connection) => {
        unwatched = connection.query(text).catch(() => undefined);
      });
      const { rows } = await db
        .tenant('next')
        .execute(
          sql`INSERT INTO entries (key) VALUES (${`after ${text}`}) RETURNING tenant_id AS tenant`,
        );
      expect(rows).toEqual([{ tenant: 'next' }]);
      await expectSettled(unwatched);
      await expectHealthy(world, db);
      const kept = await world.ask('SELECT key AS value FROM entries WHERE key = $1', [
        `after ${text}`,
      ]);
      expect(kept).toHaveLength(1);
    },
  );
});

describe('an error that is swallowed', () => {
  it('is not a commit', async () => {
    const db = await world.open(ONE);
    const swallowed = db.tenant('a').transaction(async (tx) => {
      await tx.execute(sql`INSERT INTO entries (key) VALUES ('swallowed')`);
      await tx.execute(sql`SELECT 1/0`).catch(() => undefined);
    });
    await expect(expectSettled(swallowed)).rejects.toMatchObject({ code: 'ENGINE_ROLLED_BACK' });
    await expectHealthy(world, db);
  });
});
