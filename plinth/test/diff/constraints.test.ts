// Primary keys, unique, foreign key, check and exclusion constraints, from one definition to
// another.

import { describe, expect, it } from 'vitest';
import { type Convergence, expectConvergence } from '../support/convergence.js';

type Case = Pick<Convergence, 'from' | 'to' | 'since' | 'rows' | 'survives'>;
type Cases = Readonly<Record<string, Case>>;

const TABLE = 'CREATE TABLE t (id int NOT NULL, a int NOT NULL, b int, c text);';
const ROWS = "INSERT INTO t VALUES (1, 10, 100, 'x'), (2, 20, 200, 'y');";

/** A table with rows that has other constraints afterwards. */
function on(from: string, to: string, since = 0): Case {
  return {
    from: TABLE + from,
    to: TABLE + to,
    rows: ROWS,
    survives: 'SELECT * FROM t ORDER BY id',
    since,
  };
}

const add = (text: string): string => `ALTER TABLE t ADD ${text};`;

describe('a key', () => {
  const cases: Cases = {
    'comes and goes': on('', add('PRIMARY KEY (id)') + add('UNIQUE (a, b)')),
    'of nullable columns': {
      from: 'CREATE TABLE t (id int)',
      to: 'CREATE TABLE t (id int PRIMARY KEY)',
    },
    'with its own table': { from: '', to: `${TABLE}${add('PRIMARY KEY (id)')}` },
    'has other columns': on(
      add('CONSTRAINT p PRIMARY KEY (id)') + add('CONSTRAINT u UNIQUE (a)'),
      add('CONSTRAINT p PRIMARY KEY (a, id)') + add('CONSTRAINT u UNIQUE (b)'),
    ),
    'carries columns': on(
      add('CONSTRAINT u UNIQUE (a)'),
      add('CONSTRAINT u UNIQUE (a) INCLUDE (b, c)'),
    ),
    'is deferred': on(
      add('CONSTRAINT u UNIQUE (a)') + add('CONSTRAINT p PRIMARY KEY (id) DEFERRABLE'),
      add('CONSTRAINT u UNIQUE (a) DEFERRABLE INITIALLY DEFERRED') +
        add('CONSTRAINT p PRIMARY KEY (id)'),
    ),
    'takes nulls for equal': on(
      add('CONSTRAINT u UNIQUE (b)'),
      add('CONSTRAINT u UNIQUE NULLS NOT DISTINCT (b)'),
      15,
    ),
    'has storage parameters': on(
      add('CONSTRAINT u UNIQUE (a) WITH (fillfactor = 70)'),
      add('CONSTRAINT u UNIQUE (a) WITH (deduplicate_items = off, fillfactor = 60)') +
        add('CONSTRAINT p PRIMARY KEY (id) WITH (fillfactor = 50)'),
    ),
    'forgets its storage parameters': on(
      add('CONSTRAINT u UNIQUE (a) WITH (fillfactor = 70, deduplicate_items = off)'),
      add('CONSTRAINT u UNIQUE (a) WITH (deduplicate_items = off, fillfactor = 70)'),
    ),
    'carries comments on constraint and index': on(
      `${add('CONSTRAINT u UNIQUE (a)')}COMMENT ON CONSTRAINT u ON t IS 'old';
       COMMENT ON INDEX u IS 'old index'; ${add('CONSTRAINT v UNIQUE (b)')}`,
      `${add('CONSTRAINT u UNIQUE (a)')}COMMENT ON CONSTRAINT u ON t IS 'new';
       ${add('CONSTRAINT v UNIQUE (b)')}COMMENT ON INDEX v IS 'index';`,
    ),
    'keeps its comments when it is built anew': on(
      `${add('CONSTRAINT u UNIQUE (a)')}COMMENT ON CONSTRAINT u ON t IS 'of it';
       COMMENT ON INDEX u IS 'of the index';`,
      `${add('CONSTRAINT u UNIQUE (a, b)')}COMMENT ON CONSTRAINT u ON t IS 'of it';
       COMMENT ON INDEX u IS 'of the index';`,
    ),
    'becomes the primary one': on(
      add('CONSTRAINT k UNIQUE (id)'),
      add('CONSTRAINT k PRIMARY KEY (id)'),
    ),
    'was a unique index': on('CREATE UNIQUE INDEX k ON t (id);', add('CONSTRAINT k UNIQUE (id)')),
    'was a unique index that says more': on(
      'CREATE UNIQUE INDEX k ON t (id DESC) WHERE a > 1;',
      add('CONSTRAINT k PRIMARY KEY (id)'),
    ),
    'is of odd names': {
      from: 'CREATE TABLE "T t" ("Id" int NOT NULL, "a""b" int)',
      to: 'CREATE TABLE "T t" ("Id" int NOT NULL, "a""b" int, CONSTRAINT "K k" UNIQUE ("Id", "a""b"))',
    },
    'does not overlap': {
      from: `CREATE TABLE r (id int4range, valid daterange);`,
      to: `CREATE TABLE r (id int4range, valid daterange,
             CONSTRAINT p PRIMARY KEY (id, valid WITHOUT OVERLAPS),
             CONSTRAINT u UNIQUE (valid, id WITHOUT OVERLAPS) DEFERRABLE);`,
      since: 18,
    },
    'gets a column and loses one': {
      from: 'CREATE TABLE t (a int, b int, CONSTRAINT u UNIQUE (a, b))',
      to: 'CREATE TABLE t (a int, c int, CONSTRAINT u UNIQUE (a, c))',
      rows: 'INSERT INTO t VALUES (1, 2)',
      survives: 'SELECT a FROM t',
    },
    'says the same as another one': {
      from: '',
      to: `CREATE TABLE t (a int PRIMARY KEY, b int); ALTER TABLE t ADD CONSTRAINT x UNIQUE (a);
           ALTER TABLE t ADD CONSTRAINT y UNIQUE (a) WITH (fillfactor = 60)`,
    },
    'loses a column that may be null then': {
      from: 'CREATE TABLE t (a int, b int, CONSTRAINT k PRIMARY KEY (a, b))',
      to: 'CREATE TABLE t (a int, b int, CONSTRAINT k PRIMARY KEY (a))',
      rows: 'INSERT INTO t VALUES (1, 2)',
      survives: 'SELECT a, b FROM t',
    },
    'of columns that take another type': {
      from: `CREATE TABLE t (id int PRIMARY KEY, e varchar(10) UNIQUE, f int, UNIQUE (f));
             COMMENT ON INDEX t_pkey IS 'kept'; COMMENT ON CONSTRAINT t_e_key ON t IS 'kept'`,
      to: `CREATE TABLE t (id bigint PRIMARY KEY, e text UNIQUE, f text, UNIQUE (f));
           COMMENT ON INDEX t_pkey IS 'kept'; COMMENT ON CONSTRAINT t_e_key ON t IS 'kept'`,
      rows: "INSERT INTO t VALUES (1, 'x', 2)",
      survives: 'SELECT id::text, e, f::text FROM t',
    },
  };
  it.each(Object.entries(cases))('%s', async (_name, convergence) => {
    await expectConvergence(convergence);
  });

  it('is built beside readers and writers', async () => {
    const { upSql, up } = await expectConvergence(
      on('', add('CONSTRAINT u UNIQUE (a) INCLUDE (b) DEFERRABLE')),
    );
    expect(upSql).toContain('CREATE UNIQUE INDEX CONCURRENTLY u ON public.t (a) INCLUDE (b);');
    expect(upSql).toContain(
      'ALTER TABLE public.t ADD CONSTRAINT u UNIQUE USING INDEX u DEFERRABLE;',
    );
    expect(up.statements.map(({ transactional }) => transactional)).toEqual([false, true]);
    expect(up.statements[0]?.hazards.map(({ kind }) => kind)).toEqual(['scans-table', 'can-fail']);
  });

  it('is there all the time while it changes', async () => {
    const { upSql } = await expectConvergence(
      on(add('CONSTRAINT u UNIQUE (a)'), add('CONSTRAINT u UNIQUE (a, b)')),
    );
    expect(upSql).toContain('CREATE UNIQUE INDEX CONCURRENTLY u_new ON public.t (a, b);');
    expect(upSql).toContain(
      '    DROP CONSTRAINT u,\n    ADD CONSTRAINT u UNIQUE USING INDEX u_new;',
    );
  });

  it('is short where that is asked for', async () => {
    const { upSql, up } = await expectConvergence({
      ...on('', add('CONSTRAINT u UNIQUE (a)')),
      options: { plain: true },
    });
    expect(upSql).toContain('\nALTER TABLE public.t ADD CONSTRAINT u UNIQUE (a);\n');
    expect(up.statements[0]?.locks).toEqual([{ mode: 'ACCESS EXCLUSIVE', on: 'public.t' }]);
    const hazards = up.statements[0]?.hazards.map(({ kind }) => kind);
    expect(hazards).toEqual(['scans-table', 'blocks-writes', 'blocks-reads', 'can-fail']);
  });

  it('takes another name in place', async () => {
    const { upSql } = await expectConvergence(
      on(
        `${add('CONSTRAINT u UNIQUE (a)')}CREATE TABLE s (a int REFERENCES t (a));`,
        `${add('CONSTRAINT v UNIQUE (a)')}CREATE TABLE s (a int REFERENCES t (a));`,
      ),
    );
    expect(upSql).toBe('ALTER TABLE public.t RENAME CONSTRAINT u TO v;\n');
  });

  it('takes over the unique index of its name', async () => {
    const { upSql } = await expectConvergence(
      on(
        'CREATE UNIQUE INDEX u ON t (a) WITH (fillfactor = 80); CREATE TABLE s (a int REFERENCES t (a));',
        `${add('CONSTRAINT u UNIQUE (a) WITH (fillfactor = 80)')}CREATE TABLE s (a int REFERENCES t (a));`,
      ),
    );
    expect(upSql).toBe('ALTER TABLE public.t ADD CONSTRAINT u UNIQUE USING INDEX u;\n');
  });

  it('stands inside CREATE TABLE', async () => {
    const { upSql } = await expectConvergence({
      from: '',
      to: `CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE,
        CONSTRAINT pair UNIQUE (id, a) WITH (fillfactor = 70) DEFERRABLE INITIALLY DEFERRED)`,
    });
    expect(upSql).toBe(`CREATE TABLE public.t (
    id integer NOT NULL,
    a integer,
    CONSTRAINT t_pkey PRIMARY KEY (id),
    CONSTRAINT pair UNIQUE (id, a)
        WITH (fillfactor = 70)
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT t_a_key UNIQUE (a)
);
`);
  });
});

describe('a foreign key', () => {
  const OTHER = 'CREATE TABLE o (id int PRIMARY KEY, x int, y int, UNIQUE (x, y));';
  const between = (from: string, to: string, since = 0): Case => ({
    from: `${OTHER}CREATE TABLE t (id int PRIMARY KEY, a int, b int);${from}`,
    to: `${OTHER}CREATE TABLE t (id int PRIMARY KEY, a int, b int);${to}`,
    rows: 'INSERT INTO o VALUES (1, 1, 1); INSERT INTO t VALUES (1, 1, 1)',
    survives: 'SELECT * FROM t',
    since,
  });
  const fk = (text: string): string => add(`CONSTRAINT f FOREIGN KEY ${text}`);
  const cases: Cases = {
    'comes and goes': between('', fk('(a) REFERENCES o')),
    'has other actions': between(
      fk('(a) REFERENCES o ON DELETE CASCADE ON UPDATE RESTRICT'),
      fk('(a) REFERENCES o ON DELETE SET DEFAULT ON UPDATE SET NULL'),
    ),
    'sets some columns only': between(
      fk('(a, b) REFERENCES o (x, y) ON DELETE SET NULL (b)'),
      fk('(a, b) REFERENCES o (x, y) ON DELETE SET DEFAULT (a)'),
      15,
    ),
    'matches in full': between(
      fk('(a, b) REFERENCES o (x, y) MATCH FULL'),
      fk('(a, b) REFERENCES o (x, y)'),
    ),
    'has its columns in another order': between(
      fk('(a, b) REFERENCES o (x, y)'),
      fk('(b, a) REFERENCES o (x, y)'),
    ),
    'is checked later': between(
      fk('(a) REFERENCES o DEFERRABLE INITIALLY DEFERRED'),
      fk('(a) REFERENCES o DEFERRABLE'),
    ),
    'is not valid yet': between(fk('(a) REFERENCES o NOT VALID'), fk('(a) REFERENCES o')),
    'is not enforced': between(fk('(a) REFERENCES o NOT ENFORCED'), fk('(a) REFERENCES o'), 18),
    'is no longer enforced but deferred': between(
      fk('(a) REFERENCES o'),
      fk('(a) REFERENCES o DEFERRABLE INITIALLY DEFERRED NOT ENFORCED'),
      18,
    ),
    'keeps its comment': between(
      `${fk('(a) REFERENCES o')}COMMENT ON CONSTRAINT f ON t IS 'of it';`,
      `${fk('(a) REFERENCES o ON DELETE CASCADE')}COMMENT ON CONSTRAINT f ON t IS 'of it';`,
    ),
    'to its own table': between('', fk('(a) REFERENCES t ON DELETE CASCADE')),
    'in a circle': {
      from: '',
      to: `CREATE TABLE p (id int PRIMARY KEY, q int);
           CREATE TABLE q (id int PRIMARY KEY, p int REFERENCES p);
           ALTER TABLE p ADD FOREIGN KEY (q) REFERENCES q;`,
    },
    'with the column that it is on': {
      from: `${OTHER}CREATE TABLE t (id int PRIMARY KEY);`,
      to: `${OTHER}CREATE TABLE t (id int PRIMARY KEY, a int REFERENCES o);`,
    },
    'to another table of the same plan': {
      from: 'CREATE TABLE t (id int PRIMARY KEY, a int)',
      to: 'CREATE TABLE o (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, a int REFERENCES o)',
    },
    'to a unique index': {
      from: 'CREATE TABLE o (a int, b int); CREATE UNIQUE INDEX i ON o (a); CREATE TABLE t (a int REFERENCES o (a))',
      to: 'CREATE TABLE o (a int, b int); CREATE UNIQUE INDEX j ON o (b); CREATE TABLE t (a int REFERENCES o (b))',
    },
    'whose unique constraint becomes the primary key': {
      from: 'CREATE TABLE o (a int NOT NULL UNIQUE); CREATE TABLE t (a int REFERENCES o (a))',
      to: 'CREATE TABLE o (a int NOT NULL PRIMARY KEY); CREATE TABLE t (a int REFERENCES o (a))',
      rows: 'INSERT INTO o VALUES (1); INSERT INTO t VALUES (1)',
      survives: 'SELECT * FROM t',
    },
    'whose unique constraint becomes another kind under its name': {
      from: 'CREATE TABLE o (a int NOT NULL, CONSTRAINT k UNIQUE (a)); CREATE TABLE t (a int REFERENCES o (a))',
      to: 'CREATE TABLE o (a int NOT NULL, CONSTRAINT k PRIMARY KEY (a)); CREATE TABLE t (a int REFERENCES o (a))',
    },
    'whose unique constraint is built anew': {
      from: 'CREATE TABLE o (a int, CONSTRAINT k UNIQUE (a)); CREATE TABLE t (a int REFERENCES o (a))',
      to: 'CREATE TABLE o (a int, b int, CONSTRAINT k UNIQUE (a) INCLUDE (b)); CREATE TABLE t (a int REFERENCES o (a))',
    },
    'whose unique constraint gets storage parameters': {
      from: 'CREATE TABLE o (a int, CONSTRAINT k UNIQUE (a)); CREATE TABLE t (a int REFERENCES o (a))',
      to: 'CREATE TABLE o (a int, CONSTRAINT k UNIQUE (a) WITH (fillfactor = 60)); CREATE TABLE t (a int REFERENCES o (a))',
    },
    'between columns that take another type': {
      from: 'CREATE TABLE o (id int PRIMARY KEY); CREATE TABLE t (a int REFERENCES o)',
      to: 'CREATE TABLE o (id text PRIMARY KEY); CREATE TABLE t (a text REFERENCES o)',
      rows: 'INSERT INTO o VALUES (1); INSERT INTO t VALUES (1)',
      survives: 'SELECT a::text FROM t',
    },
    'between columns that get longer': {
      from: 'CREATE TABLE o (id varchar(10) PRIMARY KEY); CREATE TABLE t (a varchar(10) REFERENCES o)',
      to: 'CREATE TABLE o (id varchar(20) PRIMARY KEY); CREATE TABLE t (a varchar(20) REFERENCES o)',
      rows: "INSERT INTO o VALUES ('1'); INSERT INTO t VALUES ('1')",
      survives: 'SELECT a FROM t',
    },
    'between columns of an enum that loses a value': {
      from: `CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE o (id e PRIMARY KEY); CREATE TABLE t (a e REFERENCES o)`,
      to: `CREATE TYPE e AS ENUM ('a'); CREATE TABLE o (id e PRIMARY KEY); CREATE TABLE t (a e REFERENCES o)`,
      rows: "INSERT INTO o VALUES ('a'); INSERT INTO t VALUES ('a')",
      survives: 'SELECT a::text FROM t',
    },
    'of a period': {
      from: `CREATE TABLE o (id int4range, valid daterange, PRIMARY KEY (id, valid WITHOUT OVERLAPS));
             CREATE TABLE t (o int4range, valid daterange);`,
      to: `CREATE TABLE o (id int4range, valid daterange, PRIMARY KEY (id, valid WITHOUT OVERLAPS));
           CREATE TABLE t (o int4range, valid daterange,
             CONSTRAINT f FOREIGN KEY (o, PERIOD valid) REFERENCES o (id, PERIOD valid));`,
      since: 18,
    },
    'to a table that comes back under another name': {
      from: 'CREATE TABLE o (id int PRIMARY KEY); CREATE TABLE t (a int CONSTRAINT f REFERENCES o)',
      to: 'CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int CONSTRAINT f REFERENCES p)',
    },
  };
  it.each(Object.entries(cases))('%s', async (_name, convergence) => {
    await expectConvergence(convergence);
  });

  it('is checked apart from the lock', async () => {
    const { upSql, up } = await expectConvergence(between('', fk('(a) REFERENCES o')));
    expect(upSql).toContain(`ALTER TABLE public.t
    ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES public.o (id)
    NOT VALID;`);
    expect(upSql).toContain('ALTER TABLE public.t VALIDATE CONSTRAINT f;');
    expect(up.statements.map(({ apart }) => apart)).toEqual([false, true]);
    expect(up.statements.map(({ locks }) => locks)).toEqual([
      [
        { mode: 'SHARE ROW EXCLUSIVE', on: 'public.t' },
        { mode: 'SHARE ROW EXCLUSIVE', on: 'public.o' },
      ],
      [
        { mode: 'SHARE UPDATE EXCLUSIVE', on: 'public.t' },
        { mode: 'ROW SHARE', on: 'public.o' },
      ],
    ]);
  });

  it('is deferred, validated and renamed in place', async () => {
    const { upSql, downSql } = await expectConvergence(
      between(fk('(a) REFERENCES o NOT VALID'), fk('(a) REFERENCES o DEFERRABLE')),
    );
    expect(upSql).toContain(
      'ALTER TABLE public.t ALTER CONSTRAINT f DEFERRABLE INITIALLY IMMEDIATE;',
    );
    expect(upSql).toContain('ALTER TABLE public.t VALIDATE CONSTRAINT f;');
    expect(upSql).not.toContain('DROP');
    expect(downSql).toContain('NOT VALID');
    const renamed = await expectConvergence(
      between(fk('(a) REFERENCES o'), add('CONSTRAINT g FOREIGN KEY (a) REFERENCES o')),
    );
    expect(renamed.upSql).toBe('ALTER TABLE public.t RENAME CONSTRAINT f TO g;\n');
  });

  it('changes without a moment in which nothing holds', async () => {
    const { upSql } = await expectConvergence(
      between(fk('(a) REFERENCES o'), fk('(a) REFERENCES o ON DELETE CASCADE')),
    );
    expect(upSql).toContain(`ALTER TABLE public.t
    DROP CONSTRAINT f,
    ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES public.o (id) ON DELETE CASCADE NOT VALID;`);
  });
});

describe('a check', () => {
  const cases: Cases = {
    'comes and goes': on('', add('CONSTRAINT c CHECK (a > 0 AND (b < 300 OR b IS NULL))')),
    'says something else': on(
      add('CONSTRAINT c CHECK (a > 0)'),
      add("CONSTRAINT c CHECK (c <> '(''x')"),
    ),
    'is not valid yet': on(
      add('CONSTRAINT c CHECK (a > 0) NOT VALID'),
      add('CONSTRAINT c CHECK (a > 0)'),
    ),
    'is not enforced': on(
      add('CONSTRAINT c CHECK (a > 0) NOT ENFORCED'),
      add('CONSTRAINT c CHECK (a > 0)'),
      18,
    ),
    'is not enforced in a new table': {
      from: '',
      to: 'CREATE TABLE t (a int CHECK (a > 0) NOT ENFORCED)',
      since: 18,
    },
    'is not valid in a new table': {
      from: '',
      to: `CREATE TABLE t (a int); ${add('CONSTRAINT c CHECK (a > 0) NOT VALID')}`,
    },
    'is not inherited': on(
      add('CONSTRAINT c CHECK (a > 0) NO INHERIT'),
      add('CONSTRAINT c CHECK (a > 0)'),
    ),
    'keeps its comment': on(
      `${add('CONSTRAINT c CHECK (a > 0)')}COMMENT ON CONSTRAINT c ON t IS 'of it';`,
      `${add('CONSTRAINT c CHECK (a > 1)')}COMMENT ON CONSTRAINT c ON t IS 'of it';`,
    ),
    'of a column that comes and one that goes': {
      from: 'CREATE TABLE t (a int, b int, CONSTRAINT c CHECK (a > b))',
      to: 'CREATE TABLE t (a int, d int, CONSTRAINT c CHECK (a > d))',
      rows: 'INSERT INTO t VALUES (2, 1)',
      survives: 'SELECT a FROM t',
    },
    'goes with its column': {
      from: 'CREATE TABLE t (a int, b int CHECK (b > 0))',
      to: 'CREATE TABLE t (a int)',
    },
    'of a column that takes another type': {
      from: `CREATE TABLE t (a int, CONSTRAINT c CHECK (a > 0), s text, CONSTRAINT d CHECK (s IN ('x', 'y')))`,
      to: `CREATE TABLE t (a bigint, CONSTRAINT c CHECK (a > 0), s varchar(9), CONSTRAINT d CHECK (s IN ('x', 'y')))`,
      rows: "INSERT INTO t VALUES (1, 'x')",
      survives: 'SELECT a::text, s::text FROM t',
    },
    'of an enum that loses a value': {
      from: `CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (x e CHECK (x <> 'a'))`,
      to: `CREATE TYPE e AS ENUM ('a', 'c'); CREATE TABLE t (x e CHECK (x <> 'a'))`,
    },
    'by a function that changes its signature': {
      from: `CREATE FUNCTION f(int) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT $1 > 0';
             CREATE TABLE t (a int CONSTRAINT c CHECK (f(a)))`,
      to: `CREATE FUNCTION f(x int) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT x > 1';
           CREATE TABLE t (a int CONSTRAINT c CHECK (f(a)))`,
    },
    'of the whole row': {
      from: 'CREATE TABLE t (a int, b int)',
      to: 'CREATE TABLE t (a int, b int, CONSTRAINT c CHECK (t IS NOT NULL))',
    },
    'changes into another constraint of its name': on(
      add('CONSTRAINT c CHECK (a > 0)'),
      add('CONSTRAINT c UNIQUE (a)'),
    ),
    'of a domain value': {
      from: `CREATE DOMAIN d AS int; CREATE TABLE t (a d)`,
      to: `CREATE DOMAIN d AS int CHECK (VALUE > 0); CREATE TABLE t (a d CHECK (a < 10))`,
    },
  };
  it.each(Object.entries(cases))('%s', async (_name, convergence) => {
    await expectConvergence(convergence);
  });

  it('is checked apart from the lock, and renamed in place', async () => {
    const { upSql } = await expectConvergence(on('', add('CONSTRAINT c CHECK ((a > 0))')));
    expect(upSql).toContain('ALTER TABLE public.t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;\n');
    expect(upSql).toContain('ALTER TABLE public.t VALIDATE CONSTRAINT c;\n');
    const renamed = await expectConvergence(
      on(add('CONSTRAINT c CHECK (a > 0)'), add('CONSTRAINT d CHECK (a > 0)')),
    );
    expect(renamed.upSql).toBe('ALTER TABLE public.t RENAME CONSTRAINT c TO d;\n');
  });
});

describe('a check above and below', () => {
  const PARENT = 'CREATE TABLE p (a int, CONSTRAINT c CHECK (a > 0));';
  const cases: Cases = {
    'comes from the parent': {
      from: 'CREATE TABLE p (a int); CREATE TABLE k () INHERITS (p)',
      to: `${PARENT}CREATE TABLE k () INHERITS (p)`,
    },
    'comes with a new child': { from: PARENT, to: `${PARENT}CREATE TABLE k (b int) INHERITS (p)` },
    'all of it is new': { from: '', to: `${PARENT}CREATE TABLE k (b int) INHERITS (p)` },
    'is the child its own as well': {
      from: `${PARENT}CREATE TABLE k (b int) INHERITS (p)`,
      to: `${PARENT}CREATE TABLE k (b int, CONSTRAINT c CHECK (a > 0)) INHERITS (p)`,
      since: 99,
    },
    'says something else': {
      from: `${PARENT}CREATE TABLE k () INHERITS (p); CREATE TABLE l () INHERITS (k)`,
      to: `CREATE TABLE p (a int, CONSTRAINT c CHECK (a > 1));
           CREATE TABLE k () INHERITS (p); CREATE TABLE l () INHERITS (k)`,
    },
    'says something else in parent and child': {
      from: `${PARENT}CREATE TABLE k (CONSTRAINT c CHECK (a > 0)) INHERITS (p)`,
      to: `CREATE TABLE p (a int, CONSTRAINT c CHECK (a > 1));
           CREATE TABLE k (CONSTRAINT c CHECK (a > 1)) INHERITS (p)`,
    },
    'goes from parent and child': {
      from: `${PARENT}CREATE TABLE k (CONSTRAINT c CHECK (a > 0)) INHERITS (p)`,
      to: `CREATE TABLE p (a int); CREATE TABLE k () INHERITS (p)`,
    },
    'goes from the parent and stays the child its own': {
      from: `${PARENT}CREATE TABLE k (CONSTRAINT c CHECK (a > 0)) INHERITS (p)`,
      to: `CREATE TABLE p (a int); CREATE TABLE k (CONSTRAINT c CHECK (a > 0)) INHERITS (p)`,
    },
    'is validated': {
      from: `CREATE TABLE p (a int); CREATE TABLE k () INHERITS (p);
             ALTER TABLE p ADD CONSTRAINT c CHECK (a > 0) NOT VALID`,
      to: `${PARENT}CREATE TABLE k () INHERITS (p)`,
    },
    'is the parent only': {
      from: 'CREATE TABLE p (a int, CONSTRAINT c CHECK (a > 0) NO INHERIT); CREATE TABLE k () INHERITS (p)',
      to: `${PARENT}CREATE TABLE k () INHERITS (p)`,
    },
    'has comments of its own below': {
      from: `${PARENT}CREATE TABLE k () INHERITS (p); COMMENT ON CONSTRAINT c ON k IS 'below'`,
      to: `CREATE TABLE p (a int, CONSTRAINT c CHECK (a > 1)); CREATE TABLE k () INHERITS (p);
           COMMENT ON CONSTRAINT c ON k IS 'below'`,
    },
    'stays when its table is detached': {
      from: `CREATE TABLE m (a int, CONSTRAINT c CHECK (a > 0)) PARTITION BY LIST (a);
             CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1)`,
      to: `CREATE TABLE m (a int, CONSTRAINT c CHECK (a > 0)) PARTITION BY LIST (a);
           CREATE TABLE m1 (a int, CONSTRAINT c CHECK (a > 0))`,
    },
    'goes when its table is detached': {
      from: `CREATE TABLE m (a int, CONSTRAINT c CHECK (a > 0)) PARTITION BY LIST (a);
             CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1)`,
      to: `CREATE TABLE m (a int, CONSTRAINT c CHECK (a > 0)) PARTITION BY LIST (a);
           CREATE TABLE m1 (a int)`,
    },
    'changes while its table is detached': {
      from: `CREATE TABLE m (a int, CONSTRAINT c CHECK (a > 0)) PARTITION BY LIST (a);
             CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1)`,
      to: `CREATE TABLE m (a int, CONSTRAINT c CHECK (a > 0)) PARTITION BY LIST (a);
           CREATE TABLE m1 (a int, CONSTRAINT c CHECK (a > 2))`,
    },
    'was the child its own and comes from the parent': {
      from: `CREATE TABLE m (a int) PARTITION BY LIST (a);
             CREATE TABLE m1 PARTITION OF m (CONSTRAINT c CHECK (a < 9), CONSTRAINT d CHECK (a > 0)) FOR VALUES IN (1)`,
      to: `CREATE TABLE m (a int, CONSTRAINT c CHECK (a > 0), CONSTRAINT d CHECK (a > 0)) PARTITION BY LIST (a);
           CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1)`,
    },
    'comes from another table above': {
      from: `CREATE TABLE m (a int, b int, CONSTRAINT c CHECK (a > 0)) PARTITION BY LIST (a);
             CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1) PARTITION BY LIST (b);
             CREATE TABLE m2 PARTITION OF m1 FOR VALUES IN (2)`,
      to: `CREATE TABLE m (a int, b int, CONSTRAINT c CHECK (a > 0)) PARTITION BY LIST (a);
           CREATE TABLE m2 PARTITION OF m FOR VALUES IN (2)`,
    },
    'comes while the bound of a partition changes': {
      from: `CREATE TABLE m (a int) PARTITION BY LIST (a);
             CREATE TABLE m1 PARTITION OF m (CONSTRAINT c CHECK (a < 9)) FOR VALUES IN (1)`,
      to: `CREATE TABLE m (a int, CONSTRAINT c CHECK (a > 0)) PARTITION BY LIST (a);
           CREATE TABLE m1 PARTITION OF m FOR VALUES IN (2)`,
    },
    'goes while the bound of a partition changes': {
      from: `CREATE TABLE m (a int, CONSTRAINT c CHECK (a > 0)) PARTITION BY LIST (a);
             CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1)`,
      to: `CREATE TABLE m (a int) PARTITION BY LIST (a); CREATE TABLE m1 PARTITION OF m FOR VALUES IN (2)`,
    },
    'is not valid in tables that are linked by the same plan': {
      from: 'CREATE TABLE m1 (a int)',
      to: `CREATE TABLE m (a int) PARTITION BY LIST (a); CREATE TABLE m1 (a int);
           ALTER TABLE m ATTACH PARTITION m1 FOR VALUES IN (1); CREATE TABLE m2 PARTITION OF m FOR VALUES IN (2);
           ALTER TABLE m ADD CONSTRAINT c CHECK (a > 0) NOT VALID`,
    },
    'becomes another one that is not valid while a table is linked': {
      from: `CREATE TABLE m (a int, CONSTRAINT c CHECK (a > 0)) PARTITION BY LIST (a); CREATE TABLE m1 (a int)`,
      to: `CREATE TABLE m (a int) PARTITION BY LIST (a); CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
           ALTER TABLE m ADD CONSTRAINT c CHECK (a > 1) NOT VALID`,
    },
    'is there before its table is attached': {
      from: `CREATE TABLE m (a int, CONSTRAINT c CHECK (a > 0)) PARTITION BY LIST (a); CREATE TABLE m1 (a int)`,
      to: `CREATE TABLE m (a int, CONSTRAINT c CHECK (a > 0)) PARTITION BY LIST (a);
           CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1)`,
    },
    'of a foreign table': {
      from: `CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE f (a int) SERVER s`,
      to: `CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
           CREATE FOREIGN TABLE f (a int, CONSTRAINT c CHECK (a > 0)) SERVER s`,
    },
    'of partitions': {
      from: `CREATE TABLE m (a int) PARTITION BY LIST (a);
             CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1)`,
      to: `CREATE TABLE m (a int, CONSTRAINT c CHECK (a > 0)) PARTITION BY LIST (a);
           CREATE TABLE m1 PARTITION OF m (CONSTRAINT own CHECK (a < 9)) FOR VALUES IN (1)`,
    },
  };
  const { 'is the child its own as well': refused, ...possible } = cases;
  it.each(Object.entries(possible))('%s', async (_name, convergence) => {
    await expectConvergence(convergence);
  });

  it('cannot become inherited only', async () => {
    const { from = '', to = '' } = refused ?? {};
    await expect(expectConvergence({ from: to, to: from })).rejects.toThrow(
      "the constraint c is public.k's own as well as inherited",
    );
  });
});

describe('an exclusion constraint', () => {
  const GIST = 'CREATE EXTENSION btree_gist;';
  const room = (from: string, to: string): Case => ({
    from: `${GIST}CREATE TABLE t (id int, room int, during tsrange, state text);${from}`,
    to: `${GIST}CREATE TABLE t (id int, room int, during tsrange, state text);${to}`,
    rows: "INSERT INTO t VALUES (1, 1, '[2026-01-01, 2026-01-02)', 'x')",
    survives: 'SELECT id FROM t',
  });
  const cases: Cases = {
    'comes and goes': room(
      '',
      add(
        `CONSTRAINT x EXCLUDE USING gist (room WITH =, during WITH &&) INCLUDE (id)
           WITH (fillfactor = 80) WHERE (state <> 'off') DEFERRABLE INITIALLY DEFERRED`,
      ),
    ),
    'with its table': { from: '', to: `CREATE TABLE t (c circle, EXCLUDE USING gist (c WITH &&))` },
    'says something else': room(
      add('CONSTRAINT x EXCLUDE USING gist (room WITH =, during WITH &&)'),
      add('CONSTRAINT x EXCLUDE USING gist ((room + 1) WITH =, during WITH &&) WHERE (id > 1)'),
    ),
    'is deferred': room(
      add('CONSTRAINT x EXCLUDE USING gist (room WITH =) DEFERRABLE'),
      add('CONSTRAINT x EXCLUDE USING gist (room WITH =)'),
    ),
    'has storage parameters': room(
      add('CONSTRAINT x EXCLUDE USING gist (room WITH =) WITH (fillfactor = 50)'),
      add('CONSTRAINT x EXCLUDE USING gist (room WITH =) WITH (buffering = on)'),
    ),
    'is a hash': room(
      add('CONSTRAINT x EXCLUDE USING hash (room WITH =)'),
      add('CONSTRAINT x EXCLUDE USING btree (room int4_ops DESC WITH =)'),
    ),
    'has operator class and collation': room(
      '',
      add('CONSTRAINT x EXCLUDE USING btree (state COLLATE "C" text_pattern_ops WITH =)'),
    ),
    'keeps its comments': room(
      `${add('CONSTRAINT x EXCLUDE USING gist (room WITH =)')}
       COMMENT ON CONSTRAINT x ON t IS 'of it'; COMMENT ON INDEX x IS 'of the index';`,
      `${add('CONSTRAINT x EXCLUDE USING gist (during WITH &&)')}
       COMMENT ON CONSTRAINT x ON t IS 'of it'; COMMENT ON INDEX x IS 'of the index';`,
    ),
    'has a statistics target': room(
      add('CONSTRAINT x EXCLUDE USING gist ((room + 1) WITH =)'),
      `${add('CONSTRAINT x EXCLUDE USING gist ((room + 1) WITH =)')}
       ALTER INDEX x ALTER COLUMN 1 SET STATISTICS 300;`,
    ),
    'on a partitioned table': {
      from: 'CREATE TABLE m (a int, b int) PARTITION BY LIST (a); CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1)',
      to: `CREATE TABLE m (a int, b int, EXCLUDE USING btree (a WITH =, b WITH =)) PARTITION BY LIST (a);
           CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1)`,
      since: 17,
    },
  };
  it.each(Object.entries(cases))('%s', async (_name, convergence) => {
    await expectConvergence(convergence);
  });

  it('changes in one statement and is renamed in place', async () => {
    const { upSql } = await expectConvergence(
      room(
        add('CONSTRAINT x EXCLUDE USING gist (room WITH =)'),
        add('CONSTRAINT x EXCLUDE USING gist (during WITH &&)'),
      ),
    );
    expect(upSql).toContain(`ALTER TABLE public.t
    DROP CONSTRAINT x,
    ADD CONSTRAINT x EXCLUDE USING gist (during WITH &&);`);
    const renamed = await expectConvergence(
      room(
        add('CONSTRAINT x EXCLUDE USING gist (room WITH =)'),
        add('CONSTRAINT y EXCLUDE USING gist (room WITH =)'),
      ),
    );
    expect(renamed.upSql).toBe('ALTER TABLE public.t RENAME CONSTRAINT x TO y;\n');
  });
});
