// Tables and their columns: what is altered in place, what rows keep, and how it reads.

import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/diff/index.js';
import { type Convergence, expectConvergence } from '../support/convergence.js';

type Case = readonly [name: string, convergence: Convergence];

const TABLES: readonly Case[] = [
  ['without columns', { from: '', to: 'CREATE TABLE t (); CREATE TABLE "T t" (LIKE t)' }],
  [
    'with every sort of column',
    {
      from: 'CREATE SCHEMA "My schema"',
      to: `CREATE SCHEMA "My schema";
        CREATE COLLATION german (LOCALE = 'C');
        CREATE TYPE mood AS ENUM ('sad', 'happy');
        CREATE DOMAIN short AS varchar(5) DEFAULT 'q';
        CREATE TABLE "My schema"."Big Table" (
          "Id" bigserial PRIMARY KEY, "select" text NOT NULL DEFAULT 'a''b\\c',
          "x y" int CHECK ("x y" > 0), a text[] DEFAULT ARRAY['a','b'], b interval DEFAULT '1 day',
          c bytea DEFAULT '\\x00', d bit(3) DEFAULT B'101', e date DEFAULT CURRENT_DATE,
          f numeric DEFAULT 1e10, g double precision DEFAULT 'NaN', h point DEFAULT '(0,0)',
          i text DEFAULT E'a\\nb', j char DEFAULT 'x', k int4range DEFAULT '[1,2)',
          l "char" DEFAULT 'c', m name, n regclass DEFAULT 'pg_class', o text DEFAULT lower('X'),
          p time(3) DEFAULT '10:00', q timestamp(0) DEFAULT now(), r text DEFAULT NULL,
          s jsonb NOT NULL DEFAULT '{"a": 1}', t smallint DEFAULT -5, u bigint DEFAULT -5000000000,
          v numeric(5, 2) DEFAULT -1.5, w mood[] DEFAULT '{sad}', x mood NOT NULL DEFAULT 'sad',
          y short DEFAULT 'z', z text COLLATE german, aa varchar(10) COLLATE "C",
          ab int GENERATED ALWAYS AS ("x y" * 2 + 1) STORED,
          ac text GENERATED ALWAYS AS (CASE WHEN "x y" > 1 THEN lower(z) ELSE 'n' END) STORED)`,
    },
  ],
  [
    'with storage parameters, unlogged and back',
    {
      from: `CREATE TABLE t (a text) WITH (fillfactor = 70, toast.autovacuum_enabled = off);
        CREATE UNLOGGED TABLE u (a int)`,
      to: `CREATE UNLOGGED TABLE t (a text) WITH (autovacuum_enabled = false, fillfactor = 50);
        CREATE TABLE u (a int) WITH (fillfactor = 10);
        CREATE UNLOGGED TABLE v (a text) WITH (toast.autovacuum_vacuum_threshold = 5)`,
      rows: `INSERT INTO t VALUES ('x')`,
      survives: 'SELECT a FROM t',
    },
  ],
  [
    'unlogged, where they refer to each other',
    {
      from: `CREATE UNLOGGED TABLE b (id int PRIMARY KEY);
        CREATE UNLOGGED TABLE a (id int PRIMARY KEY REFERENCES b, s serial);
        CREATE UNLOGGED TABLE c (id int REFERENCES a, other int REFERENCES b)`,
      to: `CREATE TABLE b (id int PRIMARY KEY);
        CREATE TABLE a (id int PRIMARY KEY REFERENCES b, s serial);
        CREATE TABLE c (id int REFERENCES a, other int REFERENCES b)`,
    },
  ],
  [
    'with row-level security',
    {
      from: `CREATE TABLE t (a int); ALTER TABLE t ENABLE ROW LEVEL SECURITY`,
      to: `CREATE TABLE t (a int); ALTER TABLE t FORCE ROW LEVEL SECURITY;
        CREATE TABLE u (a int); ALTER TABLE u ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`,
    },
  ],
  [
    'with a replica identity and an index to cluster on',
    {
      from: `CREATE TABLE t (a int PRIMARY KEY, b int NOT NULL, c int NOT NULL);
        CREATE UNIQUE INDEX ti ON t (b); CREATE UNIQUE INDEX tj ON t (c);
        ALTER TABLE t REPLICA IDENTITY USING INDEX ti; ALTER TABLE t CLUSTER ON t_pkey;
        CREATE TABLE u (a int NOT NULL UNIQUE); ALTER TABLE u REPLICA IDENTITY NOTHING;
        CREATE TABLE v (a int)`,
      to: `CREATE TABLE t (a int PRIMARY KEY, b int NOT NULL, c int NOT NULL);
        CREATE UNIQUE INDEX ti ON t (b, a); CREATE UNIQUE INDEX tj ON t (c);
        ALTER TABLE t REPLICA IDENTITY USING INDEX tj; ALTER TABLE t CLUSTER ON ti;
        CREATE TABLE u (a int NOT NULL UNIQUE); ALTER TABLE u REPLICA IDENTITY USING INDEX u_a_key;
        CREATE TABLE v (a int); ALTER TABLE v REPLICA IDENTITY FULL;
        CREATE MATERIALIZED VIEW w AS SELECT a FROM u; CREATE INDEX wi ON w (a);
        ALTER MATERIALIZED VIEW w CLUSTER ON wi`,
    },
  ],
  [
    'whose index is built anew, by which it is clustered and told',
    {
      from: `CREATE TABLE t (a int NOT NULL, b int NOT NULL); CREATE UNIQUE INDEX ti ON t (b);
        ALTER TABLE t REPLICA IDENTITY USING INDEX ti; ALTER TABLE t CLUSTER ON ti`,
      to: `CREATE TABLE t (a int NOT NULL, b bigint NOT NULL); CREATE UNIQUE INDEX ti ON t (b, a);
        ALTER TABLE t REPLICA IDENTITY USING INDEX ti; ALTER TABLE t CLUSTER ON ti`,
    },
  ],
  [
    'with another access method',
    {
      from: `CREATE ACCESS METHOD heapish TYPE TABLE HANDLER heap_tableam_handler;
        CREATE TABLE t (a int) USING heapish; CREATE TABLE u (a int)`,
      to: `CREATE ACCESS METHOD heapish TYPE TABLE HANDLER heap_tableam_handler;
        CREATE TABLE t (a int); CREATE TABLE u (a int) USING heapish`,
      rows: 'INSERT INTO t VALUES (1)',
      survives: 'SELECT a FROM t',
      since: 15,
    },
  ],
  [
    'of a type, which changes',
    {
      from: `CREATE TYPE person AS (name text, age int, gone int);
        CREATE TABLE t (name text, age int); CREATE TABLE u OF person;
        CREATE TABLE v OF person (age WITH OPTIONS NOT NULL DEFAULT 3)`,
      to: `CREATE TYPE person AS (name text, age bigint, mail text);
        CREATE TABLE t OF person (name NOT NULL, PRIMARY KEY (name)); CREATE TABLE u OF person;
        CREATE TABLE v (name text, age bigint NOT NULL, mail text);
        CREATE TABLE w OF person (age WITH OPTIONS DEFAULT 1 CHECK (age > 0))`,
      rows: `INSERT INTO u VALUES ('a', 1)`,
      survives: 'SELECT name, age::text FROM u',
    },
  ],
  [
    'under another name, with its columns',
    {
      from: `CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, s serial,
          mail text NOT NULL DEFAULT 'x', l text GENERATED ALWAYS AS (lower(mail)) STORED);
        CREATE INDEX ON users (mail); CREATE VIEW v AS SELECT mail FROM users`,
      to: `CREATE TABLE people (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, s serial,
          email text NOT NULL DEFAULT 'x', l text GENERATED ALWAYS AS (lower(email)) STORED);
        CREATE INDEX ON people (email); CREATE VIEW v AS SELECT email AS mail FROM people`,
      rows: `INSERT INTO users (mail) VALUES ('a')`,
      options: {
        renames: [
          { object: 'public.users', to: 'people' },
          { object: 'public.people.mail', to: 'email' },
        ],
      },
      optionsBack: {
        renames: [
          { object: 'public.people', to: 'users' },
          { object: 'public.users.email', to: 'mail' },
        ],
      },
    },
  ],
];

const COLUMNS: readonly Case[] = [
  [
    'come and go with their values',
    {
      from: 'CREATE TABLE t (a int, gone int)',
      to: `CREATE TABLE t (a int, b text NOT NULL DEFAULT 'x', c int, d uuid DEFAULT gen_random_uuid(),
        e bigint GENERATED BY DEFAULT AS IDENTITY, f int GENERATED ALWAYS AS (a + 1) STORED)`,
      rows: 'INSERT INTO t VALUES (1, 2)',
      survives: 'SELECT a FROM t',
    },
  ],
  [
    'change their default, their storage and their statistics',
    {
      from: `CREATE TABLE t (a int DEFAULT 1, b text DEFAULT 'x', c text, d numeric, e text);
        ALTER TABLE t ALTER c SET STORAGE EXTERNAL, ALTER e SET STATISTICS 10`,
      to: `CREATE TABLE t (a int DEFAULT 2, b text, c text DEFAULT 'y', d numeric, e text);
        ALTER TABLE t ALTER b SET STORAGE EXTERNAL, ALTER c SET COMPRESSION pglz,
          ALTER a SET STATISTICS 500, ALTER d SET (n_distinct = -0.5, n_distinct_inherited = 7);
        CREATE TABLE u (a int, b text, c text, d numeric);
        ALTER TABLE u ALTER b SET STORAGE EXTERNAL, ALTER c SET COMPRESSION pglz,
          ALTER a SET STATISTICS 500, ALTER d SET (n_distinct = -0.5)`,
    },
  ],
  [
    'take types that PostgreSQL converts to by itself, and others',
    {
      from: `CREATE TABLE t (a text, b text, c text, d text, e text, f text, g text, h text, i json,
        j boolean, k int, l bigint, m numeric, n float8, o date, p text[], q int[], r varchar(5)[],
        s int, t boolean, u uuid, v jsonb, w text, x int, y timestamptz, z interval)`,
      to: `CREATE TABLE t (a uuid, b boolean, c jsonb, d date, e timestamptz, f numeric(5,2), g inet,
        h bytea, i jsonb, j int, k boolean, l text, m int, n numeric, o timestamptz, p varchar(5)[],
        q text[], r text[], s smallint, t text, u text, v int, w int[], x date, y time, z time)`,
    },
  ],
  [
    'take another type with their rows, and everything that stands on them',
    {
      from: `CREATE TABLE a (id int PRIMARY KEY);
        CREATE TABLE b (id int PRIMARY KEY, a_id int DEFAULT 7 REFERENCES a, t varchar(10) DEFAULT 'x',
          CHECK (a_id > 0), g int GENERATED ALWAYS AS (a_id + 1) STORED, was int GENERATED ALWAYS AS
          (a_id * 2) STORED);
        CREATE INDEX bi ON b (a_id) WHERE a_id > 5; CREATE INDEX bj ON b (lower(t));
        CREATE VIEW v AS SELECT a.id, b.a_id FROM a JOIN b ON b.a_id = a.id;
        COMMENT ON VIEW v IS 'joined'; COMMENT ON COLUMN b.g IS 'more';
        ALTER TABLE b ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON b USING (a_id > 1)`,
      to: `CREATE TABLE a (id bigint PRIMARY KEY);
        CREATE TABLE b (id int PRIMARY KEY, a_id bigint DEFAULT 8 REFERENCES a, t text DEFAULT 'x',
          CHECK (a_id > 0), g int GENERATED ALWAYS AS (a_id + 1) STORED, was int);
        CREATE INDEX bi ON b (a_id) WHERE a_id > 5; CREATE INDEX bj ON b (lower(t));
        CREATE VIEW v AS SELECT a.id, b.a_id FROM a JOIN b ON b.a_id = a.id;
        COMMENT ON VIEW v IS 'joined'; COMMENT ON COLUMN b.g IS 'more';
        ALTER TABLE b ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON b USING (a_id > 1)`,
      rows: `INSERT INTO a VALUES (7); INSERT INTO b VALUES (1, 7, 'x')`,
      survives: 'SELECT a_id::int, t, g, was FROM b',
    },
  ],
  [
    'keep how they are stored when the type changes',
    {
      from: `CREATE TABLE t (a text, b varchar(10), c text, d text);
        ALTER TABLE t ALTER a SET STORAGE EXTERNAL, ALTER b SET STORAGE MAIN,
          ALTER c SET STORAGE EXTERNAL, ALTER d SET COMPRESSION pglz, ALTER d SET STATISTICS 10`,
      to: `CREATE TABLE t (a varchar(10), b text, c int, d varchar);
        ALTER TABLE t ALTER a SET STORAGE EXTERNAL, ALTER d SET COMPRESSION pglz,
          ALTER d SET STATISTICS 10, ALTER b SET STATISTICS 100`,
    },
  ],
  [
    'become domains and enums, with defaults',
    {
      from: `CREATE DOMAIN d1 AS text CHECK (value <> ''); CREATE TYPE e AS ENUM ('a', 'b');
        CREATE TABLE t (a text DEFAULT 'x', b d1 DEFAULT 'y', c int[], d text DEFAULT 'a',
          f e[] DEFAULT '{a}', g varchar(10) NOT NULL DEFAULT 'b', h e DEFAULT 'b')`,
      to: `CREATE DOMAIN d1 AS varchar(20) CHECK (value <> ''); CREATE TYPE e AS ENUM ('a', 'b', 'c');
        CREATE DOMAIN d3 AS int CHECK (value > 0);
        CREATE TABLE t (a d1 DEFAULT 'x', b d1 DEFAULT 'y', c d3[], d e DEFAULT 'a',
          f text[] DEFAULT '{a}', g e NOT NULL DEFAULT 'b', h text DEFAULT 'b')`,
      rows: `INSERT INTO t (c) VALUES ('{1}')`,
      survives: 'SELECT a::text, b::text, c::text, d::text, f::text, g::text, h::text FROM t',
    },
  ],
  [
    'follow an enum that is built anew',
    {
      from: `CREATE TYPE mood AS ENUM ('a', 'b', 'c');
        CREATE TABLE t (m mood NOT NULL DEFAULT 'a', ms mood[] DEFAULT '{a}');
        CREATE VIEW v AS SELECT m FROM t`,
      to: `CREATE TYPE mood AS ENUM ('b', 'a');
        CREATE TABLE t (m mood NOT NULL DEFAULT 'a', ms mood[] DEFAULT '{a}');
        CREATE VIEW v AS SELECT m FROM t`,
      rows: `INSERT INTO t VALUES ('a', '{a,b}')`,
      survives: 'SELECT m::text, ms::text FROM t',
    },
  ],
  [
    'take another collation',
    {
      from: `CREATE COLLATION cc (LOCALE = 'C');
        CREATE TABLE t (a text, b text COLLATE cc DEFAULT 'd', c varchar(10) COLLATE "C" NOT NULL);
        CREATE INDEX i ON t (b)`,
      to: `CREATE COLLATION cc (LOCALE = 'POSIX');
        CREATE TABLE t (a text COLLATE "C", b text COLLATE cc DEFAULT 'd', c varchar(20) NOT NULL);
        CREATE INDEX i ON t (b)`,
      rows: `INSERT INTO t VALUES ('x', 'y', 'z')`,
      survives: 'SELECT a, b, c FROM t',
    },
  ],
  [
    'turn serial, identity and plain',
    {
      from: `CREATE TABLE t (a int NOT NULL, b serial, c int GENERATED ALWAYS AS IDENTITY,
        d int GENERATED ALWAYS AS IDENTITY (START 10 INCREMENT 5), e int DEFAULT 3)`,
      to: `CREATE TABLE t (a serial, b int GENERATED ALWAYS AS IDENTITY,
        c int GENERATED BY DEFAULT AS IDENTITY,
        d bigint GENERATED ALWAYS AS IDENTITY (MINVALUE 5 CACHE 10 CYCLE),
        e bigint GENERATED BY DEFAULT AS IDENTITY)`,
      rows: 'INSERT INTO t (a, e) VALUES (7, 9)',
      survives: 'SELECT a, b, c, d::int, e::int FROM t',
    },
  ],
  [
    'have an identity whose sequence has a name, options and grants',
    {
      from: `CREATE ROLE tables_reader;
        CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME custom START 5));
        GRANT USAGE ON SEQUENCE custom TO tables_reader;
        CREATE TABLE u (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY)`,
      to: `CREATE ROLE tables_reader;
        CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY); COMMENT ON SEQUENCE t_a_seq IS 'x';
        CREATE TABLE u (id int GENERATED BY DEFAULT AS IDENTITY
          (MAXVALUE 100 INCREMENT -1 MINVALUE -100 START 50) PRIMARY KEY);
        CREATE TABLE w (id smallint GENERATED BY DEFAULT AS IDENTITY
          (SEQUENCE NAME ww INCREMENT -1 CYCLE), x int);
        GRANT SELECT ON SEQUENCE ww TO tables_reader; GRANT SELECT (x) ON w TO tables_reader`,
    },
  ],
  [
    'let go of a sequence that goes, while they are altered',
    {
      from: 'CREATE SEQUENCE other; CREATE TABLE t (id serial)',
      to: `CREATE SEQUENCE other; CREATE TABLE t (id int DEFAULT nextval('other'))`,
    },
  ],
  [
    'are computed otherwise, no longer, or from now on',
    {
      from: `CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1';
        CREATE TABLE t (a int, b int, c int GENERATED ALWAYS AS (a + b) STORED,
          d int GENERATED ALWAYS AS (a * 2) STORED, e int, g int GENERATED ALWAYS AS (f(a)) STORED);
        CREATE VIEW v AS SELECT c FROM t; CREATE INDEX ti ON t (g); COMMENT ON COLUMN t.g IS 'g'`,
      to: `CREATE FUNCTION f(int) RETURNS bigint IMMUTABLE LANGUAGE sql AS 'SELECT 1';
        CREATE TABLE t (a bigint, b int, c int GENERATED ALWAYS AS (a - b) STORED, d int,
          e int GENERATED ALWAYS AS (b) STORED, g int GENERATED ALWAYS AS (f(b)) STORED);
        CREATE VIEW v AS SELECT c FROM t; CREATE INDEX ti ON t (g); COMMENT ON COLUMN t.g IS 'g'`,
      rows: 'INSERT INTO t (a, b) VALUES (1, 2)',
      survives: 'SELECT a::int, b, d FROM t',
    },
  ],
  [
    'are computed when they are read',
    {
      from: `CREATE TABLE t (a int, v int GENERATED ALWAYS AS (a + 1), w int GENERATED ALWAYS AS (a + 2),
          x int GENERATED ALWAYS AS (a * 3) STORED, y int GENERATED ALWAYS AS (a));
        CREATE VIEW vv AS SELECT v, w FROM t`,
      to: `CREATE TABLE t (a int, v int GENERATED ALWAYS AS (a + 5),
          w int GENERATED ALWAYS AS (a + 2) STORED, x int GENERATED ALWAYS AS (a * 4) STORED, y int);
        CREATE VIEW vv AS SELECT v, w FROM t`,
      since: 18,
    },
  ],
  [
    'get and lose NOT NULL',
    {
      from: 'CREATE TABLE t (a int, b text NOT NULL, c text)',
      to: `CREATE TABLE t (a int NOT NULL, b text, c text NOT NULL DEFAULT 'x')`,
      rows: `INSERT INTO t VALUES (1, 'x', 'y')`,
      survives: 'SELECT a, b, c FROM t',
    },
  ],
  [
    'get and lose NOT NULL in the short form',
    {
      from: 'CREATE TABLE t (a int, b text NOT NULL)',
      to: 'CREATE TABLE t (a int NOT NULL, b text)',
      options: { plain: true },
    },
  ],
  [
    'have NOT NULL constraints with names, comments and other traits',
    {
      from: `CREATE TABLE t (a int CONSTRAINT nn NOT NULL, b int NOT NULL, c int, d int NOT NULL,
          e int NOT NULL);
        COMMENT ON CONSTRAINT nn ON t IS 'hello'; COMMENT ON CONSTRAINT t_b_not_null ON t IS 'bye'`,
      to: `CREATE TABLE t (a int NOT NULL, b int CONSTRAINT bb NOT NULL, c int,
          d int NOT NULL NO INHERIT, e int);
        ALTER TABLE t ADD CONSTRAINT cc NOT NULL c NOT VALID;
        COMMENT ON CONSTRAINT t_a_not_null ON t IS 'hello';
        CREATE TABLE n (a int CONSTRAINT nn NOT NULL, b int CONSTRAINT bb NOT NULL NO INHERIT, c int);
        ALTER TABLE n ADD CONSTRAINT ccc NOT NULL c NOT VALID; COMMENT ON CONSTRAINT nn ON n IS 'x'`,
      since: 18,
    },
  ],
  [
    'have a default that needs the table it is of',
    {
      from: '',
      to: `CREATE FUNCTION rows_of() RETURNS bigint LANGUAGE sql AS 'SELECT 5';
        CREATE TABLE y (a bigint DEFAULT rows_of(), b int DEFAULT 3);
        CREATE OR REPLACE FUNCTION rows_of() RETURNS bigint LANGUAGE sql
          BEGIN ATOMIC SELECT count(*) FROM y; END`,
    },
  ],
  [
    'of a foreign table',
    {
      from: `CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
        CREATE SERVER s2 FOREIGN DATA WRAPPER w;
        CREATE FOREIGN TABLE f (a int NOT NULL, b text DEFAULT 'x', c int) SERVER s
          OPTIONS (x '1', y '2');
        CREATE FOREIGN TABLE g (a int) SERVER s`,
      to: `CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
        CREATE SERVER s2 FOREIGN DATA WRAPPER w;
        CREATE FOREIGN TABLE f (a bigint OPTIONS (k 'v', l 'm'), b text NOT NULL, d int DEFAULT 3)
          SERVER s OPTIONS (x '5', z '2');
        COMMENT ON COLUMN f.d IS 'd'; COMMENT ON FOREIGN TABLE f IS 'f';
        CREATE FOREIGN TABLE g (a int OPTIONS (n 'o')) SERVER s2;
        CREATE TABLE base (a int); CREATE FOREIGN TABLE fc (b int) INHERITS (base) SERVER s`,
    },
  ],
];

describe('tables', () => {
  for (const [name, convergence] of TABLES) {
    it(name, async () => {
      await expectConvergence(convergence);
    });
  }
});

describe('columns', () => {
  for (const [name, convergence] of COLUMNS) {
    it(name, async () => {
      await expectConvergence(convergence);
    });
  }
});

describe('how it reads', () => {
  it('writes a table whole, without needless casts and words', async () => {
    const { upSql } = await expectConvergence({
      from: `CREATE TYPE status AS ENUM ('active')`,
      to: `CREATE TYPE status AS ENUM ('active');
        CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY, name text NOT NULL DEFAULT 'x'::text,
          status public.status DEFAULT 'active', data jsonb NOT NULL DEFAULT '{}', low int DEFAULT -1,
          up text GENERATED ALWAYS AS (upper(name)) STORED) WITH (fillfactor = 70)`,
    });
    expect(upSql).toBe(`CREATE TABLE public.users (
    id bigint GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL DEFAULT 'x',
    status public.status DEFAULT 'active',
    data jsonb NOT NULL DEFAULT '{}',
    low integer DEFAULT -1,
    up text GENERATED ALWAYS AS (upper(name)) STORED
) WITH (fillfactor = 70);
`);
  });

  it('converts by USING only where an assignment does not', async () => {
    const { upSql } = await expectConvergence({
      from: 'CREATE TABLE t (a int, b text, c int, d text, e bigint)',
      to: `CREATE TYPE mood AS ENUM ('x');
        CREATE TABLE t (a bigint, b mood, c text, d text[], e date)`,
    });
    expect(statementsOf(upSql)).toEqual([
      `CREATE TYPE public.mood AS ENUM ('x');`,
      'ALTER TABLE public.t ALTER COLUMN a TYPE bigint;',
      'ALTER TABLE public.t ALTER COLUMN b TYPE public.mood USING b::public.mood;',
      'ALTER TABLE public.t ALTER COLUMN c TYPE text;',
      'ALTER TABLE public.t ALTER COLUMN d TYPE text[] USING d::text[];',
      'ALTER TABLE public.t ALTER COLUMN e TYPE date USING e::text::date;',
    ]);
  });

  it('lets a new identity go on where the values end', async () => {
    const { upSql } = await expectConvergence({
      from: 'CREATE TABLE t (a int NOT NULL DEFAULT 1)',
      to: 'CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY)',
    });
    expect(statementsOf(upSql)).toEqual([
      'ALTER TABLE public.t ALTER COLUMN a DROP DEFAULT;',
      'ALTER TABLE public.t ALTER COLUMN a ADD GENERATED ALWAYS AS IDENTITY;',
      `SELECT setval('public.t_a_seq', max(a)) FROM public.t HAVING max(a) >= 1;`,
    ]);
  });

  it('proves NOT NULL while others read and write, and asks for the lock once it is proved', async () => {
    const { up } = await expectConvergence({
      from: 'CREATE TABLE t (a int)',
      to: 'CREATE TABLE t (a int NOT NULL)',
    });
    const [added, validated] = up.statements;
    expect(added).toMatchObject({ apart: false, hazards: [] });
    expect(added?.sql).toMatch(/NOT VALID$/);
    expect(validated).toMatchObject({
      apart: true,
      locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', on: 'public.t' }],
    });
    expect(kindsOf(up)).toEqual(['scans-table', 'can-fail']);
  });
});

describe('hazards', () => {
  const CASES: readonly (readonly [string, string, string, readonly string[]])[] = [
    ['wider varchar', 'a varchar(10)', 'a varchar(20)', []],
    ['varchar to text', 'a varchar(10)', 'a text', []],
    ['more digits', 'a numeric(5, 2)', 'a numeric(7, 2)', []],
    ['int to bigint', 'a int', 'a bigint', ['rewrites-table', 'blocks-reads', 'blocks-writes']],
    [
      'narrower varchar',
      'a varchar(20)',
      'a varchar(10)',
      ['rewrites-table', 'blocks-reads', 'blocks-writes', 'can-fail'],
    ],
    [
      'fewer decimals',
      'a numeric(7, 3)',
      'a numeric(7, 2)',
      ['rewrites-table', 'blocks-reads', 'blocks-writes', 'loses-data', 'can-fail'],
    ],
    [
      'timestamp to date',
      'a timestamp',
      'a date',
      ['rewrites-table', 'blocks-reads', 'blocks-writes', 'loses-data'],
    ],
    ['a column goes', 'a int, b int', 'a int', ['loses-data', 'breaks-code']],
    [
      'a computed column goes',
      'a int, b int GENERATED ALWAYS AS (a) STORED',
      'a int',
      ['breaks-code'],
    ],
    ['a column with a constant', 'a int', 'a int, b text NOT NULL DEFAULT now()::text', []],
    ['a column without a default', 'a int', 'a int, b int NOT NULL', ['can-fail']],
    [
      'a column with a value for each row',
      'a int',
      'a int, b uuid DEFAULT gen_random_uuid()',
      ['rewrites-table', 'blocks-reads', 'blocks-writes'],
    ],
  ];
  it('are those of the change, and no others', async () => {
    const tables = (side: 'from' | 'to'): string =>
      CASES.map(
        ([, from, to], index) => `CREATE TABLE t${index} (${side === 'from' ? from : to});`,
      ).join('\n');
    const { up } = await expectConvergence({ from: tables('from'), to: tables('to') });
    const found = CASES.map(([name], index) => [name, kindsOf(up, `table:public.t${index}`)]);
    expect(found).toEqual(CASES.map(([name, , , kinds]) => [name, kinds]));
  });

  it('names what is lost', async () => {
    const { up } = await expectConvergence({
      from: 'CREATE TABLE t (a int, b int); CREATE TABLE u (a int)',
      to: 'CREATE TABLE t (a int)',
    });
    const lost = up.statements.flatMap(({ hazards }) => hazards).map(({ message }) => message);
    expect(lost).toContain('every value of public.t.b is lost');
    expect(lost).toContain('every row of public.u is lost');
  });
});

describe('what cannot be done', () => {
  const CASES: readonly (readonly [string, Convergence, RegExp])[] = [
    [
      'a table is partitioned',
      { from: 'CREATE TABLE t (a int)', to: 'CREATE TABLE t (a int) PARTITION BY LIST (a)' },
      /public\.t is a plain table and shall be partitioned by LIST \(a\)/,
    ],
    [
      'a column by which it is partitioned takes another type',
      {
        from: 'CREATE TABLE t (a int) PARTITION BY LIST (a)',
        to: 'CREATE TABLE t (a bigint) PARTITION BY LIST (a)',
      },
      /public\.t is partitioned by a, and PostgreSQL cannot change the type/,
    ],
    [
      'values elsewhere are rows of the table',
      {
        from: 'CREATE TABLE t (a int); CREATE TABLE u (x t)',
        to: 'CREATE TABLE t (a bigint); CREATE TABLE u (x t)',
      },
      /values of public\.u\.x are rows of public\.t/,
    ],
    [
      'a column of its own shall only be inherited',
      {
        from: 'CREATE TABLE a (x int); CREATE TABLE b (x int)',
        to: 'CREATE TABLE a (x int); CREATE TABLE b () INHERITS (a)',
      },
      /public\.b\.x is a column of the table's own and shall only come from public\.a/,
    ],
  ];
  for (const [name, convergence, reason] of CASES) {
    it(`is refused with its reason: ${name}`, async () => {
      await expect(expectConvergence(convergence)).rejects.toThrow(reason);
    });
  }
});

/** The statements of a rendered plan that fit on a line each. */
function statementsOf(sql: string): readonly string[] {
  return sql.split('\n').filter((line) => line !== '' && !line.startsWith('--'));
}

/** The hazards of a plan, or of what it does to one table. */
function kindsOf({ statements }: Plan, table?: string): readonly string[] {
  return statements
    .filter(({ block }) => table === undefined || block === table)
    .flatMap(({ hazards }) => hazards.map(({ kind }) => kind));
}
