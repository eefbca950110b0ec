// Domains, composite, range and base types, and collations: from one definition to another and
// back, with rows where a column uses them.

import { describe, expect, it } from 'vitest';
import { type Convergence, expectConvergence } from '../support/convergence.js';

type Case = readonly [name: string, convergence: Convergence];

async function converge(convergence: Convergence): Promise<void> {
  await expectConvergence(convergence);
}
describe('domains', () => {
  const cases: readonly Case[] = [
    [
      'come and go with everything',
      {
        from: '',
        to: `CREATE DOMAIN code AS varchar(8) COLLATE "C" DEFAULT 'x' NOT NULL
            CONSTRAINT long CHECK (length(VALUE) > 0) CHECK (VALUE ~ '^[a-z]+$');
          COMMENT ON DOMAIN code IS 'a code';
          COMMENT ON CONSTRAINT long ON DOMAIN code IS 'not empty'`,
      },
    ],
    [
      'default, NOT NULL and checks change in place',
      {
        from: `CREATE DOMAIN age AS int DEFAULT 1 NOT NULL CONSTRAINT low CHECK (VALUE > 0);
          CREATE TABLE t (a age)`,
        to: `CREATE DOMAIN age AS int DEFAULT 2 CONSTRAINT low CHECK (VALUE >= 0)
            CONSTRAINT high CHECK (VALUE < 150);
          CREATE TABLE t (a age)`,
        rows: 'INSERT INTO t VALUES (5)',
        survives: 'SELECT a FROM t',
      },
    ],
    [
      'a check that was not validated',
      {
        from: `CREATE DOMAIN age AS int;
          ALTER DOMAIN age ADD CONSTRAINT low CHECK (VALUE > 0) NOT VALID`,
        to: 'CREATE DOMAIN age AS int CONSTRAINT low CHECK (VALUE > 0)',
      },
    ],
    [
      'another base type, with rows',
      {
        from: 'CREATE DOMAIN code AS int CHECK (VALUE > 0); CREATE TABLE t (c code, cs code[])',
        to: `CREATE DOMAIN code AS bigint CHECK (VALUE > 0); CREATE TABLE t (c code, cs code[])`,
        rows: `INSERT INTO t VALUES (7, '{8,9}')`,
        survives: 'SELECT c::int, cs::int[] FROM t',
      },
    ],
    [
      'another base type under a second domain',
      {
        from: `CREATE DOMAIN a AS text; CREATE DOMAIN b AS a CHECK (VALUE <> '');
          CREATE TABLE t (x b)`,
        to: `CREATE DOMAIN a AS varchar(20); CREATE DOMAIN b AS a CHECK (VALUE <> '');
          CREATE TABLE t (x b)`,
        rows: `INSERT INTO t VALUES ('one')`,
        survives: 'SELECT x::text FROM t',
      },
    ],
    [
      'a check that calls a function that reads a table',
      {
        from: '',
        to: `CREATE TABLE allowed (name text);
          CREATE FUNCTION is_allowed(n text) RETURNS boolean LANGUAGE sql
            AS 'SELECT EXISTS (SELECT FROM public.allowed WHERE name = n)';
          CREATE DOMAIN label AS text CHECK (is_allowed(VALUE));
          CREATE TABLE used (l label)`,
      },
    ],
    [
      'over the row type of a table',
      { from: '', to: 'CREATE TABLE r (a int); CREATE DOMAIN d AS r' },
    ],
    [
      'a check under another name',
      {
        from: 'CREATE DOMAIN age AS int CONSTRAINT low CHECK (VALUE > 0)',
        to: 'CREATE DOMAIN age AS int CONSTRAINT positive CHECK (VALUE > 0)',
      },
    ],
    [
      'NOT NULL under a name of its own',
      {
        from: 'CREATE DOMAIN age AS int CONSTRAINT here NOT NULL',
        to: 'CREATE DOMAIN age AS int NOT NULL',
        since: 17,
      },
    ],
  ];
  it.each(cases)('%s', async (_name, convergence) => converge(convergence));
});
describe('composite types', () => {
  const cases: readonly Case[] = [
    [
      'come and go',
      {
        from: '',
        to: `CREATE TYPE address AS (street text COLLATE "C", no numeric(4,0), "Zip" varchar(9)[]);
          COMMENT ON TYPE address IS 'where';
          COMMENT ON COLUMN address.no IS 'house number'`,
      },
    ],
    ['without attributes', { from: '', to: 'CREATE TYPE nothing AS ()' }],
    [
      'attributes come and go in place, in a column with rows',
      {
        from: `CREATE TYPE address AS (street text, no int);
          COMMENT ON COLUMN address.street IS 'a'; CREATE TABLE t (a address)`,
        to: `CREATE TYPE address AS (street text, zip text, city text);
          COMMENT ON COLUMN address.street IS 'b'; COMMENT ON COLUMN address.zip IS 'c';
          CREATE TABLE t (a address)`,
        rows: `INSERT INTO t VALUES (('Main', 1))`,
        survives: 'SELECT (a).street FROM t',
      },
    ],
    [
      'another type of an attribute, in a column with rows',
      {
        from: 'CREATE TYPE point2 AS (x int, y int); CREATE TABLE t (p point2, ps point2[])',
        to: 'CREATE TYPE point2 AS (x int, y bigint); CREATE TABLE t (p point2, ps point2[])',
        rows: 'INSERT INTO t VALUES ((1, 2), ARRAY[(3, 4)::point2])',
        survives: 'SELECT p::text, ps::text FROM t',
      },
    ],
    [
      'another order of attributes, in a column with rows',
      {
        from: `CREATE TYPE size AS ENUM ('s', 'l');
          CREATE TYPE shirt AS (size size, price int, "Color" text); CREATE TABLE t (s shirt)`,
        to: `CREATE TYPE size AS ENUM ('s', 'l');
          CREATE TYPE shirt AS ("Color" text, no int, size size, price text);
          CREATE TABLE t (s shirt)`,
        rows: `INSERT INTO t VALUES (('s', 5, 'red')), (NULL), ((NULL, NULL, NULL))`,
        survives: `SELECT (s)."Color", (s).price::int, (s).size::text, s IS DISTINCT FROM NULL AS given
          FROM t`,
      },
    ],
    [
      'another type of an attribute that no row uses',
      {
        from: `CREATE TYPE point2 AS (x int, y int);
          CREATE FUNCTION f(p point2) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
        to: `CREATE TYPE point2 AS (y text, x int);
          CREATE FUNCTION f(p point2) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      },
    ],
  ];
  it.each(cases)('%s', async (_name, convergence) => converge(convergence));
});
it('an attribute that no row uses changes in place, and its functions stay', async () => {
  const feel = `CREATE FUNCTION feel(p point2) RETURNS text LANGUAGE sql AS 'SELECT 1'`;
  const { upSql } = await expectConvergence({
    from: `CREATE TYPE point2 AS (x int, y int); ${feel}`,
    to: `CREATE TYPE point2 AS (x bigint, z text); ${feel}`,
  });
  expect(upSql).toBe(
    `-- breaks-code: what names public.point2.y fails
ALTER TYPE public.point2
    DROP ATTRIBUTE y,
    ALTER ATTRIBUTE x TYPE bigint,
    ADD ATTRIBUTE z text;
`,
  );
});
it('refuses another order of attributes inside of an array', async () => {
  await expect(
    expectConvergence({
      from: 'CREATE TYPE point2 AS (x int, y int); CREATE TABLE t (p point2[])',
      to: 'CREATE TYPE point2 AS (y int, x int); CREATE TABLE t (p point2[])',
    }),
  ).rejects.toMatchObject({ code: 'DIFF_REFUSED', message: expect.stringContaining('public.t.p') });
});
describe('range types', () => {
  const cases: readonly Case[] = [
    [
      'come and go',
      {
        from: '',
        to: `CREATE TYPE floatrange AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi);
          CREATE TYPE words AS RANGE (SUBTYPE = text, COLLATION = "C", SUBTYPE_OPCLASS = text_pattern_ops,
            MULTIRANGE_TYPE_NAME = many_words);
          COMMENT ON TYPE words IS 'w'; REVOKE USAGE ON TYPE words FROM PUBLIC`,
      },
    ],
    [
      'a view and a default that construct one',
      {
        from: '',
        to: `CREATE TYPE floatrange AS RANGE (SUBTYPE = float8);
          CREATE VIEW v AS SELECT floatrange(1, 2) AS r, floatmultirange(floatrange(1, 2)) AS m;
          CREATE TABLE t (r floatrange DEFAULT floatrange(0, 1), m floatmultirange)`,
      },
    ],
    [
      'another subtype, in a column with rows',
      {
        from: 'CREATE TYPE span AS RANGE (SUBTYPE = float8); CREATE TABLE t (s span, m span_multirange)',
        to: `CREATE TYPE span AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi);
          CREATE TABLE t (s span, m span_multirange)`,
        rows: `INSERT INTO t VALUES ('[1,2)', '{[1,2)}')`,
        survives: 'SELECT s::text, m::text FROM t',
      },
    ],
    [
      'another name of the multirange type',
      {
        from: 'CREATE TYPE span AS RANGE (SUBTYPE = float8)',
        to: 'CREATE TYPE span AS RANGE (SUBTYPE = float8, MULTIRANGE_TYPE_NAME = spans)',
      },
    ],
    [
      'a canonical function',
      {
        from: '',
        to: `CREATE TYPE span;
          CREATE FUNCTION span_canonical(span) RETURNS span
            LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical';
          CREATE TYPE span AS RANGE (SUBTYPE = int4, CANONICAL = span_canonical);
          CREATE TABLE t (s span)`,
      },
    ],
  ];
  it.each(cases)('%s', async (_name, convergence) => converge(convergence));
});
describe('base types', () => {
  const int42 = `CREATE TYPE int42;
    CREATE FUNCTION int42_in(cstring) RETURNS int42 LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
    CREATE FUNCTION int42_out(int42) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';`;
  const cases: readonly Case[] = [
    ['a shell', { from: '', to: 'CREATE TYPE undefined' }],
    [
      'a type with its functions and a table',
      {
        from: '',
        to: `${int42} CREATE TYPE int42 (INTERNALLENGTH = 4, INPUT = int42_in, OUTPUT = int42_out,
            ALIGNMENT = int4, DEFAULT = '42', PASSEDBYVALUE);
          COMMENT ON TYPE int42 IS 'the answer';
          CREATE TABLE t (a int42, b int42[])`,
      },
    ],
    [
      'a function for binary input comes',
      {
        from: `${int42} CREATE TYPE int42 (INTERNALLENGTH = 4, INPUT = int42_in,
            OUTPUT = int42_out, PASSEDBYVALUE); CREATE TABLE t (a int42)`,
        to: `${int42}
          CREATE FUNCTION int42_send(int42) RETURNS bytea LANGUAGE internal STRICT AS 'int4send';
          CREATE TYPE int42 (INTERNALLENGTH = 4, INPUT = int42_in, SEND = int42_send,
            OUTPUT = int42_out, PASSEDBYVALUE); CREATE TABLE t (a int42)`,
      },
    ],
  ];
  it.each(cases)('%s', async (_name, convergence) => converge(convergence));
});
describe('collations', () => {
  const cases: readonly Case[] = [
    [
      'come and go',
      {
        from: '',
        to: `CREATE COLLATION plain (LOCALE = 'C'); CREATE COLLATION copy FROM "POSIX";
          CREATE COLLATION mixed (LC_COLLATE = 'C', LC_CTYPE = 'POSIX');
          COMMENT ON COLLATION plain IS 'by byte'`,
      },
    ],
    [
      'another definition, in a column with rows and an index',
      {
        from: `CREATE COLLATION c1 (LOCALE = 'C'); CREATE TABLE t (a text COLLATE c1);
          CREATE INDEX ON t (a)`,
        to: `CREATE COLLATION c1 (LOCALE = 'POSIX'); CREATE TABLE t (a text COLLATE c1);
          CREATE INDEX ON t (a)`,
        rows: `INSERT INTO t VALUES ('x')`,
        survives: 'SELECT a FROM t',
      },
    ],
    [
      'of ICU',
      {
        from: `CREATE COLLATION c1 (PROVIDER = icu, LOCALE = 'de-u-co-phonebk');
          CREATE TABLE t (a text COLLATE c1)`,
        to: `CREATE COLLATION c1 (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false);
          CREATE TABLE t (a text COLLATE c1)`,
      },
    ],
    [
      'with rules',
      {
        from: '',
        to: `CREATE COLLATION c1 (PROVIDER = icu, LOCALE = 'und', RULES = '&V << w <<< W')`,
        since: 16,
      },
    ],
    [
      'of the built-in provider',
      { from: '', to: `CREATE COLLATION c1 (PROVIDER = builtin, LOCALE = 'C')`, since: 17 },
    ],
    [
      'under a domain',
      {
        from: `CREATE COLLATION c1 (LOCALE = 'C'); CREATE DOMAIN d AS text COLLATE c1;
          CREATE TABLE t (a d)`,
        to: `CREATE COLLATION c1 (LOCALE = 'POSIX'); CREATE DOMAIN d AS text COLLATE c1;
          CREATE TABLE t (a d)`,
        rows: `INSERT INTO t VALUES ('x')`,
        survives: 'SELECT a FROM t',
      },
    ],
  ];
  it.each(cases)('%s', async (_name, convergence) => converge(convergence));
});

describe('a check of a domain that is in use', () => {
  const from = 'CREATE DOMAIN age AS int; CREATE TABLE t (a age)';
  const to = 'CREATE DOMAIN age AS int CONSTRAINT low CHECK (VALUE > 0); CREATE TABLE t (a age)';

  it('is added without a scan, and validated apart', async () => {
    const { up, upSql } = await expectConvergence({ from, to });
    expect(up.statements.map(({ sql }) => sql)).toEqual([
      'ALTER DOMAIN public.age ADD CONSTRAINT low CHECK (VALUE > 0) NOT VALID',
      'ALTER DOMAIN public.age VALIDATE CONSTRAINT low',
    ]);
    expect(up.statements.map(({ apart }) => apart)).toEqual([false, true]);
    expect(upSql).toContain('can-fail: values of public.age that exist may not fulfil low');
  });

  it('is one statement in the short form', async () => {
    const { up } = await expectConvergence({ from, to, options: { plain: true } });
    expect(up.statements.map(({ sql }) => sql)).toEqual([
      'ALTER DOMAIN public.age ADD CONSTRAINT low CHECK (VALUE > 0)',
    ]);
  });

  it('takes a new domain where arrays hold its values', async () => {
    const { upSql } = await expectConvergence({
      from: 'CREATE DOMAIN age AS int; CREATE TABLE t (a age[])',
      to: 'CREATE DOMAIN age AS int NOT NULL CHECK (VALUE > 0); CREATE TABLE t (a age[])',
      rows: `INSERT INTO t VALUES ('{1,2}')`,
      survives: 'SELECT a::int[] FROM t',
    });
    expect(upSql).toContain('ALTER DOMAIN public.age RENAME TO age__old');
  });
});
