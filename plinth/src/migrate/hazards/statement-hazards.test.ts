// What can be read from a text alone; plinth/test/statement-hazards.test.ts asks a server.

import { describe, expect, it } from 'vitest';
import { createdTable, readStatement, statementHazards } from './statement-hazards.js';

describe('statementHazards', () => {
  it.each([
    ['ALTER TABLE IF EXISTS ONLY "My Schema"."T, x" SET UNLOGGED', '"My Schema"."T, x"'],
    ['alter table public.users /* big */ set logged', 'public.users'],
    ['CREATE INDEX ON users USING gin (tags)', 'users'],
    ['CREATE UNIQUE INDEX IF NOT EXISTS "on" ON ONLY app.users (id)', 'app.users'],
    ['TRUNCATE TABLE a, b.c CASCADE', 'a, b.c'],
    ['DROP TABLE IF EXISTS a, "B" CASCADE', 'a, "B"'],
    ['DELETE FROM ONLY users', 'users'],
    ['REFRESH MATERIALIZED VIEW app.totals', 'app.totals'],
    ['REINDEX (VERBOSE) TABLE users', 'users'],
    ['VACUUM (FULL, ANALYZE) users', 'users'],
    ['CLUSTER users USING users_mail', 'users'],
    ['CREATE POLICY "p on x" ON users USING (true)', 'users'],
    ["ALTER DOMAIN mail ADD CHECK (VALUE <> '')", 'mail'],
    ['DROP SCHEMA IF EXISTS app CASCADE', 'app'],
  ])('names what it is about: %s', (sql, name) => {
    const messages = statementHazards(sql).map(({ message }) => message);
    const named = messages.filter((message) => ` ${message}`.includes(` ${name}`));
    expect(named).not.toEqual([]);
  });

  it.each([
    // What is quoted, or in a comment, is no keyword.
    [`INSERT INTO log VALUES ('DROP TABLE users')`],
    ['SELECT 1 -- TRUNCATE users'],
    ['CREATE TABLE "truncate" (id int)'],
    [`COMMENT ON TABLE t IS $$DELETE FROM t$$`],
    ['CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ TRUNCATE t $$'],
    [`ALTER TABLE t ADD x text DEFAULT 'random() '`],
    ['ALTER TABLE t ADD x numeric(10, 2) DEFAULT round(1.5)'],
    ['ALTER TABLE t ADD added int'],
    ['ALTER TABLE t ADD "unique" int'],
    ['ALTER TABLE t ALTER x SET STORAGE EXTERNAL'],
    ['DELETE FROM t USING u WHERE t.id = u.id'],
    [`ALTER TYPE mood ADD VALUE 'good'`],
    ['ALTER DOMAIN mail ADD CONSTRAINT c CHECK (true) NOT VALID'],
    ['ALTER INDEX a RENAME TO b'],
    ['LOCK TABLE t IN ROW EXCLUSIVE MODE'],
    ['VACUUM t'],
    ['VACUUM (FULL false) t'],
    ['SET lock_timeout = 1000'],
    ['CREATE ROLE reader NOSUPERUSER NOBYPASSRLS'],
    [''],
  ])('finds nothing in %s', (sql) => {
    expect(statementHazards(sql)).toEqual([]);
  });

  it.each([
    ['DELETE FROM t USING (SELECT id FROM u WHERE x) v', 'loses-data'],
    ['UPDATE t SET a = (SELECT b FROM u WHERE u.id = t.id)', 'rewrites-table blocks-writes'],
    ['DROP TYPE mood CASCADE', 'loses-data breaks-code'],
    ['DROP TYPE mood', 'breaks-code'],
    ['DROP FUNCTION f(int)', 'breaks-code'],
    ['DROP EXTENSION vector CASCADE', 'loses-data breaks-code'],
    ["ALTER TYPE mood RENAME VALUE 'a' TO 'b'", 'breaks-code'],
    ['ALTER TYPE pair DROP ATTRIBUTE a', 'loses-data breaks-code'],
    ['ALTER DOMAIN mail VALIDATE CONSTRAINT c', 'scans-table can-fail'],
    ['ALTER DOMAIN mail SET NOT NULL', 'scans-table can-fail'],
    ['ALTER SCHEMA app RENAME TO old', 'breaks-code'],
    ['ALTER FUNCTION f(int) SET SCHEMA app', 'breaks-code'],
    ['ALTER SEQUENCE q OWNER TO ada', 'widens-privileges'],
    ['ALTER ROLE ada SUPERUSER', 'widens-privileges'],
    [
      'CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS $$ SELECT 1 $$',
      'widens-privileges',
    ],
    ['ALTER TABLE t ADD x int DEFAULT app.next()', 'rewrites-table blocks-reads blocks-writes'],
    ['ALTER TABLE t ADD x int NOT NULL', 'can-fail'],
    ['ALTER TABLE t ADD x int NOT NULL DEFAULT 0', ''],
    ['ALTER TABLE t SET ACCESS METHOD heap2', 'rewrites-table blocks-reads blocks-writes'],
    ['LOCK t IN SHARE MODE', 'blocks-writes'],
    ['REINDEX INDEX CONCURRENTLY i', 'scans-table'],
    ['REINDEX (CONCURRENTLY, VERBOSE) TABLE t', 'scans-table'],
  ])('reads %s as %s', (sql, kinds) => {
    expect(
      statementHazards(sql)
        .map(({ kind }) => kind)
        .join(' '),
    ).toBe(kinds);
  });
});

describe('readStatement', () => {
  const fresh = new Set(['users', 'app.t']);

  it.each([
    'ALTER TABLE public.users ALTER id TYPE bigint',
    'CREATE INDEX ON Users (id)',
    'ALTER TABLE "users" DROP id',
    'DROP TABLE users, app."t"',
    'CREATE POLICY p ON users USING (true)',
    'GRANT SELECT ON TABLE users TO reader',
  ])('finds no hazard for what is new: %s', (sql) => {
    expect(readStatement(sql, fresh)).toEqual({ lock: undefined, hazards: [] });
    expect(readStatement(sql).hazards).not.toEqual([]);
  });

  it.each(['DROP TABLE users, others', 'CREATE INDEX ON app.users (id)', 'DROP TABLE "Users"'])(
    'finds one where something else is touched: %s',
    (sql) => {
      expect(readStatement(sql, fresh).hazards).not.toEqual([]);
    },
  );
});

describe('createdTable', () => {
  it.each([
    ['CREATE TABLE users (id int)', 'users'],
    ['CREATE UNLOGGED TABLE public.Users (id int)', 'users'],
    ['CREATE TABLE app."t" AS SELECT 1', 'app.t'],
    ['CREATE MATERIALIZED VIEW m AS SELECT 1', 'm'],
    ['CREATE TABLE p1 PARTITION OF p DEFAULT', 'p1'],
    ['CREATE TABLE IF NOT EXISTS users (id int)', undefined],
    ['CREATE VIEW v AS SELECT 1', undefined],
  ])('%s', (sql, name) => {
    expect(createdTable(sql)).toBe(name);
  });
});
