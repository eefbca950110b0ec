// Functions, procedures and aggregates from one definition to another, on real servers.

import { describe, expect, it } from 'vitest';
import { dollarQuote } from '../../src/catalog/routines/dollar-quote.js';
import { expectConvergence } from '../support/convergence.js';

const BODY = '$$ begin return 1; end $$';

describe('a function is created whole', () => {
  const cases: Readonly<Record<string, string>> = {
    'with every attribute': `
      CREATE SCHEMA app;
      CREATE TYPE app.mood AS ENUM ('sad', 'glad');
      CREATE TABLE app.people (id int, name text);
      CREATE FUNCTION app.people(a int, b text DEFAULT 'x''y', c app.mood DEFAULT 'sad',
          VARIADIC d int[] DEFAULT '{}')
        RETURNS SETOF app.people LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER LEAKPROOF
        PARALLEL RESTRICTED COST 5.5 ROWS 7 AS $$ begin end $$`,
    'with settings': `
      CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql
        SET search_path = "$user", public, "we,ird", "a""b", ''
        SET work_mem = '64MB' SET statement_timeout = 0 SET enable_seqscan = off
        SET app.foo = 'x''y\\z' SET "App"."Bar" = '' SET datestyle = 'ISO, MDY'
        SET timezone = 'Europe/Berlin' SET random_page_cost = 1.5
        SET session_preload_libraries = 'x', 'y' SET application_name = 'default'
        AS $$ begin end $$;
      CREATE FUNCTION g() RETURNS void LANGUAGE sql SET search_path = '' AS 'SELECT';
      SET search_path = '';
      CREATE FUNCTION public.h() RETURNS void LANGUAGE sql SET search_path FROM CURRENT AS 'SELECT'`,
    'with OUT arguments': `
      CREATE FUNCTION one(OUT a int) LANGUAGE sql AS 'SELECT 1';
      CREATE FUNCTION two(OUT a int, OUT "B" text) LANGUAGE sql AS 'SELECT 1, $x$b$x$::text';
      CREATE FUNCTION many(INOUT a int, OUT b text) RETURNS SETOF record LANGUAGE sql
        AS 'SELECT 1, $x$b$x$::text';
      CREATE FUNCTION nameless(OUT int, OUT text) LANGUAGE sql AS 'SELECT 1, $x$b$x$::text'`,
    'with a table as its result': `
      CREATE FUNCTION one(a int) RETURNS TABLE (b int) LANGUAGE sql AS 'SELECT 1';
      CREATE FUNCTION two(a int) RETURNS TABLE (b int, "select" text) LANGUAGE sql
        AS 'SELECT 1, $x$b$x$::text';
      CREATE FUNCTION rows_of() RETURNS SETOF record LANGUAGE sql AS 'SELECT 1'`,
    'with defaults of every sort': `
      CREATE FUNCTION f(a int DEFAULT -1, b smallint DEFAULT '-1', c bigint DEFAULT -5000000000,
        d numeric DEFAULT -1.5, e text DEFAULT 'it''s', f text DEFAULT E'a\\\\b',
        g timestamptz DEFAULT now(), h jsonb DEFAULT '{}', i text[] DEFAULT ARRAY['a'],
        j bool DEFAULT true, k text DEFAULT NULL, l anyelement DEFAULT 1::bigint,
        m varchar DEFAULT 'x', n char DEFAULT 'y', o date DEFAULT '2020-01-01',
        p bigint DEFAULT -1, q float8 DEFAULT -2.5) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
    'with a body that PostgreSQL parses': `
      CREATE TABLE t (a int, b text);
      CREATE FUNCTION sum_of(a int, b int) RETURNS int IMMUTABLE RETURN a + b;
      CREATE FUNCTION count_of(x int) RETURNS bigint BEGIN ATOMIC
        SELECT x;
        SELECT count(*) FROM t WHERE a = x AND b <> 'x;y';
      END;
      CREATE PROCEDURE put(x int) BEGIN ATOMIC
        INSERT INTO t VALUES (x, CASE WHEN x > 1 THEN 'a' ELSE 'b' END);
      END`,
    'as a symbol of the server': `
      CREATE FUNCTION read(cstring) RETURNS int LANGUAGE internal STRICT IMMUTABLE AS 'int4in';
      CREATE FUNCTION nth() RETURNS bigint LANGUAGE internal WINDOW AS 'window_row_number';
      CREATE FUNCTION costly() RETURNS bigint LANGUAGE internal COST 100 AS 'window_row_number';
      CREATE FUNCTION expand(anyarray) RETURNS SETOF anyelement LANGUAGE internal
        SUPPORT array_unnest_support AS 'array_unnest'`,
    'as a symbol of a library': `
      CREATE FUNCTION handler() RETURNS language_handler LANGUAGE c
        AS '$libdir/plpgsql', 'plpgsql_call_handler'`,
    'of procedures of one name, apart by their modes': `
      CREATE PROCEDURE p(a int, b int) LANGUAGE sql AS 'SELECT 1';
      CREATE PROCEDURE p(a int, OUT b int) LANGUAGE sql AS 'SELECT 1';
      COMMENT ON PROCEDURE p(IN int, IN int) IS 'two in';
      COMMENT ON PROCEDURE p(IN int, OUT int) IS 'one in, one out'`,
    'with names that need quoting': `
      CREATE SCHEMA "My Schema";
      CREATE TYPE "My Schema"."My Type" AS (a int);
      CREATE FUNCTION "My Schema"."My Func"("Some Arg" "My Schema"."My Type", "in" int,
        name text, "out" int) RETURNS "My Schema"."My Type"[] LANGUAGE sql AS 'SELECT NULL'`,
    'beside others of its name': `
      CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
      CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
      CREATE FUNCTION f(text, int[]) RETURNS int LANGUAGE sql AS 'SELECT 1';
      COMMENT ON FUNCTION f(int) IS 'the second';
      COMMENT ON FUNCTION f() IS 'the first'`,
    'for a trigger and for an event trigger': `
      CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ begin return new; end $$;
      CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ begin end $$`,
    'with the rows of a view as its argument': `
      CREATE TABLE t (a int);
      CREATE FUNCTION double(t) RETURNS int LANGUAGE sql AS 'SELECT $1.a * 2';
      CREATE FUNCTION all_of() RETURNS SETOF t LANGUAGE sql AS 'SELECT * FROM t'`,
  };
  for (const [name, to] of Object.entries(cases)) {
    it(name, async () => {
      await expectConvergence({ from: '', to });
    });
  }

  it('and reads as a careful person writes it', async () => {
    const { upSql } = await expectConvergence({
      from: '',
      to: `CREATE FUNCTION area(radius double precision DEFAULT 1, unit text DEFAULT 'm') RETURNS double precision
        LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$ SELECT pi() * radius ^ 2 $$`,
    });
    expect(upSql).toBe(
      [
        "CREATE FUNCTION public.area(radius double precision DEFAULT 1, unit text DEFAULT 'm')",
        'RETURNS double precision',
        'LANGUAGE sql',
        'IMMUTABLE',
        'SET search_path = pg_catalog',
        'AS $$ SELECT pi() * radius ^ 2 $$;\n',
      ].join('\n'),
    );
  });
});

it('the body of a function is kept byte for byte', async () => {
  const bodies = [
    "\r\nbegin\r\n  return 'a\\b';\r\nend\r\n\n\n",
    ' begin return $$x$$; end ',
    ' begin return $body$x$body$ || $$x$$; end ',
    ' select 1 -- $',
    ' select 1 -- $$ $body',
    '',
    '\t select $1 -- 😀 ',
  ];
  const define = (text: (body: string) => string): string =>
    bodies
      .map((body, n) => `CREATE FUNCTION f${n}() RETURNS text LANGUAGE plpgsql AS ${text(body)};`)
      .join('\n');
  await expectConvergence({ from: define(() => "'x'"), to: define(dollarQuote) });
  await expectConvergence({
    from: '',
    to: define((body) =>
      body.includes('\\') ? dollarQuote(body) : `'${body.replaceAll("'", "''")}'`,
    ),
  });
});

interface Change {
  readonly from: string;
  readonly to: string;
  readonly up: string | readonly string[];
}

/** The first words of the statements, as a plan has them. */
function expectHeads(sql: string, heads: string | readonly string[]): void {
  const starts = sql
    .split('\n')
    .filter((line) => /^(?:CREATE|DROP|ALTER)/.test(line))
    .map((line) => line.replace(/;$/, ''));
  expect(starts).toEqual(typeof heads === 'string' ? [heads] : heads);
}

describe('a function is changed in place', () => {
  const cases: Readonly<Record<string, Change>> = {
    body: {
      from: `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      to: `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2'`,
      up: 'CREATE OR REPLACE FUNCTION public.f()',
    },
    'white space of the body': {
      from: `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      to: `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1 '`,
      up: 'CREATE OR REPLACE FUNCTION public.f()',
    },
    language: {
      from: `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      to: `CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS ${BODY}`,
      up: 'CREATE OR REPLACE FUNCTION public.f()',
    },
    'from a string to a parsed body': {
      from: `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      to: `CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1`,
      up: 'CREATE OR REPLACE FUNCTION public.f()',
    },
    'all attributes': {
      from: `CREATE FUNCTION f(int) RETURNS SETOF int LANGUAGE plpgsql AS ${BODY}`,
      to: `CREATE FUNCTION f(int) RETURNS SETOF int LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER
        LEAKPROOF PARALLEL SAFE COST 7 ROWS 9 SET work_mem = '1MB' AS ${BODY};
        REVOKE EXECUTE ON FUNCTION f(int) FROM PUBLIC`,
      up: 'ALTER FUNCTION public.f(integer)',
    },
    'one attribute': {
      from: `CREATE FUNCTION f(int) RETURNS int LANGUAGE plpgsql AS ${BODY}`,
      to: `CREATE FUNCTION f(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS ${BODY}`,
      up: 'ALTER FUNCTION public.f(integer) IMMUTABLE',
    },
    'the support function': {
      from: `CREATE FUNCTION f(anyarray) RETURNS SETOF anyelement LANGUAGE internal AS 'array_unnest'`,
      to: `CREATE FUNCTION f(anyarray) RETURNS SETOF anyelement LANGUAGE internal
        SUPPORT array_unnest_support AS 'array_unnest'`,
      up: 'ALTER FUNCTION public.f(anyarray) SUPPORT array_unnest_support',
    },
    settings: {
      from: `CREATE FUNCTION f() RETURNS int LANGUAGE sql SET work_mem = '1MB' SET app.x = '1'
        SET search_path = a AS 'SELECT 1'`,
      to: `CREATE FUNCTION f() RETURNS int LANGUAGE sql SET app.x = '2' SET search_path = a
        SET "app"."Y" = '' AS 'SELECT 1'`,
      up: 'ALTER FUNCTION public.f()',
    },
    'the order of settings': {
      from: `CREATE FUNCTION f() RETURNS int LANGUAGE sql SET work_mem = '1MB' SET app.x = '1' AS 'SELECT 1'`,
      to: `CREATE FUNCTION f() RETURNS int LANGUAGE sql SET app.x = '1' SET work_mem = '1MB' AS 'SELECT 1'`,
      up: 'CREATE OR REPLACE FUNCTION public.f()',
    },
    'another default': {
      from: `CREATE FUNCTION f(a int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      to: `CREATE FUNCTION f(a int DEFAULT 2) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      up: 'CREATE OR REPLACE FUNCTION public.f(a integer DEFAULT 2)',
    },
    'the one OUT argument renamed': {
      from: `CREATE FUNCTION f(OUT a int) LANGUAGE sql AS 'SELECT 1'`,
      to: `CREATE FUNCTION f(OUT b int) LANGUAGE sql AS 'SELECT 1'`,
      up: 'CREATE OR REPLACE FUNCTION public.f(OUT b integer)',
    },
    'the security of a procedure': {
      from: `CREATE PROCEDURE p(a int, OUT b text) LANGUAGE plpgsql AS $$ begin end $$`,
      to: `CREATE PROCEDURE p(a int, OUT b text) LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = '' AS $$ begin end $$;
        REVOKE EXECUTE ON PROCEDURE p(int) FROM PUBLIC`,
      up: 'ALTER PROCEDURE public.p(IN integer, OUT text)',
    },
    'the body of a procedure': {
      from: `CREATE PROCEDURE p(a int) LANGUAGE plpgsql AS $$ begin end $$`,
      to: `CREATE PROCEDURE p(a int) LANGUAGE sql AS 'SELECT 1'`,
      up: 'CREATE OR REPLACE PROCEDURE public.p(a integer)',
    },
  };
  for (const [name, { from, to, up }] of Object.entries(cases)) {
    it(name, async () => {
      const { upSql } = await expectConvergence({ from, to });
      expectHeads(upSql, up);
    });
  }

  it('while views, triggers and defaults on it stay', async () => {
    const rest = `
      CREATE TABLE t (a int DEFAULT f(1));
      CREATE VIEW v AS SELECT f(a) AS b FROM t`;
    const { upSql } = await expectConvergence({
      from: `CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; ${rest}`,
      to: `CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 2'; ${rest}`,
    });
    expectHeads(upSql, 'CREATE OR REPLACE FUNCTION public.f(integer)');
  });

  it('with a name for an argument that had none, and back by a rebuild', async () => {
    const { upSql, downSql } = await expectConvergence({
      from: `CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      to: `CREATE FUNCTION f(a int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
    });
    expectHeads(upSql, 'CREATE OR REPLACE FUNCTION public.f(a integer DEFAULT 1)');
    expectHeads(downSql, ['DROP FUNCTION public.f(integer)', 'CREATE FUNCTION public.f(integer)']);
  });
});

describe('a function is rebuilt where PostgreSQL cannot replace it', () => {
  const pairs: Readonly<Record<string, readonly [string, string]>> = {
    'another result': [
      `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      `CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT 1'`,
    ],
    'a set as its result': [
      `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      `CREATE FUNCTION f() RETURNS SETOF int LANGUAGE sql ROWS 5 AS 'SELECT 1'`,
    ],
    'another column of its result': [
      `CREATE FUNCTION f() RETURNS TABLE (a int, b int) LANGUAGE sql AS 'SELECT 1, 2'`,
      `CREATE FUNCTION f() RETURNS TABLE (a int, c int) LANGUAGE sql AS 'SELECT 1, 2'`,
    ],
    'OUT arguments': [
      `CREATE FUNCTION f(a int, OUT b int, OUT c int) LANGUAGE sql AS 'SELECT 1, 2'`,
      `CREATE FUNCTION f(a int, OUT b int, OUT d text) LANGUAGE sql AS 'SELECT 1, $x$$x$::text'`,
    ],
    'columns where a record was': [
      `CREATE FUNCTION f() RETURNS SETOF record LANGUAGE sql AS 'SELECT 1, 2'`,
      `CREATE FUNCTION f() RETURNS TABLE (a int, b int) LANGUAGE sql AS 'SELECT 1, 2'`,
    ],
    'a renamed argument': [
      `CREATE FUNCTION f(a int, b int) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      `CREATE FUNCTION f(a int, c int) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
    ],
    'a default less': [
      `CREATE FUNCTION f(a int, b int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      `CREATE FUNCTION f(a int, b int) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
    ],
    'a default of another type': [
      `CREATE FUNCTION f(a anyelement DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      `CREATE FUNCTION f(a anyelement DEFAULT 'x'::text) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
    ],
    'a window function': [
      `CREATE FUNCTION f() RETURNS bigint LANGUAGE internal AS 'window_row_number'`,
      `CREATE FUNCTION f() RETURNS bigint LANGUAGE internal WINDOW AS 'window_row_number'`,
    ],
    'a procedure': [
      `CREATE FUNCTION f(a int) RETURNS void LANGUAGE sql AS 'SELECT 1'`,
      `CREATE PROCEDURE f(a int) LANGUAGE sql AS 'SELECT 1'`,
    ],
    'an aggregate': [
      `CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      `CREATE AGGREGATE f(int) (SFUNC = int4pl, STYPE = int)`,
    ],
    'OUT arguments of a procedure': [
      `CREATE PROCEDURE p(a int, OUT b text) LANGUAGE plpgsql AS $$ begin end $$`,
      `CREATE PROCEDURE p(a int, OUT b int) LANGUAGE plpgsql AS $$ begin end $$`,
    ],
    'an OUT argument of a procedure less': [
      `CREATE PROCEDURE p(a int, OUT b text) LANGUAGE plpgsql AS $$ begin end $$`,
      `CREATE PROCEDURE p(a int) LANGUAGE plpgsql AS $$ begin end $$`,
    ],
  };
  for (const [name, [from, to]] of Object.entries(pairs)) {
    it(name, async () => {
      const { up } = await expectConvergence({ from, to });
      expect(up.changes.map(({ verb }) => verb)).not.toContain('alter');
    });
  }

  it('and what stands on it comes back with it', async () => {
    const rest = `
      CREATE TABLE t (a int DEFAULT f(), b int GENERATED ALWAYS AS (f()) STORED, CHECK (f() > 0));
      CREATE INDEX ON t ((f() + a));
      CREATE VIEW v AS SELECT a + f() AS b FROM t;
      COMMENT ON VIEW v IS 'kept'; COMMENT ON FUNCTION f() IS 'kept too'`;
    const { up } = await expectConvergence({
      from: `CREATE FUNCTION f() RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1'; ${rest}`,
      to: `CREATE FUNCTION f() RETURNS smallint IMMUTABLE LANGUAGE sql AS 'SELECT 1::smallint'; ${rest}`,
      rows: 'INSERT INTO t (a) VALUES (5)',
      survives: 'SELECT a FROM t',
    });
    const drop = up.statements.find(({ sql }) => sql.startsWith('DROP FUNCTION'));
    expect(drop?.hazards.map(({ kind }) => kind)).toEqual(['breaks-code']);
  });
});

describe('another signature is another function', () => {
  const f = (args: string): string => `
    CREATE FUNCTION f(${args}) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1'`;
  const users: Readonly<Record<string, string>> = {
    'a default': 'CREATE TABLE t (a int DEFAULT f(1))',
    'a view': 'CREATE TABLE t (a int); CREATE VIEW v AS SELECT f(a) AS b FROM t',
    'a check': 'CREATE TABLE t (a int CHECK (f(a) > 0))',
    'an index': 'CREATE TABLE t (a int); CREATE INDEX ON t (f(a))',
    'a policy': 'CREATE TABLE t (a int); CREATE POLICY p ON t USING (f(a) > 0)',
    'a parsed body': 'CREATE FUNCTION g(a int) RETURNS int RETURN f(a)',
    'a default of an argument': `CREATE FUNCTION g(a int DEFAULT f(1)) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
  };
  for (const [name, user] of Object.entries(users)) {
    it(`and ${name} moves over to it`, async () => {
      await expectConvergence({ from: `${f('a int')}; ${user}`, to: `${f('a bigint')}; ${user}` });
      await expectConvergence({
        from: `${f('a int')}; ${user}`,
        to: `${f('a int, b int DEFAULT 1')}; ${user}`,
      });
    });
  }

  it('and a trigger stays with the function it had', async () => {
    await expectConvergence({
      from: `CREATE TABLE t (a int);
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ begin return new; end $$;
        CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()`,
      to: 'CREATE TABLE t (a int)',
    });
  });
});

describe('the order of functions', () => {
  const cases: Readonly<Record<string, string>> = {
    'follows the bodies that PostgreSQL checks': `
      CREATE TABLE zebras (a int);
      CREATE FUNCTION z() RETURNS SETOF zebras LANGUAGE sql AS 'SELECT * FROM zebras';
      CREATE FUNCTION a() RETURNS int LANGUAGE sql AS 'SELECT a FROM z()';
      CREATE VIEW middle AS SELECT a();
      CREATE FUNCTION b() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM middle'`,
    'breaks circles of bodies': `
      CREATE FUNCTION even(n int) RETURNS bool LANGUAGE plpgsql AS $$ begin return true; end $$;
      CREATE FUNCTION odd(n int) RETURNS bool LANGUAGE sql
        AS 'SELECT CASE n WHEN 0 THEN false ELSE even(n - 1) END';
      CREATE OR REPLACE FUNCTION even(n int) RETURNS bool LANGUAGE sql
        AS 'SELECT CASE n WHEN 0 THEN true ELSE odd(n - 1) END'`,
    'breaks circles of a default and a row type': `
      CREATE TABLE t (a int);
      CREATE FUNCTION f(t) RETURNS int LANGUAGE sql AS 'SELECT 1';
      CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT f(t) FROM t';
      ALTER TABLE t ALTER a SET DEFAULT g()`,
    'of a parsed body that needs a primary key': `
      CREATE TABLE t (id int PRIMARY KEY, a int);
      CREATE FUNCTION f() RETURNS SETOF t BEGIN ATOMIC SELECT id, a FROM t GROUP BY id; END`,
    'follows parsed bodies': `
      CREATE FUNCTION z() RETURNS int RETURN 1;
      CREATE FUNCTION a() RETURNS int RETURN z() + 1;
      CREATE FUNCTION b(x int DEFAULT a()) RETURNS int RETURN x`,
  };
  for (const [name, to] of Object.entries(cases)) {
    it(name, async () => {
      await expectConvergence({ from: '', to, checksBodies: true });
    });
  }
});

it('functions whose new bodies name each other are replaced', async () => {
  const { upSql } = await expectConvergence({
    from: `CREATE FUNCTION a(n int) RETURNS int LANGUAGE sql AS 'SELECT 1';
      CREATE FUNCTION b(n int) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
    to: `CREATE FUNCTION a(n int) RETURNS int LANGUAGE sql AS 'SELECT b(n, 1)';
      CREATE FUNCTION b(n int, m int) RETURNS int LANGUAGE sql AS 'SELECT a(n)'`,
    checksBodies: true,
  });
  expect(upSql).toContain('SET check_function_bodies = off');
});

it('a function is renamed where that is said, and what uses it stays', async () => {
  const schema = (name: string): string => `
    CREATE FUNCTION ${name}(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
    CREATE VIEW v AS SELECT ${name}(1) AS x`;
  const { upSql } = await expectConvergence({
    from: schema('f'),
    to: schema('"My F"'),
    options: { renames: [{ object: 'public.f', to: 'My F' }] },
    optionsBack: { renames: [{ object: 'public."My F"', to: 'f' }] },
  });
  expectHeads(upSql, 'ALTER FUNCTION public.f(integer) RENAME TO "My F"');
});

describe('a function whose types change', () => {
  const f = `CREATE FUNCTION f(x pair) RETURNS SETOF pair LANGUAGE sql AS 'SELECT $1';
    COMMENT ON FUNCTION f(pair) IS 'kept'`;
  it('stays where the type is altered', async () => {
    const { upSql } = await expectConvergence({
      from: `CREATE TYPE pair AS (a int, b int); ${f}`,
      to: `CREATE TYPE pair AS (a int, b int, c text); ${f}`,
    });
    expect(upSql).not.toContain('FUNCTION');
  });

  it('comes back where the type is rebuilt', async () => {
    const g = `CREATE FUNCTION f(x mood, y mood[] DEFAULT '{a}') RETURNS mood LANGUAGE sql AS 'SELECT $1';
      CREATE PROCEDURE p(x mood) LANGUAGE sql AS 'SELECT 1'`;
    await expectConvergence({
      from: `CREATE TYPE mood AS ENUM ('a', 'b'); ${g}`,
      to: `CREATE TYPE mood AS ENUM ('a', 'c'); ${g}`,
    });
  });
});

describe('hazards', () => {
  const f = (attributes: string): string =>
    `CREATE FUNCTION f(int) RETURNS int LANGUAGE sql ${attributes} AS 'SELECT 1';`;
  it('say that SECURITY DEFINER lets everyone act as the owner', async () => {
    const { up, down } = await expectConvergence({ from: f(''), to: f('SECURITY DEFINER') });
    expect(up.statements.flatMap(({ hazards }) => hazards)).toEqual([
      {
        kind: 'widens-privileges',
        message:
          "everyone may execute public.f(integer), which acts with its owner's rights; REVOKE EXECUTE ON FUNCTION public.f(integer) FROM PUBLIC closes it",
      },
    ]);
    expect(down.statements.flatMap(({ hazards }) => hazards)).toEqual([]);
  });

  it('do not where everyone may not execute it', async () => {
    const closed = 'REVOKE EXECUTE ON FUNCTION f(int) FROM PUBLIC';
    const { up } = await expectConvergence({
      from: `${f('')} ${closed}`,
      to: `${f('SECURITY DEFINER')} ${closed}`,
    });
    expect(up.statements.flatMap(({ hazards }) => hazards)).toEqual([]);
  });

  it('say what keeps results of a changed function', async () => {
    const rest = `
      CREATE TABLE t (a int, b int GENERATED ALWAYS AS (f(a)) STORED, CONSTRAINT c CHECK (f(a) > 0));
      CREATE INDEX i ON t (f(a));
      CREATE TABLE p (a int) PARTITION BY LIST (f(a));
      CREATE MATERIALIZED VIEW m AS SELECT f(a) FROM t;
      CREATE DOMAIN d AS int CONSTRAINT positive CHECK (f(value) > 0);
      CREATE VIEW v AS SELECT f(a) FROM t`;
    const one = `CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql`;
    const { up } = await expectConvergence({
      from: `${one} AS ' begin return 1; end '; ${rest}`,
      to: `${one} AS ' begin return 2; end '; ${rest}`,
    });
    const hazards = up.statements.flatMap((one) => one.hazards);
    expect(new Set(hazards.map(({ kind }) => kind))).toEqual(new Set(['can-fail']));
    expect(hazards.map(({ message }) => message).sort()).toEqual([
      'public.m keeps results of the old public.f(integer) until REFRESH MATERIALIZED VIEW public.m',
      'rows keep results of the old public.f(integer) in public.t.b until they are updated',
      'rows of public.p stay in the partitions that the old public.f(integer) chose',
      'the index public.i keeps results of the old public.f(integer) until REINDEX INDEX CONCURRENTLY public.i',
      'values that the old public.f(integer) let through public.d.positive are not checked again',
      'values that the old public.f(integer) let through public.t.c are not checked again',
    ]);
    const { up: cheaper } = await expectConvergence({
      from: `${one} AS ' begin return 1; end '; ${rest}`,
      to: `${one} COST 5 AS ' begin return 1; end '; ${rest}`,
    });
    expect(cheaper.statements.flatMap((one) => one.hazards)).toEqual([]);
  });

  it('say that callers of a dropped function fail', async () => {
    const { down } = await expectConvergence({ from: '', to: f('') });
    expect(down.statements.flatMap(({ hazards }) => hazards)).toEqual([
      { kind: 'breaks-code', message: 'what calls public.f(integer) fails' },
    ]);
  });
});

describe('aggregates', () => {
  const cases: Readonly<Record<string, readonly [string, string]>> = {
    'plain ones': [
      '',
      `CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0', COMBINEFUNC = int4pl,
          SORTOP = <, PARALLEL = SAFE, SSPACE = 100);
        CREATE AGGREGATE rows_of(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '5');
        CREATE AGGREGATE joined(x text) (SFUNC = textcat, STYPE = text, INITCOND = '');
        CREATE AGGREGATE joined_or_null(text) (SFUNC = textcat, STYPE = text);
        CREATE AGGREGATE sums(numeric) (SFUNC = numeric_avg_accum, STYPE = internal,
          FINALFUNC = numeric_avg, SERIALFUNC = numeric_avg_serialize,
          DESERIALFUNC = numeric_avg_deserialize, COMBINEFUNC = numeric_avg_combine);
        COMMENT ON AGGREGATE rows_of(*) IS 'counts';
        COMMENT ON AGGREGATE total(int) IS 'adds';
        REVOKE EXECUTE ON FUNCTION total(int) FROM PUBLIC`,
    ],
    'with functions of their own': [
      '',
      `CREATE SCHEMA app;
        CREATE FUNCTION app.step(app_state int, VARIADIC next int[]) RETURNS int LANGUAGE sql
          AS 'SELECT $1';
        CREATE FUNCTION app.finish(int) RETURNS text LANGUAGE sql AS 'SELECT $1::text';
        CREATE AGGREGATE app.total(VARIADIC next int[]) (SFUNC = app.step, STYPE = int,
          FINALFUNC = app.finish, INITCOND = '0')`,
    ],
    'over a moving window': [
      '',
      `CREATE AGGREGATE mean(x int) (SFUNC = int4_avg_accum, STYPE = int8[], SSPACE = 10,
        FINALFUNC = int8_avg, FINALFUNC_MODIFY = SHAREABLE, INITCOND = '{0,0}',
        MSFUNC = int4_avg_accum, MINVFUNC = int4_avg_accum_inv, MSTYPE = int8[], MSSPACE = 20,
        MFINALFUNC = int8_avg, MFINALFUNC_MODIFY = READ_WRITE, MINITCOND = '{0,0}')`,
    ],
    'of ordered sets': [
      '',
      `CREATE AGGREGATE cut(float8 ORDER BY anyelement) (STYPE = internal,
          SFUNC = ordered_set_transition, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
        CREATE AGGREGATE cut_once(float8 ORDER BY anyelement) (STYPE = internal,
          SFUNC = ordered_set_transition, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA,
          FINALFUNC_MODIFY = READ_ONLY);
        CREATE AGGREGATE place(VARIADIC "any" ORDER BY VARIADIC "any") (STYPE = internal,
          SFUNC = ordered_set_transition_multi, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
        COMMENT ON AGGREGATE place(VARIADIC "any" ORDER BY VARIADIC "any") IS 'ranks';
        REVOKE EXECUTE ON FUNCTION cut(float8, anyelement) FROM PUBLIC`,
    ],
    replaced: [
      `CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
        CREATE VIEW v AS SELECT total(x) FROM generate_series(1, 3) x`,
      `CREATE AGGREGATE total(int) (SFUNC = int4mul, STYPE = int, INITCOND = '1', PARALLEL = SAFE);
        CREATE VIEW v AS SELECT total(x) FROM generate_series(1, 3) x`,
    ],
    'with another result': [
      `CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int);
        CREATE VIEW v AS SELECT total(x) > 0 AS big FROM generate_series(1, 3) x`,
      `CREATE AGGREGATE total(int) (SFUNC = int84pl, STYPE = bigint, INITCOND = '0');
        CREATE VIEW v AS SELECT total(x) > 0 AS big FROM generate_series(1, 3) x`,
    ],
    'with another name of the argument': [
      `CREATE AGGREGATE total(a int) (SFUNC = int4pl, STYPE = int)`,
      `CREATE AGGREGATE total(b int) (SFUNC = int4pl, STYPE = int)`,
    ],
    'of another sort': [
      `CREATE AGGREGATE place(VARIADIC "any" ORDER BY VARIADIC "any") (STYPE = internal,
        SFUNC = ordered_set_transition_multi, FINALFUNC = rank_final, FINALFUNC_EXTRA)`,
      `CREATE AGGREGATE place(VARIADIC "any" ORDER BY VARIADIC "any") (STYPE = internal,
        SFUNC = ordered_set_transition_multi, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL)`,
    ],
    'on a function that is rebuilt': [
      `CREATE FUNCTION step(a int, b int) RETURNS int LANGUAGE sql AS 'SELECT $1';
        CREATE AGGREGATE total(int) (SFUNC = step, STYPE = int)`,
      `CREATE FUNCTION step(a int, c int) RETURNS int LANGUAGE sql AS 'SELECT $1';
        CREATE AGGREGATE total(int) (SFUNC = step, STYPE = int)`,
    ],
  };
  for (const [name, [from, to]] of Object.entries(cases)) {
    it(name, async () => {
      await expectConvergence({ from, to });
    });
  }

  it('are replaced in place', async () => {
    const [from, to] = cases.replaced ?? ['', ''];
    const { upSql } = await expectConvergence({ from, to });
    expectHeads(upSql, 'CREATE OR REPLACE AGGREGATE public.total(integer) (');
  });
});
