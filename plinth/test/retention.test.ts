// Retention on a database, a server's and an embedded one: what goes and what stays.

import { sql } from 'drizzle-orm';
import { connect, type Database } from 'plinth';
import { previewRetention, runRetention } from 'plinth/retention';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import {
  BOTH,
  createRetentionTables,
  createRetentionTablesAt,
  dropRetentionRole,
  EVENTS,
  JOBS,
  RETENTION_ROLE,
  RetentionRows,
} from './support/retention-tables.js';
import { asUser } from './support/tenant-table.js';

const server = useDatabase();

interface Side {
  /** The role that does the work. */
  readonly db: Database;
  /** Who sees everything. */
  readonly all: Database;
}

async function openServer(): Promise<Side> {
  await createRetentionTablesAt(server.url);
  const db = await connect({ url: asUser(server.url, RETENTION_ROLE), poolSize: 2 });
  return { db, all: await connect({ url: server.url, poolSize: 3 }) };
}

async function openEmbedded(): Promise<Side> {
  const db = await connect({ url: 'pglite://memory', tenantRole: RETENTION_ROLE });
  await createRetentionTables(db.engine);
  return { db, all: db };
}

afterAll(async () => {
  await dropRetentionRole(server.url);
});

describe.each([
  { kind: 'server', open: openServer },
  { kind: 'embedded', open: openEmbedded },
] as const)('on the $kind', ({ kind, open }) => {
  let side: Side;
  let rows: RetentionRows;

  beforeAll(async () => {
    side = await open();
    rows = new RetentionRows(side.all);
  });

  beforeEach(async () => {
    await rows.clear();
  });

  afterAll(async () => {
    await side.db.close();
    await side.all.close();
  });

  it('removes what is due of every tenant, and nothing younger', async () => {
    await rows.addEvents('acme', '91 days', 250);
    await rows.addEvents('acme', '89 days', 3);
    await rows.addEvents('globex', '2 years', 1);
    await rows.addEvents('globex', '1 minute', 2);
    await rows.addJobs('31 days', 4);
    await rows.addJobs('29 days', 5);
    const outcome = await runRetention(side.db, BOTH);
    expect(outcome).toMatchObject({
      state: 'done',
      classes: [
        { name: 'events', removed: 251, tenants: 2, problems: [] },
        { name: 'jobs', removed: 4, tenants: 0, problems: [] },
      ],
    });
    expect(await rows.events()).toEqual({ 'acme 89 days': 3, 'globex 1 minute': 2 });
    expect(await rows.count('jobs')).toBe(5);
  });

  it('says how old the oldest row is that is left', async () => {
    await rows.addEvents('acme', '10 days');
    await rows.addEvents('globex', '91 days');
    await rows.addEvents('globex', '20 days');
    const { classes } = await runRetention(side.db, { ...BOTH, classes: [EVENTS] });
    const { oldest } = classes[0] ?? {};
    const days = (Date.now() - Date.parse(oldest ?? '')) / 86_400_000;
    expect(days).toBeGreaterThan(19.9);
    expect(days).toBeLessThan(20.1);
  });

  it('leaves rows without a moment, and those that its condition leaves out', async () => {
    await side.all.execute(sql`INSERT INTO jobs (ended_at) VALUES (NULL), ('-infinity')`);
    await rows.addJobs('40 days', 2, 'kept');
    const where = "state <> 'kept' -- for good";
    await runRetention(side.db, { classes: [{ ...JOBS, where }] });
    const { rows: left } = await side.all.execute(
      sql`SELECT state, ended_at FROM jobs ORDER BY id`,
    );
    expect(left.map(({ state }) => state)).toEqual(['ended', 'kept', 'kept']);
    expect(left[0]?.ended_at).toBeNull();
  });

  it('goes on behind rows that a trigger keeps, and tells of them', async () => {
    await rows.addJobs('200 days', 130, 'held');
    await rows.addJobs('100 days', 3, 'held');
    await rows.addJobs('40 days', 400);
    await side.all.engine.query(`
      CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF old.state = 'held' THEN RETURN NULL; END IF; RETURN old; END $$;
      CREATE TRIGGER hold BEFORE DELETE ON jobs FOR EACH ROW EXECUTE FUNCTION hold()`);
    const outcome = await runRetention(side.db, { ...BOTH, only: ['jobs'] });
    await side.all.engine.query('DROP FUNCTION hold CASCADE');
    const message = 'a trigger keeps rows; 133 rows that are due are left';
    expect(outcome).toMatchObject({
      state: 'done',
      classes: [{ removed: 400, problems: [{ message }] }],
    });
    expect(await rows.count('jobs')).toBe(133);
  });

  it('sets rows aside that may not go, and removes the others', async () => {
    await rows.addEvents('acme', '91 days', 300);
    await rows.addEvents('globex', '91 days', 2);
    await side.all.engine.query(`
      CREATE TABLE notes (event integer CONSTRAINT notes_event REFERENCES events);
      INSERT INTO notes VALUES (40), (299)`);
    const outcome = await runRetention(side.db, BOTH);
    await side.all.engine.query('DROP TABLE notes');
    const words = /notes_event.*; 2 rows that are due are left$/;
    expect(outcome).toMatchObject({
      state: 'done',
      classes: [
        { removed: 300, problems: [{ tenant: 'acme', message: expect.stringMatching(words) }] },
        { problems: [] },
      ],
    });
    expect(await rows.events()).toEqual({ 'acme 91 days': 2 });
  });

  it('knows moments that no calendar has', async () => {
    await side.all.execute(
      sql`INSERT INTO jobs (ended_at) VALUES ('infinity'), ('-infinity'), ('0044-03-15 BC'), ('0001-01-01 Z')`,
    );
    const preview = await previewRetention(side.db, { classes: [JOBS] });
    expect(preview.classes).toMatchObject([{ due: 3, owners: [{ oldest: '-infinity' }] }]);
    const ancient = { ...JOBS, where: "ended_at > '-infinity'" };
    const told = await previewRetention(side.db, { classes: [ancient] });
    expect(told.classes).toMatchObject([{ due: 2, owners: [{ oldest: '-infinity' }] }]);
    const outcome = await runRetention(side.db, { classes: [JOBS] });
    expect(outcome.classes).toMatchObject([{ removed: 3, oldest: 'infinity', problems: [] }]);
  });

  it('acts in the scope of each tenant, as retention', async () => {
    await rows.addEvents('acme', '91 days');
    await rows.addEvents('globex', '92 days');
    await runRetention(side.db, BOTH);
    await rows.addEvents('initech', '93 days');
    await runRetention(side.db, { ...BOTH, actor: 'somebody' });
    const { rows: removals } = await side.all.execute(sql`SELECT * FROM removals ORDER BY body`);
    expect(removals).toEqual([
      { tenant: 'acme', actor: 'retention', body: '91 days' },
      { tenant: 'globex', actor: 'retention', body: '92 days' },
      { tenant: 'initech', actor: 'somebody', body: '93 days' },
    ]);
  });

  it('does only the classes that are named', async () => {
    await rows.addEvents('acme', '91 days');
    await rows.addJobs('31 days');
    const { classes } = await runRetention(side.db, { ...BOTH, only: ['jobs'] });
    expect(classes.map(({ name }) => name)).toEqual(['jobs']);
    expect([await rows.count('events'), await rows.count('jobs')]).toEqual([1, 0]);
  });

  it('is told to stop between two batches, and the next run goes on', async () => {
    await rows.addEvents('acme', '91 days', 300);
    const stop = new AbortController();
    const stopped = await runRetention(side.db, {
      ...BOTH,
      signal: stop.signal,
      onBatch: () => stop.abort(),
    });
    expect(stopped).toMatchObject({
      state: 'stopped',
      classes: [{ removed: 100, batches: 1 }, {}],
    });
    expect(await rows.count('events')).toBe(200);
    expect(await runRetention(side.db, BOTH)).toMatchObject({ state: 'done' });
    expect(await rows.count('events')).toBe(0);
  });

  it('is told to stop while it goes through tenants that have nothing to go', async () => {
    const stop = new AbortController();
    const asked: string[] = [];
    const listen = ({ text }: { readonly text: string }) => {
      if (text.includes('oldest') && asked.push(text) === 2) stop.abort();
    };
    side.db.engine.on('query', listen);
    const { state } = await runRetention(side.db, { ...BOTH, signal: stop.signal });
    side.db.engine.off('query', listen);
    expect({ state, asked: asked.length }).toEqual({ state: 'stopped', asked: 2 });
  });

  it('does nothing while another run is at it', async () => {
    await rows.addEvents('acme', '91 days', 150);
    const stop = new AbortController();
    let second: Promise<unknown> | undefined;
    // It rests for a thousand times as long as a batch took.
    const first = await runRetention(side.db, {
      ...BOTH,
      share: 0.001,
      signal: stop.signal,
      onBatch: () => {
        second = runRetention(side.db, BOTH).finally(() => stop.abort());
      },
    });
    expect(await second).toMatchObject({
      state: 'busy',
      holder: expect.stringMatching(kind === 'server' ? /^server process \d+/ : /^this process$/),
      classes: [],
    });
    expect(first).toMatchObject({ state: 'stopped', classes: [{ removed: 100 }, {}] });
  });

  it('removes rows through a function', async () => {
    await side.all.engine.query(`
      CREATE OR REPLACE FUNCTION prune_events(tenant text, before timestamptz, most integer)
      RETURNS integer LANGUAGE sql SECURITY DEFINER AS $$
        WITH gone AS (DELETE FROM events WHERE id IN (
          SELECT id FROM events WHERE tenant_id = $1 AND created_at < $2 LIMIT $3) RETURNING 1)
        SELECT count(*)::integer FROM gone $$`);
    await rows.addEvents('acme', '91 days', 230);
    await rows.addEvents('acme', '1 day', 1);
    const classes = [{ ...EVENTS, prune: { function: 'prune_events', order: 'id' } }];
    const outcome = await runRetention(side.db, { ...BOTH, classes });
    expect(outcome).toMatchObject({ classes: [{ removed: 230, problems: [] }] });
    expect(await rows.events()).toEqual({ 'acme 1 day': 1 });
  });

  it('tells of rows that the function keeps, but not of a last one', async () => {
    await side.all.engine.query(`
      CREATE OR REPLACE FUNCTION keep_events(tenant text, before timestamptz, most bigint)
      RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint'`);
    await rows.addEvents('acme', '91 days', 3);
    await rows.addEvents('globex', '91 days', 1);
    const classes = [{ ...EVENTS, prune: { function: 'keep_events', order: 'id' } }];
    const outcome = await runRetention(side.db, { ...BOTH, classes });
    expect(outcome.classes[0]?.problems).toEqual([
      { tenant: 'acme', message: 'keep_events keeps rows; 3 rows that are due are left' },
    ]);
  });

  it('takes names as they are', async () => {
    await side.all.engine.query(`
      CREATE SCHEMA IF NOT EXISTS "Odd ""Place";
      CREATE TABLE "Odd ""Place"."select" ("From; DROP TABLE jobs" timestamptz);
      GRANT ALL ON SCHEMA "Odd ""Place" TO ${RETENTION_ROLE};
      GRANT ALL ON "Odd ""Place"."select" TO ${RETENTION_ROLE};
      INSERT INTO "Odd ""Place"."select" VALUES (now()), (now() - interval '1 hour')`);
    const odd = {
      name: 'odd',
      table: '"Odd ""Place".select',
      column: 'From; DROP TABLE jobs',
      keep: '30 minutes',
    };
    const preview = await previewRetention(side.db, { classes: [odd] });
    expect(preview.classes).toMatchObject([{ due: 1 }]);
    const outcome = await runRetention(side.db, { classes: [odd] });
    expect(outcome.classes).toMatchObject([{ removed: 1, problems: [] }]);
    await side.all.engine.query('DROP SCHEMA "Odd ""Place" CASCADE');
  });

  it('removes the due rows of partitions, and no others in the same place', async () => {
    await side.all.engine.query(`
      CREATE TABLE parts (region text, at timestamptz) PARTITION BY LIST (region);
      CREATE TABLE parts_a PARTITION OF parts FOR VALUES IN ('a');
      CREATE TABLE parts_b PARTITION OF parts FOR VALUES IN ('b');
      GRANT ALL ON parts TO ${RETENTION_ROLE};
      INSERT INTO parts SELECT 'a', now() - n * interval '1 day' FROM generate_series(1, 300) n;
      INSERT INTO parts SELECT 'b', now() - n * interval '1 minute' FROM generate_series(1, 300) n`);
    const parts = { name: 'parts', table: 'parts', column: 'at', keep: '1 week' };
    const outcome = await runRetention(side.db, { classes: [parts] });
    expect(outcome.classes).toMatchObject([{ removed: 294, problems: [] }]);
    const { rows: left } = await side.all.execute(
      sql`SELECT region, count(*)::integer AS count FROM parts GROUP BY 1 ORDER BY 1`,
    );
    expect(left).toEqual([
      { region: 'a', count: 6 },
      { region: 'b', count: 300 },
    ]);
    await side.all.engine.query('DROP TABLE parts');
  });

  describe('previewRetention', () => {
    it('tells how many rows are due, since when and why, and removes none', async () => {
      await rows.addEvents('acme', '91 days', 3);
      await rows.addEvents('globex', '100 days', 2);
      await rows.addEvents('initech', '1 day', 9);
      const { classes } = await previewRetention(side.db, BOTH);
      expect(classes).toMatchObject([
        {
          ...EVENTS,
          due: 5,
          isMore: false,
          owners: [
            { tenant: 'acme', due: 3, isMore: false },
            { tenant: 'globex', due: 2, isMore: false },
          ],
          hint: undefined,
        },
        { ...JOBS, due: 0, owners: [], hint: undefined },
      ]);
      const [events] = classes;
      const days = (text = '') => Math.round((Date.now() - Date.parse(text)) / 86_400_000);
      expect(days(events?.cutOff)).toBe(90);
      expect(events?.owners.map(({ oldest }) => days(oldest))).toEqual([91, 100]);
      expect(await rows.count('events')).toBe(14);
    });

    it.each([
      {
        what: 'no index',
        change: 'DROP INDEX events_tenant',
        undo: 'CREATE INDEX events_tenant ON events (tenant_id, created_at DESC)',
      },
      {
        what: 'an index without the tenant',
        change: 'DROP INDEX events_tenant; CREATE INDEX events_at ON events (created_at)',
        undo: 'DROP INDEX events_at; CREATE INDEX events_tenant ON events (tenant_id, created_at DESC)',
      },
    ])('says where there is $what for the batches', async ({ change, undo }) => {
      await side.all.engine.query(change);
      const { classes } = await previewRetention(side.db, { ...BOTH, only: ['events'] });
      await side.all.engine.query(undo);
      expect(classes).toMatchObject([
        {
          hint: 'every batch reads the whole table: create an index on events (tenant_id, created_at)',
        },
      ]);
    });
  });

  it.each([
    { what: 'keep', change: { keep: 'a while' }, message: 'keeps rows for "a while"' },
    {
      what: 'condition',
      change: { where: "body = 'a') OR (TRUE" },
      message: 'closes a parenthesis that it has not opened',
    },
    { what: 'table', change: { table: 'evnts' }, message: 'the table evnts, and there is none' },
    { what: 'view', change: { table: 'pg_locks' }, message: 'and that is no table' },
    { what: 'column', change: { column: 'at' }, message: 'events.at, which is missing' },
    { what: 'type', change: { column: 'body' }, message: 'events.body, which is text' },
    { what: 'tenant', change: { tenant: 'owner' }, message: 'events.owner, which is missing' },
  ])('refuses a wrong $what before anything is removed', async ({ change, message }) => {
    await rows.addJobs('31 days');
    const classes = [JOBS, { ...EVENTS, ...change }];
    const options = { ...BOTH, classes };
    for (const work of [runRetention, previewRetention]) {
      await expect(work(side.db, options)).rejects.toMatchObject({
        code: 'RETENTION_CLASS_INVALID',
        message: expect.stringContaining(message),
      });
    }
    expect(await rows.count('jobs')).toBe(1);
  });
});
