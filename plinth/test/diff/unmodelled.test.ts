// What a database holds and no kind reads: it is named. And a new database, which holds nothing.

import { type Engine, openEngine } from 'plinth';
import { createDatabase } from 'plinth/testing';
import { describe, expect, it } from 'vitest';
import { useServer } from '../../../test/support/database.js';
import { systemBinDirs } from '../../../test/support/pg-dump.js';
import { type Catalog, emptyCatalog, introspect } from '../../src/catalog/index.js';
import { readParts } from '../../src/catalog/reading/read-parts.js';
import { findUnmodelled } from '../../src/catalog/reading/unmodelled.js';
import { splitStatements } from '../../src/sql/index.js';

const [binDir] = systemBinDirs();
const newest = useServer();
const system = binDir === undefined ? undefined : useServer({ binDir });

async function readAfter(url: string, sql: string): Promise<Catalog> {
  const database = await createDatabase(url);
  try {
    await using engine = await openEngine({ url: database.url, poolSize: 1 });
    await run(engine, sql);
    return await engine.withConnection(introspect);
  } finally {
    await database.drop();
  }
}

async function run(engine: Engine, sql: string): Promise<void> {
  await engine.withConnection(async (connection) => {
    for (const { text } of splitStatements(sql)) await connection.query(text);
  });
}

describe('a new database', () => {
  it.each([
    ['18', newest],
    ...(system === undefined ? [] : [['of the system', system] as const]),
  ] as const)('on PostgreSQL %s is the empty catalog', async (_name, { server }) => {
    const catalog = await readAfter(server.url, '');
    expect(catalog).toEqual(emptyCatalog(catalog.serverVersion, 'postgres'));
  });
});

describe('what is not modelled', () => {
  it.each([
    [
      'large objects',
      'SELECT lo_create(0), lo_create(0)',
      [{ kind: 'large objects', name: '2' }],
      '',
    ],
    [
      'settings of the database',
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = 1024', current_database()); END $$`,
      [{ kind: 'database setting', name: 'work_mem' }],
      '',
    ],
    [
      'settings of all roles',
      'ALTER ROLE ALL SET statement_timeout = 1000000',
      [{ kind: 'setting of all roles', name: 'statement_timeout' }],
      'ALTER ROLE ALL RESET statement_timeout',
    ],
    [
      'privileges on a parameter',
      'GRANT SET ON PARAMETER work_mem TO pg_monitor',
      [{ kind: 'privileges on a parameter', name: 'work_mem' }],
      'REVOKE SET ON PARAMETER work_mem FROM pg_monitor',
    ],
  ])('is named: %s', async (_name, sql, expected, after) => {
    const database = await createDatabase(newest.server.url);
    await using engine = await openEngine({ url: database.url, poolSize: 1 });
    try {
      await run(engine, sql);
      const { unmodelled } = await engine.withConnection(introspect);
      expect(unmodelled).toEqual(expected);
    } finally {
      await run(engine, after);
      await engine.close();
      await database.drop();
    }
  });

  it('is named: privileges and a comment on the database', async () => {
    const database = await createDatabase(newest.server.url);
    await using engine = await openEngine({ url: database.url, poolSize: 1 });
    await run(
      engine,
      `REVOKE CONNECT ON DATABASE ${database.name} FROM PUBLIC;
       COMMENT ON DATABASE ${database.name} IS 'mine'`,
    );
    const { unmodelled } = await engine.withConnection(introspect);
    await engine.close();
    await database.drop();
    expect(unmodelled).toEqual([
      { kind: 'comment on the database', name: database.name },
      { kind: 'privileges on the database', name: database.name },
    ]);
  });

  it('is never what an extension brought, what is temporary or what PostgreSQL made', async () => {
    const { unmodelled } = await readAfter(
      newest.server.url,
      `CREATE EXTENSION pg_stat_statements; CREATE EXTENSION hstore; CREATE EXTENSION btree_gist;
       CREATE EXTENSION postgres_fdw; CREATE EXTENSION citext; CREATE EXTENSION earthdistance CASCADE;
       CREATE TEMPORARY TABLE t (a serial PRIMARY KEY, b text);
       CREATE TABLE p (a int PRIMARY KEY, b text, c int) PARTITION BY RANGE (a);
       CREATE INDEX ON p (b); ALTER TABLE p ADD FOREIGN KEY (c) REFERENCES p (a);
       CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9);
       CREATE TABLE q (a int GENERATED ALWAYS AS IDENTITY, b hstore, c text[] DEFAULT '{}');
       CREATE TYPE r AS RANGE (SUBTYPE = int); CREATE TYPE e AS ENUM ('a');
       CREATE VIEW v AS SELECT b FROM q; CREATE MATERIALIZED VIEW m AS SELECT b FROM q`,
    );
    expect(unmodelled).toEqual([]);
  });

  it('is nothing that a kind reads, and everything where none does', async () => {
    const database = await createDatabase(newest.server.url);
    await using engine = await openEngine({ url: database.url, poolSize: 1 });
    await run(engine, EVERYTHING);
    const { unmodelled, serverVersion } = await engine.withConnection(introspect);
    const unread = await engine.withConnection(async (connection) => {
      const parts = await readParts(connection, [], serverVersion);
      return await findUnmodelled(connection, parts, new Map(), serverVersion);
    });
    await engine.close();
    await database.drop();
    expect(unmodelled).toEqual([]);
    expect([...new Set(unread.map(({ kind }) => kind))]).toEqual([
      'cast',
      'collation',
      'default acl',
      'default value',
      'domain constraint',
      'event trigger',
      'foreign table',
      'foreign-data wrapper',
      'function',
      'index',
      'materialized view',
      'operator',
      'policy',
      'publication',
      'publication namespace',
      'publication relation',
      'rule',
      'schema',
      'sequence',
      'server',
      'statistics object',
      'table',
      'table constraint',
      'text search configuration',
      'trigger',
      'type',
      'user mapping',
      'view',
    ]);
    expect(unread).toContainEqual({ kind: 'index', name: 'app.i' });
    expect(unread).toContainEqual({ kind: 'policy', name: 'po on app.t' });
  });
});

const EVERYTHING = `
      CREATE SCHEMA app;
      CREATE TABLE app.t (a serial PRIMARY KEY, b int CHECK (b > 0), c text DEFAULT 'x');
      CREATE INDEX i ON app.t (b);
      CREATE TABLE app.u (a int REFERENCES app.t, EXCLUDE USING btree (a WITH =));
      CREATE VIEW app.v AS SELECT a FROM app.t;
      CREATE MATERIALIZED VIEW app.m AS SELECT a FROM app.t;
      CREATE FUNCTION app.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE FUNCTION app.ev() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
      CREATE EVENT TRIGGER ev ON ddl_command_end EXECUTE FUNCTION app.ev();
      CREATE TRIGGER tr BEFORE INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION app.f();
      CREATE RULE ru AS ON DELETE TO app.t DO INSTEAD NOTHING;
      CREATE POLICY po ON app.t USING (true);
      CREATE STATISTICS app.st ON a, b FROM app.t;
      CREATE TYPE app.e AS ENUM ('a'); CREATE TYPE app.c AS (a int);
      CREATE TYPE app.r AS RANGE (SUBTYPE = int); CREATE DOMAIN app.d AS int CHECK (VALUE > 0);
      CREATE COLLATION app.co FROM "C"; CREATE CAST (app.c AS text) WITH INOUT;
      CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
      CREATE USER MAPPING FOR PUBLIC SERVER s; CREATE FOREIGN TABLE app.ft (a int) SERVER s;
      CREATE PUBLICATION p FOR TABLE app.t, TABLES IN SCHEMA app;
      ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
      CREATE TEXT SEARCH CONFIGURATION app.ts (PARSER = "default");
      CREATE OPERATOR app.<-< (FUNCTION = int4pl, LEFTARG = int, RIGHTARG = int)`;
