// Publications: what they publish, of which tables, columns and rows; and subscriptions to them.

import { type Engine, openEngine } from 'plinth';
import { createDatabase } from 'plinth/testing';
import { describe, expect, it } from 'vitest';
import { useServer } from '../../../test/support/database.js';
import { type Catalog, introspect } from '../../src/catalog/index.js';
import { diff, type Plan, renderPlan } from '../../src/diff/index.js';
import { splitStatements } from '../../src/sql/index.js';
import { expectConvergence } from '../support/convergence.js';

const TABLES = `
  CREATE SCHEMA app;
  CREATE TABLE app.log (id int PRIMARY KEY);
  CREATE TABLE users (id int PRIMARY KEY, email text, active boolean NOT NULL DEFAULT true);
  CREATE TABLE "Orders" (id int PRIMARY KEY, total numeric);
`;

describe('a publication', () => {
  it.each([
    ['of nothing', 'CREATE PUBLICATION p'],
    ['of all tables', 'CREATE PUBLICATION p FOR ALL TABLES'],
    ['of tables', 'CREATE PUBLICATION p FOR TABLE users, "Orders", app.log'],
    [
      'of some actions',
      `CREATE PUBLICATION p FOR TABLE users
         WITH (publish = 'insert, truncate', publish_via_partition_root = true)`,
    ],
    ['of no actions', `CREATE PUBLICATION p WITH (publish = '')`],
  ])('%s is created and dropped', async (_name, sql) => {
    await expectConvergence({ from: TABLES, to: `${TABLES} ${sql}` });
  });

  it('is written whole', async () => {
    const { upSql } = await expectConvergence({
      from: '',
      to: `${TABLES} CREATE PUBLICATION p
        FOR TABLE users WHERE (active AND id > 5), "Orders", TABLES IN SCHEMA app
        WITH (publish = 'insert')`,
      since: 15,
    });
    expect(upSql).toContain(
      `CREATE PUBLICATION p
    FOR TABLE public."Orders", public.users WHERE (active AND (id > 5)), TABLES IN SCHEMA app
    WITH (publish = 'insert');
`,
    );
  });

  it('publishes generated columns', async () => {
    await expectConvergence({
      from: `${TABLES} CREATE PUBLICATION p FOR TABLE users`,
      to: `${TABLES} CREATE PUBLICATION p FOR TABLE users WITH (publish_generated_columns = stored)`,
      since: 18,
    });
  });

  it.each([
    ['CREATE PUBLICATION p', 'CREATE PUBLICATION p FOR TABLE users'],
    ['CREATE PUBLICATION p FOR TABLE users', 'CREATE PUBLICATION p FOR TABLE "Orders", app.log'],
    [`CREATE PUBLICATION p WITH (publish = 'insert')`, 'CREATE PUBLICATION p'],
    [
      'CREATE PUBLICATION p FOR TABLE users WITH (publish_via_partition_root = true)',
      `CREATE PUBLICATION p FOR TABLE users WITH (publish = 'delete, update')`,
    ],
  ])('is altered in place: %s, %s', async (before, after) => {
    const { up, down } = await expectConvergence({
      from: `${TABLES} ${before}`,
      to: `${TABLES} ${after}`,
    });
    for (const { sql } of [...up.statements, ...down.statements]) {
      expect(sql).toMatch(/^ALTER PUBLICATION p (SET|ADD TABLE|DROP TABLE) /);
    }
  });

  it.each([
    ['users (id)', 'users (id, email)'],
    ['users', 'users (id) WHERE (id > 1)'],
    ['users WHERE (active)', 'users WHERE (NOT active)'],
    ['users, TABLES IN SCHEMA app', 'TABLES IN SCHEMA public'],
  ])('holds something else of its tables: %s, %s', async (before, after) => {
    const publish = (content: string): string =>
      `${TABLES} CREATE PUBLICATION p FOR ${content.startsWith('TABLES') ? '' : 'TABLE '}${content}`;
    await expectConvergence({ from: publish(before), to: publish(after), since: 15 });
  });

  it('of some tables is built anew for all', async () => {
    const { up } = await expectConvergence({
      from: `${TABLES} CREATE PUBLICATION p FOR TABLE users; COMMENT ON PUBLICATION p IS 'kept'`,
      to: `${TABLES} CREATE PUBLICATION p FOR ALL TABLES; COMMENT ON PUBLICATION p IS 'kept'`,
    });
    expect(up.statements[0]?.hazards[0]?.kind).toBe('breaks-code');
  });

  it('holds a parent without its children', async () => {
    const tables = `CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b () INHERITS (a);`;
    await expectConvergence({
      from: tables,
      to: `${tables} CREATE PUBLICATION p FOR TABLE ONLY a`,
    });
    await expectConvergence({ from: tables, to: `${tables} CREATE PUBLICATION p FOR TABLE a` });
    await expectConvergence({ from: '', to: `${tables} CREATE PUBLICATION p FOR TABLE ONLY a` });
  });

  it('holds a partitioned table and not its partitions', async () => {
    const tables = `
      CREATE TABLE a (id int PRIMARY KEY) PARTITION BY RANGE (id);
      CREATE TABLE a1 PARTITION OF a FOR VALUES FROM (0) TO (10);`;
    await expectConvergence({ from: tables, to: `${tables} CREATE PUBLICATION p FOR TABLE a` });
  });

  it('goes with its tables', async () => {
    await expectConvergence({
      from: '',
      to: `${TABLES} CREATE PUBLICATION p FOR TABLE users, app.log`,
    });
    await expectConvergence({
      from: `${TABLES} CREATE PUBLICATION p FOR TABLE users, app.log`,
      to: `CREATE SCHEMA app; CREATE TABLE app.log (id int PRIMARY KEY); CREATE PUBLICATION p FOR TABLE app.log`,
    });
  });
});

describe('a column that a publication names', () => {
  const users = 'CREATE TABLE users (id int PRIMARY KEY, level int, name text);';

  it('takes another type', async () => {
    await expectConvergence({
      from: `${users} CREATE PUBLICATION p FOR TABLE users (id, level) WHERE (level > 3)`,
      to: `${users} ALTER TABLE users ALTER level TYPE bigint;
        CREATE PUBLICATION p FOR TABLE users (id, level) WHERE (level > 3)`,
      rows: 'INSERT INTO users VALUES (1, 5)',
      survives: 'SELECT id, level::int FROM users',
      since: 15,
    });
  });

  it('comes and goes', async () => {
    await expectConvergence({
      from: `${users} CREATE PUBLICATION p FOR TABLE users (id, level)`,
      to: `${users} ALTER TABLE users DROP level, ADD rank int;
        CREATE PUBLICATION p FOR TABLE users (id, rank) WHERE (id > 5)`,
      since: 15,
    });
  });
});

// A database with a subscription cannot be dropped: these go with their server.
const own = useServer();

describe('a subscription', () => {
  const make = (words: string, connection = 'host=db dbname=x'): string =>
    `CREATE SUBSCRIPTION s CONNECTION '${connection}' ${words};`;

  it.each([
    ['', make('PUBLICATION p WITH (connect = false)')],
    [
      make('PUBLICATION p WITH (connect = false)'),
      make('PUBLICATION p, "Q" WITH (connect = false, slot_name = other, binary = true)', 'host=b'),
    ],
    [
      make('PUBLICATION p WITH (connect = false, streaming = off)'),
      `${make(`PUBLICATION p WITH (connect = false, slot_name = NONE, streaming = on, origin = none,
         synchronous_commit = 'remote_write', disable_on_error = true, run_as_owner = true)`)}
       COMMENT ON SUBSCRIPTION s IS 'mine'`,
    ],
    [
      make('PUBLICATION p WITH (connect = false)'),
      make('PUBLICATION p WITH (connect = false, two_phase = true, failover = true)'),
    ],
  ])('turns from "%s" into "%s"', async (from, to) => {
    await using a = await openDatabase(from);
    await using b = await openDatabase(to);
    const [before, wanted] = [await read(a), await read(b)];
    expect(await apply(a, diff(before, wanted), wanted)).toBe('');
    expect(await apply(b, diff(wanted, before), before)).toBe('');
  });

  it.each([
    ['host=db password=never-shown dbname=x', 'host=db dbname=x'],
    [`host=db password = ''never shown'' dbname=x`, 'host=db dbname=x'],
    ['postgresql://me:never-shown@db/x?sslmode=require', 'postgresql://me@db/x?sslmode=require'],
    ['postgresql://me@db/x?password=never-shown', 'postgresql://me@db/x'],
  ])('never shows a password: %s', async (connection, shown) => {
    await using engine = await openDatabase(
      make('PUBLICATION p WITH (connect = false)', connection),
    );
    const catalog = await read(engine);
    expect(JSON.stringify(catalog)).not.toMatch(/never.shown/);
    expect(catalog.objects.find(({ kind }) => kind === 'subscription')?.definition).toMatchObject({
      connection: shown,
      hasPassword: true,
    });
    expect(catalog.unmodelled).toEqual([
      { kind: 'secret option', name: 'password of subscription s' },
    ]);
  });

  it('can be read by who may not see its connection', async () => {
    await using engine = await openDatabase(
      `CREATE ROLE plinth_anyone; ${make('PUBLICATION p WITH (connect = false)')}`,
    );
    const seen = await read(engine);
    const hidden = await engine.withConnection(async (connection) => {
      await connection.query('SET ROLE plinth_anyone');
      return await introspect(connection);
    });
    const changed = diff(seen, hidden, { owners: false }).changes;
    expect(changed.filter(({ object }) => object.startsWith('subscription'))).toEqual([]);
  });
});

async function openDatabase(sql: string): Promise<Engine> {
  const database = await createDatabase(own.server.url);
  const engine = await openEngine({ url: database.url, poolSize: 1 });
  await run(engine, sql);
  return engine;
}

async function run(engine: Engine, sql: string): Promise<void> {
  await engine.withConnection(async (connection) => {
    for (const { text } of splitStatements(sql)) await connection.query(text);
  });
}

/** Without roles, which belong to both. */
async function read(engine: Engine): Promise<Catalog> {
  const catalog = await engine.withConnection(introspect);
  return { ...catalog, objects: catalog.objects.filter(({ kind }) => kind !== 'role') };
}

/** What is left to do after a plan. */
async function apply(engine: Engine, plan: Plan, wanted: Catalog): Promise<string> {
  await run(engine, renderPlan(plan));
  return renderPlan(diff(await read(engine), wanted));
}
