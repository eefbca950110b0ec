// Retention on a server beside others: who hold rows, who end its sessions, and what its role may see.

import { sql } from 'drizzle-orm';
import { connect, type Database } from 'plinth';
import { runRetention } from 'plinth/retention';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import { endSessionsAt } from './support/end-sessions-at.js';
import {
  BOTH,
  createRetentionTablesAt,
  dropRetentionRole,
  EVENTS,
  RETENTION_ROLE,
  RetentionRows,
} from './support/retention-tables.js';
import { asUser } from './support/tenant-table.js';

const server = useDatabase();

describe('retention beside others', () => {
  let all: Database;
  let rows: RetentionRows;
  const url = () => asUser(server.url, RETENTION_ROLE);

  beforeAll(async () => {
    await createRetentionTablesAt(server.url);
    all = await connect({ url: server.url, poolSize: 3 });
    rows = new RetentionRows(all);
  });

  beforeEach(async () => {
    await rows.clear();
  });

  afterAll(async () => {
    await all.close();
    await dropRetentionRole(server.url);
  });

  it('leaves rows that others hold, for the next run', async () => {
    await rows.addEvents('acme', '91 days', 5);
    await using db = await connect({ url: url(), poolSize: 2 });
    await all.transaction(async (tx) => {
      await tx.execute(sql`SELECT FROM events WHERE id = 2 FOR UPDATE`);
      const outcome = await runRetention(db, BOTH);
      expect(outcome).toMatchObject({ state: 'done', classes: [{ removed: 4, problems: [] }, {}] });
    });
    expect(await rows.count('events')).toBe(1);
    expect(await runRetention(db, BOTH)).toMatchObject({ classes: [{ removed: 1 }, {}] });
  });

  it('leaves a row that is no longer due once it gets to it', async () => {
    await rows.addEvents('acme', '91 days', 3);
    await all.engine.query(`
      CREATE FUNCTION renew() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          UPDATE events SET created_at = now() WHERE id = 2;
          RETURN NULL;
        END $$;
      CREATE TRIGGER renew BEFORE DELETE ON events FOR EACH STATEMENT EXECUTE FUNCTION renew()`);
    await using db = await connect({ url: url(), poolSize: 2 });
    const outcome = await runRetention(db, BOTH);
    await all.engine.query('DROP FUNCTION renew CASCADE');
    expect(outcome.classes[0]).toMatchObject({ removed: 2 });
    const { rows: left } = await all.execute(sql`SELECT id FROM events`);
    expect(left).toEqual([{ id: 2 }]);
  });

  it('goes on with the others where the rows of one tenant may not go', async () => {
    await rows.addEvents('acme', '91 days', 2);
    await rows.addEvents('globex', '91 days', 2);
    await all.engine.query(`
      CREATE TABLE notes (event integer CONSTRAINT notes_event REFERENCES events);
      INSERT INTO notes VALUES (1), (2)`);
    await using db = await connect({ url: url(), poolSize: 2 });
    const outcome = await runRetention(db, BOTH);
    await all.engine.query('DROP TABLE notes');
    expect(outcome).toMatchObject({
      state: 'done',
      classes: [
        {
          removed: 2,
          problems: [{ tenant: 'acme', message: expect.stringContaining('notes_event') }],
        },
        { problems: [] },
      ],
    });
    expect(await rows.events()).toEqual({ 'acme 91 days': 2 });
  });

  it('gives up rather than wait for what others hold of a cascade', async () => {
    await rows.addJobs('31 days', 1);
    await all.engine.query('INSERT INTO job_lines VALUES (1, 1)');
    await using db = await connect({ url: url(), poolSize: 2 });
    await all.transaction(async (tx) => {
      await tx.execute(sql`SELECT FROM job_lines FOR UPDATE`);
      const outcome = await runRetention(db, { ...BOTH, only: ['jobs'] });
      expect(outcome.classes).toMatchObject([
        { removed: 0, problems: [{ message: expect.stringContaining('lock timeout') }] },
      ]);
    });
    await runRetention(db, BOTH);
    expect([await rows.count('jobs'), await rows.count('job_lines')]).toEqual([0, 0]);
  });

  it('takes its lock again when the session that holds it is lost', async () => {
    await rows.addEvents('acme', '91 days', 300);
    await using db = await connect({ url: url(), poolSize: 2 });
    let killed: Promise<unknown> | undefined;
    const outcome = await runRetention(db, {
      ...BOTH,
      share: 0.05,
      onBatch: () => {
        killed ??= all.engine.query(`
          SELECT pg_terminate_backend(pid, 5000) FROM pg_locks
           WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
      },
    });
    await killed;
    expect(outcome).toMatchObject({ state: 'done', classes: [{ removed: 300 }, {}] });
  });

  it.each([
    { what: 'asks which tenants there are', waits: 'tenants' },
    { what: 'removes rows', waits: 'job_lines' },
  ])('goes on when a session is ended as it $what', async ({ waits }) => {
    await rows.addEvents('acme', '91 days', 3);
    await rows.addJobs('31 days', 2);
    await using db = await connect({ url: url(), poolSize: 2 });
    const outcome = await endSessionsAt(all, waits, () => runRetention(db, BOTH));
    expect(outcome).toMatchObject({
      state: 'done',
      classes: [
        { removed: 3, problems: [] },
        { removed: 2, problems: [] },
      ],
    });
  });

  it('keeps nothing from being vacuumed while it rests', async () => {
    await rows.addEvents('acme', '91 days', 300);
    const applicationName = 'retention at rest';
    await using db = await connect({ url: url(), poolSize: 2, applicationName });
    const stop = new AbortController();
    let seen: Promise<readonly unknown[]> | undefined;
    await runRetention(db, {
      ...BOTH,
      share: 0.001,
      signal: stop.signal,
      onBatch: () => {
        seen ??= all.engine
          .query(
            'SELECT state, backend_xmin, backend_xid FROM pg_stat_activity WHERE application_name = $1 ORDER BY state DESC',
            [applicationName],
          )
          .then((result) => result.rows)
          .finally(() => stop.abort());
      },
    });
    expect(await seen).toEqual(
      expect.arrayContaining([
        { state: 'idle in transaction', backend_xmin: null, backend_xid: null },
      ]),
    );
  });

  it('works as the owner of the tables, whom policies hold as well', async () => {
    await rows.addEvents('acme', '91 days', 2);
    await rows.addEvents('globex', '1 day', 2);
    await all.engine.query(`ALTER TABLE events OWNER TO ${RETENTION_ROLE}`);
    await using db = await connect({ url: url(), poolSize: 2 });
    const outcome = await runRetention(db, BOTH);
    await all.engine.query(
      `ALTER TABLE events OWNER TO CURRENT_USER; GRANT ALL ON events TO ${RETENTION_ROLE}`,
    );
    expect(outcome.classes[0]).toMatchObject({ removed: 2, tenants: 1, problems: [] });
  });

  it('removes the rows of each tenant in its scope as a superuser, too', async () => {
    await rows.addEvents('acme', '91 days');
    await rows.addEvents('globex', '92 days');
    const outcome = await runRetention(all, { ...BOTH, tenants: undefined });
    expect(outcome.classes[0]).toMatchObject({ removed: 2, tenants: 2 });
    const { rows: removals } = await all.execute(sql`SELECT * FROM removals ORDER BY body`);
    expect(removals).toMatchObject([{ tenant: 'acme' }, { tenant: 'globex' }]);
  });

  it('refuses a role that policies hide rows from and nobody told of tenants', async () => {
    await using db = await connect({ url: url(), poolSize: 2 });
    const { tenant: _, ...blind } = EVENTS;
    await expect(runRetention(db, { classes: [blind] })).rejects.toMatchObject({
      code: 'RETENTION_CLASS_INVALID',
      hint: "Name the column that says whose a row is: tenant: 'tenant_id'.",
    });
    await expect(runRetention(db, { classes: [EVENTS] })).rejects.toMatchObject({
      code: 'TENANCY_TENANTS_UNKNOWN',
    });
  });

  it('refuses a pool of one connection', async () => {
    await using db = await connect({ url: url(), poolSize: 1, maxOverflow: 0 });
    await expect(runRetention(db, BOTH)).rejects.toMatchObject({
      code: 'ENGINE_OPTION_INVALID',
      details: { connections: 1 },
    });
  });

  it('goes along the index from where the last batch ended', async () => {
    await rows.addEvents('acme', '91 days', 1000);
    await using db = await connect({ url: url(), poolSize: 2 });
    const statements: string[] = [];
    db.engine.on('query', ({ text }) => {
      if (text.includes('DELETE')) statements.push(text);
    });
    const { classes } = await runRetention(db, BOTH);
    expect(classes[0]).toMatchObject({ removed: 1000, problems: [] });
    expect(statements.filter((text) => !text.includes('>='))).toHaveLength(1);
    expect(statements.length).toBeGreaterThan(2);
  });
});
