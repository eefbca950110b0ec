// Operators, operator classes and families, casts, transforms, languages, access methods and
// conversions from one definition to another, on real servers.

import { describe, expect, it } from 'vitest';
import { expectConvergence } from '../support/convergence.js';

const PAIR = `
  CREATE TYPE pair AS (a int, b int);
  CREATE FUNCTION pair_lt(pair, pair) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1.a < $2.a';
  CREATE FUNCTION pair_le(pair, pair) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1.a <= $2.a';
  CREATE FUNCTION pair_eq(pair, pair) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1.a = $2.a';
  CREATE FUNCTION pair_ge(pair, pair) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1.a >= $2.a';
  CREATE FUNCTION pair_gt(pair, pair) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1.a > $2.a';
  CREATE FUNCTION pair_cmp(pair, pair) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1.a - $2.a';
  CREATE FUNCTION pair_hash(pair) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1.a';`;

const PAIR_OPERATORS = `${PAIR}
  CREATE OPERATOR <# (FUNCTION = pair_lt, LEFTARG = pair, RIGHTARG = pair, COMMUTATOR = >#, NEGATOR = >=#);
  CREATE OPERATOR <=# (FUNCTION = pair_le, LEFTARG = pair, RIGHTARG = pair, COMMUTATOR = >=#, NEGATOR = >#);
  CREATE OPERATOR =# (FUNCTION = pair_eq, LEFTARG = pair, RIGHTARG = pair, COMMUTATOR = =#, HASHES, MERGES);
  CREATE OPERATOR >=# (FUNCTION = pair_ge, LEFTARG = pair, RIGHTARG = pair, COMMUTATOR = <=#, NEGATOR = <#);
  CREATE OPERATOR ># (FUNCTION = pair_gt, LEFTARG = pair, RIGHTARG = pair, COMMUTATOR = <#, NEGATOR = <=#);`;

const CLASS_MEMBERS = `OPERATOR 1 <#, OPERATOR 2 <=#, OPERATOR 3 =#, OPERATOR 4 >=#, OPERATOR 5 >#,
  FUNCTION 1 pair_cmp(pair, pair)`;

function op(name: string, rest = ''): string {
  return `CREATE OPERATOR ${name} (FUNCTION = int4eq, LEFTARG = int, RIGHTARG = int${rest});`;
}

function pair(one: string, other: string): string {
  return `${op(one, `, COMMUTATOR = ${other}`)} ${op(other, `, COMMUTATOR = ${one}`)}`;
}

interface Change {
  readonly from: string;
  readonly to: string;
}

function convergeAll(cases: Readonly<Record<string, Change>>): void {
  for (const [name, change] of Object.entries(cases)) {
    it(name, async () => {
      await expectConvergence(change);
    });
  }
}

describe('operators', () => {
  convergeAll({
    'with everything': {
      from: '',
      to: `CREATE SCHEMA app; CREATE SCHEMA "My Schema";
        ${op('app.===', ', COMMUTATOR = OPERATOR(app.===), NEGATOR = OPERATOR(app.!==), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES')}
        CREATE OPERATOR app.!== (FUNCTION = int4ne, LEFTARG = int, RIGHTARG = int,
          COMMUTATOR = OPERATOR(app.!==), NEGATOR = OPERATOR(app.===));
        CREATE OPERATOR "My Schema".@# (FUNCTION = int4abs, RIGHTARG = int);
        COMMENT ON OPERATOR app.=== (int, int) IS 'equals';
        COMMENT ON OPERATOR "My Schema".@# (NONE, int) IS 'absolute'`,
    },
    'of a type of its own': { from: '', to: PAIR_OPERATORS },
    'that commute with one of other types': {
      from: PAIR,
      to: `${PAIR}
        CREATE FUNCTION mixed(pair, int) RETURNS bool LANGUAGE sql AS 'SELECT true';
        CREATE FUNCTION mixed(int, pair) RETURNS bool LANGUAGE sql AS 'SELECT true';
        CREATE OPERATOR <<# (FUNCTION = mixed, LEFTARG = pair, RIGHTARG = int, COMMUTATOR = #>>);
        CREATE OPERATOR #>> (FUNCTION = mixed, LEFTARG = int, RIGHTARG = pair, COMMUTATOR = <<#)`,
    },
    'whose estimators change': {
      from: op('===', ', RESTRICT = eqsel'),
      to: op('===', ', RESTRICT = neqsel, JOIN = eqjoinsel'),
    },
    'whose function changes': {
      from: `${op('===', ', COMMUTATOR = ===')} CREATE VIEW v AS SELECT 1 OPERATOR(public.===) 2 AS x`,
      to: `CREATE OPERATOR === (FUNCTION = int4ne, LEFTARG = int, RIGHTARG = int, COMMUTATOR = ===);
        CREATE VIEW v AS SELECT 1 OPERATOR(public.===) 2 AS x`,
    },
    'that may hash and merge': {
      from: op('===', ', COMMUTATOR = ==='),
      to: op('===', ', COMMUTATOR = ===, HASHES, MERGES'),
    },
    'that commute with themselves': { from: op('==='), to: op('===', ', COMMUTATOR = ===') },
    'whose commutator comes and goes': {
      from: op('==>'),
      to: `${op('==>', ', COMMUTATOR = <==')} ${op('<==', ', COMMUTATOR = ==>')}`,
    },
    'that find each other': {
      from: `${op('==>')} ${op('<==')}`,
      to: `${op('==>', ', COMMUTATOR = <==')} ${op('<==', ', COMMUTATOR = ==>')}`,
    },
    'that get another commutator': {
      from: pair('==>', '<=='),
      to: pair('==>', '<==='),
    },
    'that change partners': {
      from: `${pair('==>', '<==')} ${op('<===')}`,
      to: `${pair('==>', '<===')} ${op('<==')}`,
    },
    'of a pair where one is rebuilt': {
      from: pair('==>', '<=='),
      to: `${op('==>', ', COMMUTATOR = <==')}
        CREATE OPERATOR <== (FUNCTION = int4ne, LEFTARG = int, RIGHTARG = int, COMMUTATOR = ==>)`,
    },
    'of a pair where only the first names the other': {
      from: '',
      to: `${op('==>', ', COMMUTATOR = <==')} ${op('<==')}
        ${op('=!>', ', NEGATOR = <!=')} ${op('<!=')}`,
    },
    'of a pair where only the first names the other, which is new': {
      from: op('==>'),
      to: `${op('==>', ', COMMUTATOR = <==')} ${op('<==')}`,
    },
    'of a pair where one is promised only': {
      from: '',
      to: op('==>', ', COMMUTATOR = <=='),
    },
    'on a function that is rebuilt': {
      from: `CREATE FUNCTION f(a int, b int) RETURNS bool LANGUAGE sql AS 'SELECT true';
        CREATE OPERATOR === (FUNCTION = f, LEFTARG = int, RIGHTARG = int);
        COMMENT ON OPERATOR === (int, int) IS 'kept'`,
      to: `CREATE FUNCTION f(a int, c int) RETURNS bool LANGUAGE sql AS 'SELECT true';
        CREATE OPERATOR === (FUNCTION = f, LEFTARG = int, RIGHTARG = int);
        COMMENT ON OPERATOR === (int, int) IS 'kept'`,
    },
  });

  it('keep their place when only an estimator changes', async () => {
    const { upSql } = await expectConvergence({
      from: op('===', ', RESTRICT = eqsel'),
      to: op('===', ', JOIN = eqjoinsel'),
    });
    expect(upSql).toBe(
      'ALTER OPERATOR public.=== (integer, integer) SET (RESTRICT = NONE, JOIN = eqjoinsel);\n',
    );
  });

  it('cannot become a promise again', async () => {
    await expect(
      expectConvergence({
        from: op('==>', ', COMMUTATOR = <=='),
        to: pair('==>', '<=='),
      }),
    ).rejects.toMatchObject({ code: 'DIFF_REFUSED' });
  });
});

describe('operator classes and families', () => {
  const btree = (rest: string): string => `CREATE OPERATOR CLASS pair_ops ${rest}`;
  convergeAll({
    'that come together': {
      from: PAIR_OPERATORS,
      to: `${PAIR_OPERATORS} ${btree(`DEFAULT FOR TYPE pair USING btree AS ${CLASS_MEMBERS}`)};
        COMMENT ON OPERATOR CLASS pair_ops USING btree IS 'pairs';
        COMMENT ON OPERATOR FAMILY pair_ops USING btree IS 'family of pairs'`,
    },
    'with support functions that are optional': {
      from: PAIR_OPERATORS,
      to: `${PAIR_OPERATORS} ${btree(`DEFAULT FOR TYPE pair USING btree AS ${CLASS_MEMBERS},
        FUNCTION 4 (pair, pair) btequalimage(oid)`)}`,
    },
    'of one family': {
      from: '',
      to: `CREATE SCHEMA app;
        CREATE OPERATOR FAMILY app.numbers USING btree;
        CREATE OPERATOR CLASS app.int_ops FOR TYPE int USING btree FAMILY app.numbers AS
          OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
          FUNCTION 1 btint4cmp(int, int);
        CREATE OPERATOR CLASS app.big_ops FOR TYPE bigint USING btree FAMILY app.numbers AS
          OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
          FUNCTION 1 btint8cmp(bigint, bigint);
        ALTER OPERATOR FAMILY app.numbers USING btree ADD
          OPERATOR 1 < (int, bigint), OPERATOR 3 = (int, bigint),
          FUNCTION 1 (int, bigint) btint48cmp(int, bigint)`,
    },
    'of a family of its name that holds more': {
      from: '',
      to: `CREATE OPERATOR CLASS int_ops FOR TYPE int USING btree AS
          OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
          FUNCTION 1 btint4cmp(int, int);
        ALTER OPERATOR FAMILY int_ops USING btree ADD
          OPERATOR 1 < (int, bigint), FUNCTION 1 (int, bigint) btint48cmp(int, bigint)`,
    },
    'of a family of PostgreSQL': {
      from: PAIR_OPERATORS,
      to: `${PAIR_OPERATORS} CREATE OPERATOR CLASS pair_ops FOR TYPE pair USING hash
        FAMILY pg_catalog.integer_ops AS OPERATOR 1 =#, FUNCTION 1 pair_hash(pair)`,
    },
    'for hash': {
      from: PAIR_OPERATORS,
      to: `${PAIR_OPERATORS} CREATE OPERATOR CLASS pair_hashes DEFAULT FOR TYPE pair USING hash AS
          OPERATOR 1 =#, FUNCTION 1 pair_hash(pair);
        CREATE TABLE t (p pair); CREATE INDEX ON t USING hash (p)`,
    },
    'for gist, with storage and an order': {
      from: '',
      to: `CREATE OPERATOR CLASS points FOR TYPE point USING gist AS
          OPERATOR 1 <<, OPERATOR 15 <-> (point, point) FOR ORDER BY pg_catalog.float_ops,
          FUNCTION 1 gist_point_consistent(internal, point, smallint, oid, internal),
          FUNCTION 2 gist_box_union(internal, internal),
          FUNCTION 3 gist_point_compress(internal),
          FUNCTION 5 gist_box_penalty(internal, internal, internal),
          FUNCTION 6 gist_box_picksplit(internal, internal),
          FUNCTION 7 gist_box_same(box, box, internal), STORAGE box`,
    },
    'for gin': {
      from: '',
      to: `CREATE OPERATOR CLASS numbers FOR TYPE int[] USING gin AS
          OPERATOR 1 && (anyarray, anyarray), FUNCTION 1 btint4cmp(int, int),
          FUNCTION 2 ginarrayextract(anyarray, internal, internal),
          FUNCTION 3 ginqueryarrayextract(anyarray, internal, int2, internal, internal, internal, internal),
          FUNCTION 4 ginarrayconsistent(internal, int2, anyarray, int4, internal, internal, internal, internal),
          STORAGE int4`,
    },
    'for brin': {
      from: '',
      to: `CREATE OPERATOR CLASS numbers FOR TYPE int USING brin AS
          OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
          FUNCTION 1 brin_minmax_opcinfo(internal),
          FUNCTION 2 brin_minmax_add_value(internal, internal, internal, internal),
          FUNCTION 3 brin_minmax_consistent(internal, internal, internal),
          FUNCTION 4 brin_minmax_union(internal, internal, internal)`,
    },
    'that become the default, under an index': {
      from: `${PAIR_OPERATORS} ${btree(`FOR TYPE pair USING btree AS ${CLASS_MEMBERS}`)};
        CREATE TABLE t (p pair); CREATE INDEX i ON t (p pair_ops)`,
      to: `${PAIR_OPERATORS} ${btree(`DEFAULT FOR TYPE pair USING btree AS ${CLASS_MEMBERS}`)};
        CREATE TABLE t (p pair); CREATE INDEX i ON t (p pair_ops)`,
    },
    'on operators that are rebuilt': {
      from: `${PAIR_OPERATORS} ${btree(`DEFAULT FOR TYPE pair USING btree AS ${CLASS_MEMBERS}`)}`,
      to: `${PAIR_OPERATORS.replace('pair_lt(pair, pair)', 'pair_lt(x pair, y pair)')}
        ${btree(`DEFAULT FOR TYPE pair USING btree AS ${CLASS_MEMBERS}`)}`,
    },
    'that are empty': {
      from: '',
      to: `CREATE OPERATOR FAMILY empty USING btree;
        CREATE OPERATOR CLASS empty_ops FOR TYPE int USING btree FAMILY empty AS STORAGE int`,
    },
  });

  it('change their loose members in place', async () => {
    const family = 'CREATE OPERATOR FAMILY numbers USING btree;';
    const { upSql } = await expectConvergence({
      from: `${family} ALTER OPERATOR FAMILY numbers USING btree ADD
        OPERATOR 1 < (int, bigint), OPERATOR 2 <= (int, bigint)`,
      to: `${family} ALTER OPERATOR FAMILY numbers USING btree ADD
        OPERATOR 2 <= (int, bigint), OPERATOR 3 = (int, bigint),
        FUNCTION 1 (int, bigint) btint48cmp(int, bigint)`,
    });
    expect(upSql).toBe(
      [
        'ALTER OPERATOR FAMILY public.numbers USING btree DROP',
        '    OPERATOR 1 (integer, bigint);',
        '',
        'ALTER OPERATOR FAMILY public.numbers USING btree ADD',
        '    OPERATOR 3 = (integer, bigint),',
        '    FUNCTION 1 (integer, bigint) btint48cmp(integer, bigint);\n',
      ].join('\n'),
    );
  });

  it('are one statement where they come together', async () => {
    const { upSql } = await expectConvergence({
      from: PAIR_OPERATORS,
      to: `${PAIR_OPERATORS} ${btree(`DEFAULT FOR TYPE pair USING btree AS ${CLASS_MEMBERS}`)}`,
    });
    expect(upSql).toBe(
      [
        'CREATE OPERATOR CLASS public.pair_ops DEFAULT FOR TYPE public.pair USING btree AS',
        '    OPERATOR 1 public.<#,',
        '    OPERATOR 2 public.<=#,',
        '    OPERATOR 3 public.=#,',
        '    OPERATOR 4 public.>=#,',
        '    OPERATOR 5 public.>#,',
        '    FUNCTION 1 public.pair_cmp(public.pair, public.pair);\n',
      ].join('\n'),
    );
  });
});

describe('casts', () => {
  const types = `CREATE TYPE pair AS (a int, b int); CREATE TYPE "My Pair" AS (a int, b int);
    CREATE FUNCTION first(pair) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1.a';
    CREATE FUNCTION first_of(pair, int, bool) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1.a';
    CREATE DOMAIN small AS int;`;
  convergeAll({
    'of every sort': {
      from: types,
      to: `${types}
        CREATE CAST (pair AS int) WITH FUNCTION first(pair) AS IMPLICIT;
        CREATE CAST (pair AS bigint) WITH INOUT;
        CREATE CAST (text AS "My Pair") WITH INOUT AS ASSIGNMENT;
        COMMENT ON CAST (pair AS int) IS 'the first'`,
    },
    'that change': {
      from: `${types} CREATE CAST (pair AS int) WITH FUNCTION first(pair) AS IMPLICIT`,
      to: `${types} CREATE CAST (pair AS int) WITH FUNCTION first_of(pair, int, bool) AS ASSIGNMENT`,
    },
    'on a function that is rebuilt': {
      from: `CREATE TYPE pair AS (a int, b int);
        CREATE FUNCTION first(x pair) RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE CAST (pair AS int) WITH FUNCTION first(pair)`,
      to: `CREATE TYPE pair AS (a int, b int);
        CREATE FUNCTION first(y pair) RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE CAST (pair AS int) WITH FUNCTION first(pair)`,
    },
    'on a type that is rebuilt': {
      from: `CREATE TYPE mood AS ENUM ('a', 'b'); CREATE CAST (varchar AS mood) WITH INOUT AS IMPLICIT;
        CREATE TABLE t (m mood)`,
      to: `CREATE TYPE mood AS ENUM ('a', 'c'); CREATE CAST (varchar AS mood) WITH INOUT AS IMPLICIT;
        CREATE TABLE t (m mood)`,
    },
    'that PostgreSQL makes for a range are no objects': {
      from: '',
      to: 'CREATE TYPE span AS RANGE (SUBTYPE = int)',
    },
  });

  it('read as a careful person writes them', async () => {
    const { upSql, down } = await expectConvergence({
      from: types,
      to: `${types} CREATE CAST (pair AS int) WITH FUNCTION first(pair) AS IMPLICIT`,
    });
    expect(upSql).toBe(
      [
        'CREATE CAST (public.pair AS integer)',
        '    WITH FUNCTION public.first(public.pair)',
        '    AS IMPLICIT;\n',
      ].join('\n'),
    );
    expect(down.statements.flatMap(({ hazards }) => hazards)).toEqual([
      {
        kind: 'breaks-code',
        message: 'what turns public.pair into integer fails, or does it another way',
      },
    ]);
  });
});

describe('languages, transforms, access methods and conversions', () => {
  convergeAll({
    'are created': {
      from: '',
      to: `CREATE SCHEMA app;
        CREATE FUNCTION app.handler() RETURNS language_handler LANGUAGE c
          AS '$libdir/plpgsql', 'plpgsql_call_handler';
        CREATE LANGUAGE ours HANDLER app.handler;
        CREATE TRUSTED LANGUAGE "Trusted Ours" HANDLER plpgsql_call_handler
          INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
        COMMENT ON LANGUAGE ours IS 'ours';
        REVOKE USAGE ON LANGUAGE "Trusted Ours" FROM PUBLIC;
        CREATE FUNCTION f() RETURNS int LANGUAGE "Trusted Ours" AS 'begin return 1; end';
        CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal),
          TO SQL WITH FUNCTION int4recv(internal));
        COMMENT ON TRANSFORM FOR int LANGUAGE sql IS 'numbers';
        CREATE FUNCTION g(int) RETURNS int LANGUAGE sql TRANSFORM FOR TYPE int AS 'SELECT 1';
        CREATE ACCESS METHOD gist2 TYPE INDEX HANDLER gisthandler;
        CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
        COMMENT ON ACCESS METHOD heap2 IS 'heap again';
        CREATE DEFAULT CONVERSION app.latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
        CREATE CONVERSION app.latin2 FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
        COMMENT ON CONVERSION app.latin IS 'latin'`,
    },
    'change in place where they can': {
      from: `CREATE LANGUAGE ours HANDLER plpgsql_call_handler;
        CREATE FUNCTION f() RETURNS int LANGUAGE ours AS 'begin return 1; end';
        CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal))`,
      to: `CREATE TRUSTED LANGUAGE ours HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler
          VALIDATOR plpgsql_validator;
        CREATE FUNCTION f() RETURNS int LANGUAGE ours AS 'begin return 1; end';
        CREATE TRANSFORM FOR int LANGUAGE sql (TO SQL WITH FUNCTION int4recv(internal))`,
    },
    'are rebuilt where they cannot': {
      from: `CREATE CONVERSION latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
        CREATE ACCESS METHOD ours TYPE INDEX HANDLER gisthandler`,
      to: `CREATE DEFAULT CONVERSION latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
        CREATE ACCESS METHOD ours TYPE INDEX HANDLER spghandler`,
    },
  });
});
