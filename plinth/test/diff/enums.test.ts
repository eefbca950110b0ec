// Enums from one definition to another and back, with everything that stands on them; types that
// take another name, or the name of another one.

import { describe, expect, it } from 'vitest';
import { type Convergence, expectConvergence } from '../support/convergence.js';

type Case = readonly [name: string, convergence: Convergence];

async function converge(convergence: Convergence): Promise<void> {
  await expectConvergence(convergence);
}
describe('enums', () => {
  const cases: readonly Case[] = [
    ['comes and goes', { from: '', to: `CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy')` }],
    ['without a value', { from: '', to: 'CREATE TYPE mood AS ENUM ()' }],
    [
      'in a schema with a name that needs quotes',
      { from: '', to: `CREATE SCHEMA "S 1"; CREATE TYPE "S 1"."My Mood" AS ENUM ('a b', 'C')` },
    ],
    [
      'values in front, between and at the end',
      {
        from: `CREATE TYPE mood AS ENUM ('b', 'd')`,
        to: `CREATE TYPE mood AS ENUM ('a', 'aa', 'b', 'c', 'cc', 'd', 'e', 'f')`,
      },
    ],
    [
      'many values with comment and grants',
      {
        from: `CREATE TYPE mood AS ENUM ('b'); COMMENT ON TYPE mood IS 'how one feels';
          REVOKE USAGE ON TYPE mood FROM PUBLIC`,
        to: `CREATE TYPE mood AS ENUM ('a'); COMMENT ON TYPE mood IS 'how one is';
          CREATE ROLE types_reader; GRANT USAGE ON TYPE mood TO types_reader`,
      },
    ],
    [
      'a value of a column with a default, a view and an array is gone',
      {
        from: `CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
          CREATE TABLE person (id int PRIMARY KEY, now mood NOT NULL DEFAULT 'ok', past mood[]);
          CREATE INDEX ON person (now);
          CREATE VIEW happy AS SELECT id, now FROM person WHERE now = 'happy'`,
        to: `CREATE TYPE mood AS ENUM ('happy', 'ok');
          CREATE TABLE person (id int PRIMARY KEY, now mood NOT NULL DEFAULT 'ok', past mood[]);
          CREATE INDEX ON person (now);
          CREATE VIEW happy AS SELECT id, now FROM person WHERE now = 'happy'`,
        rows: `INSERT INTO person VALUES (1, 'happy', '{ok,happy}'), (2, DEFAULT, NULL)`,
        survives: 'SELECT id, now::text, past::text[] FROM person ORDER BY id',
      },
    ],
    [
      'a domain over it and a composite type with it, in a column',
      {
        from: `CREATE TYPE mood AS ENUM ('sad', 'ok');
          CREATE DOMAIN good AS mood CHECK (VALUE <> 'sad'::mood);
          CREATE TYPE pair AS (a mood, b good);
          CREATE TABLE t (d good, p pair, ps pair[])`,
        to: `CREATE TYPE mood AS ENUM ('ok', 'sad');
          CREATE DOMAIN good AS mood CHECK (VALUE <> 'sad'::mood);
          CREATE TYPE pair AS (a mood, b good);
          CREATE TABLE t (d good, p pair, ps pair[])`,
        rows: `INSERT INTO t VALUES ('ok', ('sad', 'ok'), ARRAY[('ok', 'ok')::pair])`,
        survives: 'SELECT d::text, p::text, ps::text FROM t',
      },
    ],
    [
      'a function over a changed enum that no row uses',
      {
        from: `CREATE TYPE mood AS ENUM ('sad', 'ok');
          CREATE FUNCTION feel(m mood) RETURNS text LANGUAGE sql AS 'SELECT m::text'`,
        to: `CREATE TYPE mood AS ENUM ('ok');
          CREATE FUNCTION feel(m mood) RETURNS text LANGUAGE sql AS 'SELECT m::text'`,
      },
    ],
  ];
  it.each(cases)('%s', async (_name, convergence) => converge(convergence));

  it('adds values where they belong, each committed by itself', async () => {
    const { up, upSql, downSql } = await expectConvergence({
      from: `CREATE TYPE mood AS ENUM ('sad', 'happy')`,
      to: `CREATE TYPE mood AS ENUM ('sad', 'ok', 'fine', 'happy', 'glad')`,
    });
    expect(upSql).toBe(
      `ALTER TYPE public.mood ADD VALUE 'ok' BEFORE 'happy';
ALTER TYPE public.mood ADD VALUE 'fine' BEFORE 'happy';
ALTER TYPE public.mood ADD VALUE 'glad';
`,
    );
    expect(up.statements.map(({ transactional }) => transactional)).toEqual([false, false, false]);
    expect(downSql).toContain(`CREATE TYPE public.mood AS ENUM ('sad', 'happy')`);
    expect(downSql).not.toContain('__old');
  });
});
describe('renames that are asked for', () => {
  it('gives a value of an enum another name, and its column keeps it', async () => {
    const table = (label: string) =>
      `CREATE TYPE state AS ENUM ('${label}', 'done');
       CREATE TABLE job (s state DEFAULT '${label}' CHECK (s <> '${label}' OR s IS NULL));
       CREATE VIEW v AS SELECT s FROM job WHERE s = '${label}'`;
    const { up, upSql } = await expectConvergence({
      from: table('wait'),
      to: table('to do'),
      options: { renames: [{ object: 'state.wait', to: 'to do' }] },
      optionsBack: { renames: [{ object: 'public.state."to do"', to: 'wait' }] },
    });
    expect(upSql).toContain(`ALTER TYPE public.state RENAME VALUE 'wait' TO 'to do';`);
    expect(up.statements).toHaveLength(1);
  });

  it('gives an attribute another name', async () => {
    const { upSql } = await expectConvergence({
      from: 'CREATE TYPE point2 AS (x int, y int); CREATE TABLE t (p point2)',
      to: 'CREATE TYPE point2 AS (x int, z int); CREATE TABLE t (p point2)',
      options: { renames: [{ object: 'point2.y', to: 'z' }] },
      optionsBack: { renames: [{ object: 'point2.z', to: 'y' }] },
      rows: 'INSERT INTO t VALUES ((1, 2))',
      survives: 'SELECT p::text FROM t',
    });
    expect(upSql).toContain('ALTER TYPE public.point2 RENAME ATTRIBUTE y TO z;');
  });

  it('gives types, domains and sequences another name', async () => {
    await expectConvergence({
      from: `CREATE TYPE a1 AS ENUM ('x', 'y'); CREATE DOMAIN a2 AS a1 NOT NULL CHECK (VALUE <> 'x');
        CREATE TYPE a3 AS (x a2); CREATE TYPE a4_range AS RANGE (SUBTYPE = float8);
        CREATE SEQUENCE a5; CREATE COLLATION a6 (LOCALE = 'C');
        CREATE TEXT SEARCH DICTIONARY a7 (TEMPLATE = simple);
        CREATE TEXT SEARCH CONFIGURATION a8 (PARSER = "default");
        ALTER TEXT SEARCH CONFIGURATION a8 ADD MAPPING FOR word WITH a7;
        CREATE TABLE t (a a1, b a2, c a3, d a4_range, e int DEFAULT nextval('a5'), f text COLLATE a6)`,
      to: `CREATE TYPE b1 AS ENUM ('x', 'y'); CREATE DOMAIN b2 AS b1 NOT NULL CHECK (VALUE <> 'x');
        CREATE TYPE b3 AS (x b2); CREATE TYPE b4_range AS RANGE (SUBTYPE = float8);
        CREATE SEQUENCE b5; CREATE COLLATION b6 (LOCALE = 'C');
        CREATE TEXT SEARCH DICTIONARY b7 (TEMPLATE = simple);
        CREATE TEXT SEARCH CONFIGURATION b8 (PARSER = "default");
        ALTER TEXT SEARCH CONFIGURATION b8 ADD MAPPING FOR word WITH b7;
        CREATE TABLE t (a b1, b b2, c b3, d b4_range, e int DEFAULT nextval('b5'), f text COLLATE b6)`,
      rows: `INSERT INTO t (b, d, f) VALUES ('y', '[1,2)', 'x')`,
      survives: 'SELECT a::text, c::text, d::text, e, f FROM t',
      options: { renames: renames('a', 'b') },
      optionsBack: { renames: renames('b', 'a') },
    });
  });
});
function renames(old: string, wanted: string) {
  return ['1', '2', '3', '4_range', '5', '6', '7', '8'].map((rest) => ({
    object: `${old}${rest}`,
    to: `${wanted}${rest}`,
  }));
}
describe('under a name that another kind had', () => {
  it.each<Case>([
    [
      'an enum becomes a domain, in a column with rows',
      {
        from: `CREATE TYPE m AS ENUM ('x'); CREATE TABLE t (v m DEFAULT 'x', w m[])`,
        to: `CREATE DOMAIN m AS text; CREATE TABLE t (v m DEFAULT 'x', w m[])`,
        rows: `INSERT INTO t VALUES (DEFAULT, '{x}')`,
        survives: 'SELECT v::text, w::text FROM t',
        rowsBack: `INSERT INTO t VALUES (DEFAULT, '{x}')`,
        survivesBack: 'SELECT v::text, w::text FROM t',
      },
    ],
    [
      'a domain becomes a composite type, in a function',
      {
        from: `CREATE DOMAIN m AS text;
          CREATE FUNCTION f(m) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
        to: `CREATE TYPE m AS (a int);
          CREATE FUNCTION f(m) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      },
    ],
    [
      'a table becomes a composite type',
      { from: 'CREATE TABLE m (a int)', to: 'CREATE TYPE m AS (a int)' },
    ],
  ])('%s', async (_name, convergence) => converge(convergence));
});
describe('an enum under everything', () => {
  const under = (labels: string) => `CREATE TYPE mood AS ENUM (${labels});
    CREATE TABLE parent (m mood PRIMARY KEY);
    CREATE TABLE t (id int PRIMARY KEY, m mood REFERENCES parent, ms mood[] DEFAULT '{ok}',
      d mood DEFAULT 'ok' CHECK (d <> 'happy'),
      g text GENERATED ALWAYS AS (CASE WHEN d = 'ok' THEN 'x' ELSE 'y' END) STORED);
    CREATE INDEX ON t (id) WHERE d = 'ok'; CREATE INDEX ON t (m, id);
    ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (m = 'happy');
    CREATE FUNCTION f(m mood DEFAULT 'ok') RETURNS mood[] LANGUAGE sql AS 'SELECT ARRAY[m]';
    CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER a BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.d = 'ok') EXECUTE FUNCTION act();
    CREATE MATERIALIZED VIEW mv AS SELECT m, count(*) AS n FROM t GROUP BY m;
    CREATE UNIQUE INDEX ON mv (m); CREATE VIEW v AS SELECT f(m) AS fm, d::text FROM t;
    CREATE STATISTICS st ON m, d FROM t; CREATE TYPE pair AS (m mood);
    CREATE FUNCTION g(c pair) RETURNS void LANGUAGE sql AS '';
    CREATE TYPE moods AS RANGE (SUBTYPE = mood); CREATE TABLE r (r moods, EXCLUDE USING gist (r WITH &&));
    CREATE AGGREGATE all_of (mood) (SFUNC = array_append, STYPE = mood[])`;
  it('moves aside and takes everything along', async () => {
    await expectConvergence({
      from: under(`'sad', 'ok', 'happy'`),
      to: under(`'happy', 'ok'`),
      rows: `INSERT INTO parent VALUES ('ok'); INSERT INTO t VALUES (1, 'ok', DEFAULT, DEFAULT);
        INSERT INTO r VALUES ('[ok,ok]')`,
      survives: 'SELECT id, m::text, ms::text, d::text, g FROM t',
      rowsBack: `INSERT INTO parent VALUES ('ok'); INSERT INTO t VALUES (1, 'ok', DEFAULT, DEFAULT)`,
      survivesBack: 'SELECT id, m::text, ms::text, d::text, g FROM t',
    });
  });
});

describe('hazards of an enum', () => {
  it('says which rows stand in the way of a value that goes', async () => {
    const { down } = await expectConvergence({
      from: `CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE t (m mood)`,
      to: `CREATE TYPE mood AS ENUM ('ok', 'it''s sad'); CREATE TABLE t (m mood)`,
    });
    const [aside] = down.statements;
    expect(aside?.sql).toBe('ALTER TYPE public.mood RENAME TO mood__old');
    expect(aside?.hazards).toEqual([
      { kind: 'can-fail', message: expect.stringContaining(`'it''s sad' of public.mood`) },
    ]);
  });
});
