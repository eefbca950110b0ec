// Partitions and inheritance: tables that are linked, let go, and changed together.

import { describe, expect, it } from 'vitest';
import { type Convergence, expectConvergence } from '../support/convergence.js';

type Case = readonly [name: string, convergence: Convergence];

const PARTITIONS: readonly Case[] = [
  [
    'by range, list and hash, in levels, with overrides and in other schemas',
    {
      from: 'CREATE SCHEMA other',
      to: `CREATE SCHEMA other;
        CREATE TABLE m (id int NOT NULL, d date NOT NULL, x int DEFAULT 0 CHECK (x >= 0), notes text)
          PARTITION BY RANGE (d);
        CREATE TABLE m1 PARTITION OF m (x DEFAULT 5, notes NOT NULL)
          FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
        CREATE TABLE other.m2 PARTITION OF m FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')
          PARTITION BY LIST (x);
        CREATE TABLE m21 PARTITION OF other.m2 (x DEFAULT NULL) FOR VALUES IN (1, 2);
        CREATE UNLOGGED TABLE m22 PARTITION OF other.m2 DEFAULT WITH (fillfactor = 70);
        CREATE TABLE m3 (notes text, id int NOT NULL, d date NOT NULL, x int CONSTRAINT m_x_check
          CHECK (x >= 0));
        ALTER TABLE m ATTACH PARTITION m3 DEFAULT;
        ALTER TABLE m1 ALTER COLUMN notes SET STORAGE EXTERNAL, ALTER id SET STATISTICS 7;
        COMMENT ON TABLE m1 IS 'one'; COMMENT ON COLUMN m1.x IS 'x of one';
        ALTER TABLE m1 ENABLE ROW LEVEL SECURITY;
        CREATE TABLE h (a text COLLATE "C", b int)
          PARTITION BY HASH (lower(a) COLLATE "C" text_pattern_ops, b);
        CREATE TABLE h0 PARTITION OF h FOR VALUES WITH (MODULUS 2, REMAINDER 0);
        CREATE TABLE r (id int, t text) PARTITION BY RANGE (id, lower(t) COLLATE "C");
        CREATE TABLE r1 PARTITION OF r FOR VALUES FROM (MINVALUE, MINVALUE) TO (1, 'b');
        CREATE TABLE r2 PARTITION OF r FOR VALUES FROM (1, 'b') TO (MAXVALUE, MAXVALUE)`,
    },
  ],
  [
    'change with the table they are parts of, are let go and attached',
    {
      from: `CREATE TABLE m (id int NOT NULL, x int DEFAULT 0, notes text, gone int)
          PARTITION BY LIST (id);
        CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
        CREATE TABLE m2 PARTITION OF m FOR VALUES IN (2);
        CREATE TABLE m3 (id int NOT NULL, x int, notes text);
        CREATE VIEW v AS SELECT x FROM m1; CREATE VIEW vv AS SELECT x FROM v`,
      to: `CREATE TABLE m (id int NOT NULL, x bigint DEFAULT 1, notes text NOT NULL,
          extra text DEFAULT 'e') PARTITION BY LIST (id);
        CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
        CREATE TABLE m2 (id int NOT NULL, x int, notes text, gone int);
        CREATE TABLE m3 PARTITION OF m FOR VALUES IN (2);
        CREATE TABLE m4 PARTITION OF m (extra DEFAULT 'f') FOR VALUES IN (4);
        CREATE VIEW v AS SELECT x FROM m1; CREATE VIEW vv AS SELECT x FROM v`,
      rows: `INSERT INTO m VALUES (1, 3, 'n', 4), (2, 5, 'n', 6); INSERT INTO m3 VALUES (2, 4, 'n')`,
      survives: `SELECT id, x::int, notes FROM m1 UNION ALL SELECT id, x::int, notes FROM m2
        UNION ALL SELECT id, x::int, notes FROM m3 ORDER BY id, x`,
    },
  ],
  [
    'in three levels, with what stands on the lowest',
    {
      from: `CREATE TABLE r (id int, k int, t text, d int DEFAULT 1) PARTITION BY LIST (id);
        CREATE TABLE r1 PARTITION OF r FOR VALUES IN (1) PARTITION BY LIST (k);
        CREATE TABLE r11 PARTITION OF r1 FOR VALUES IN (1);
        CREATE TABLE r12 PARTITION OF r1 DEFAULT;
        CREATE VIEW v AS SELECT t FROM r11; CREATE INDEX ri ON r (t)`,
      to: `CREATE TABLE r (id int, k int, t varchar(30) NOT NULL, d bigint DEFAULT 2, z text DEFAULT 'z')
          PARTITION BY LIST (id);
        CREATE TABLE r1 PARTITION OF r FOR VALUES IN (1, 3) PARTITION BY LIST (k);
        CREATE TABLE r11 PARTITION OF r1 (d DEFAULT 5) FOR VALUES IN (1, 2);
        CREATE TABLE r12 PARTITION OF r1 DEFAULT;
        CREATE TABLE r13 PARTITION OF r1 (z DEFAULT 'q') FOR VALUES IN (9);
        CREATE VIEW v AS SELECT t FROM r11; CREATE INDEX ri ON r (t)`,
      rows: `INSERT INTO r VALUES (1, 1, 'x'), (1, 5, 'y')`,
      survives: 'SELECT id, k, t FROM r ORDER BY k',
    },
  ],
  [
    'trade their bounds, and who is the default one',
    {
      from: `CREATE TABLE m (id int NOT NULL) PARTITION BY RANGE (id);
        CREATE TABLE m1 PARTITION OF m FOR VALUES FROM (1) TO (10);
        CREATE TABLE m2 PARTITION OF m FOR VALUES FROM (10) TO (20);
        CREATE TABLE l (id int) PARTITION BY LIST (id);
        CREATE TABLE l1 PARTITION OF l FOR VALUES IN (1); CREATE TABLE l2 PARTITION OF l DEFAULT`,
      to: `CREATE TABLE m (id int NOT NULL) PARTITION BY RANGE (id);
        CREATE TABLE m1 PARTITION OF m FOR VALUES FROM (10) TO (20);
        CREATE TABLE m2 PARTITION OF m FOR VALUES FROM (1) TO (10);
        CREATE TABLE m3 PARTITION OF m FOR VALUES FROM (20) TO (30);
        CREATE TABLE l (id int) PARTITION BY LIST (id);
        CREATE TABLE l1 PARTITION OF l DEFAULT; CREATE TABLE l2 PARTITION OF l FOR VALUES IN (7)`,
    },
  ],
  [
    'have defaults, storage and statistics of their own',
    {
      from: `CREATE TABLE m (id int NOT NULL, x int DEFAULT 0, y int, z text DEFAULT 'c')
          PARTITION BY LIST (id);
        CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
        CREATE TABLE m2 PARTITION OF m (x DEFAULT 5, z DEFAULT 'd') FOR VALUES IN (2);
        CREATE TABLE m3 PARTITION OF m (x DEFAULT 5) FOR VALUES IN (3) PARTITION BY LIST (x);
        CREATE TABLE m31 PARTITION OF m3 FOR VALUES IN (3)`,
      to: `CREATE TABLE m (id int NOT NULL, x int DEFAULT 1, y int DEFAULT 7, z text)
          PARTITION BY LIST (id);
        CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
        CREATE TABLE m2 PARTITION OF m (x DEFAULT 5, y DEFAULT 8) FOR VALUES IN (2);
        CREATE TABLE m3 PARTITION OF m (x DEFAULT 1) FOR VALUES IN (3) PARTITION BY LIST (x);
        CREATE TABLE m31 PARTITION OF m3 (z DEFAULT 'e') FOR VALUES IN (3);
        ALTER TABLE m ALTER x SET STATISTICS 100; ALTER TABLE ONLY m ALTER y SET STATISTICS 200;
        ALTER TABLE m ALTER z SET STORAGE EXTERNAL; ALTER TABLE m2 ALTER z SET STORAGE MAIN;
        ALTER TABLE m2 ALTER z SET COMPRESSION pglz`,
    },
  ],
  [
    'have the usual storage under a table that has another one',
    {
      from: `CREATE TABLE m (id int, a text) PARTITION BY LIST (id);
        ALTER TABLE m ALTER a SET STORAGE EXTERNAL`,
      to: `CREATE TABLE m (id int, a text) PARTITION BY LIST (id);
        ALTER TABLE m ALTER a SET STORAGE EXTERNAL; CREATE TABLE m1 (id int, a text);
        ALTER TABLE m ATTACH PARTITION m1 FOR VALUES IN (1)`,
    },
  ],
  [
    'keep NOT NULL where the table above loses it',
    {
      from: `CREATE TABLE m (id int NOT NULL, x int NOT NULL) PARTITION BY LIST (id);
        CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
        CREATE TABLE m2 PARTITION OF m FOR VALUES IN (2)`,
      to: `CREATE TABLE m (id int NOT NULL, x int) PARTITION BY LIST (id);
        CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
        CREATE TABLE m2 PARTITION OF m (x NOT NULL) FOR VALUES IN (2)`,
      rows: 'INSERT INTO m VALUES (1, 1), (2, 2)',
    },
  ],
  [
    'with checks and keys, let go and attached',
    {
      from: `CREATE TABLE m (id int NOT NULL, x int, CONSTRAINT xp CHECK (x > 0), PRIMARY KEY (id))
          PARTITION BY RANGE (id);
        CREATE TABLE m1 PARTITION OF m FOR VALUES FROM (1) TO (10);
        CREATE TABLE m2 (id int NOT NULL, x int, CONSTRAINT xp CHECK (x > 0), PRIMARY KEY (id));
        CREATE INDEX mi ON m (x)`,
      to: `CREATE TABLE m (id int NOT NULL, x int, CONSTRAINT xp CHECK (x > 0),
          CONSTRAINT yp CHECK (x < 100), PRIMARY KEY (id)) PARTITION BY RANGE (id);
        CREATE TABLE m1 (id int NOT NULL, x int, CONSTRAINT xp CHECK (x > 0));
        CREATE TABLE m2 PARTITION OF m FOR VALUES FROM (1) TO (10);
        CREATE TABLE m3 (x int, id int NOT NULL, CONSTRAINT xp CHECK (x > 0),
          CONSTRAINT yp CHECK (x < 100));
        ALTER TABLE m ATTACH PARTITION m3 FOR VALUES FROM (10) TO (20);
        CREATE INDEX mi ON m (x); CREATE INDEX mj ON m (x, id)`,
      rows: 'INSERT INTO m VALUES (1, 5); INSERT INTO m2 VALUES (1, 5)',
      survives: 'SELECT * FROM m1 UNION ALL SELECT * FROM m2',
    },
  ],
  [
    'of a table that goes',
    {
      from: `CREATE TABLE m (id int, x int) PARTITION BY LIST (id);
        CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
        CREATE TABLE m2 PARTITION OF m FOR VALUES IN (2);
        CREATE TABLE m3 PARTITION OF m FOR VALUES IN (3)`,
      to: `CREATE TABLE m1 (id int, x int);
        CREATE TABLE n (id int, x int) PARTITION BY LIST (id);
        CREATE TABLE m2 PARTITION OF n FOR VALUES IN (2)`,
      rows: 'INSERT INTO m VALUES (1, 1), (2, 2)',
      survives: 'SELECT * FROM m1 UNION ALL SELECT * FROM m2',
    },
  ],
  [
    'with computed columns',
    {
      from: `CREATE TABLE r (id int, g int GENERATED ALWAYS AS (id * 2) STORED) PARTITION BY LIST (id);
        CREATE TABLE r1 PARTITION OF r FOR VALUES IN (1)`,
      to: `CREATE TABLE r (id int, g int GENERATED ALWAYS AS (id * 3) STORED) PARTITION BY LIST (id);
        CREATE TABLE r1 PARTITION OF r FOR VALUES IN (1);
        CREATE TABLE r2 PARTITION OF r FOR VALUES IN (2)`,
      rows: 'INSERT INTO r VALUES (1)',
      survives: 'SELECT id FROM r',
    },
  ],
  [
    'with identities',
    {
      from: `CREATE TABLE r (id int, i int GENERATED ALWAYS AS IDENTITY) PARTITION BY LIST (id);
        CREATE TABLE r1 PARTITION OF r FOR VALUES IN (1); CREATE TABLE r2 (id int, i int NOT NULL)`,
      to: `CREATE TABLE r (id int, i int GENERATED BY DEFAULT AS IDENTITY,
          j int GENERATED ALWAYS AS IDENTITY) PARTITION BY LIST (id);
        CREATE TABLE r1 (id int, i int NOT NULL); CREATE TABLE r2 PARTITION OF r FOR VALUES IN (1);
        CREATE TABLE r3 PARTITION OF r FOR VALUES IN (3)`,
      since: 17,
    },
  ],
  [
    'that are foreign tables',
    {
      from: 'CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w',
      to: `CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
        CREATE TABLE m (id int, v text DEFAULT 'q') PARTITION BY LIST (id);
        CREATE FOREIGN TABLE m1 PARTITION OF m FOR VALUES IN (1) SERVER s OPTIONS (o 'p')`,
    },
  ],
  [
    'with an access method',
    {
      from: 'CREATE ACCESS METHOD heapish TYPE TABLE HANDLER heap_tableam_handler',
      to: `CREATE ACCESS METHOD heapish TYPE TABLE HANDLER heap_tableam_handler;
        CREATE TABLE p (a int) PARTITION BY RANGE (a) USING heapish;
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (2);
        CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (2) TO (3) USING heap`,
      since: 17,
    },
  ],
  [
    'whose column takes another name with all',
    {
      from: `CREATE TABLE r (id int, x int NOT NULL) PARTITION BY LIST (id);
        CREATE TABLE r1 PARTITION OF r FOR VALUES IN (1)`,
      to: `CREATE TABLE r (id int, y int NOT NULL) PARTITION BY LIST (id);
        CREATE TABLE r1 PARTITION OF r FOR VALUES IN (1)`,
      rows: 'INSERT INTO r VALUES (1, 2)',
      options: { renames: [{ object: 'public.r.x', to: 'y' }] },
      optionsBack: { renames: [{ object: 'public.r.y', to: 'x' }] },
    },
  ],
];

const CHILDREN: readonly Case[] = [
  [
    'of several tables, with columns of their own',
    {
      from: 'CREATE TABLE base (a int)',
      to: `CREATE TABLE base (a int DEFAULT 1, b text NOT NULL);
        CREATE TABLE base2 (b text, z int);
        CREATE TABLE child (c int) INHERITS (base, base2);
        CREATE TABLE child2 (a int, d int) INHERITS (base);
        CREATE TABLE grand (e int) INHERITS (child, child2);
        ALTER TABLE child ALTER a SET DEFAULT 2; ALTER TABLE child2 ALTER a SET DEFAULT 2`,
    },
  ],
  [
    'change with the tables above, and come under them',
    {
      from: `CREATE TABLE base (a int DEFAULT 1, b text, g int);
        CREATE TABLE child (c int) INHERITS (base);
        CREATE TABLE child2 (a int, b text, g int); CREATE VIEW v AS SELECT b FROM child`,
      to: `CREATE TABLE base (a int DEFAULT 1, b varchar(20), h int, g2 int DEFAULT 4);
        CREATE TABLE child (c int) INHERITS (base);
        CREATE TABLE child2 (a int, b varchar(20), h int, g2 int); ALTER TABLE child2 INHERIT base;
        CREATE VIEW v AS SELECT b FROM child`,
      rows: `INSERT INTO child VALUES (1, 'b', 3, 4)`,
      survives: 'SELECT a, b, c FROM child',
    },
  ],
  [
    'in another order of the tables above',
    {
      from: `CREATE TABLE a (x int); CREATE TABLE b (y int); CREATE TABLE c (z int);
        CREATE TABLE k (x int, y int, z int) INHERITS (a, b)`,
      to: `CREATE TABLE a (x int); CREATE TABLE b (y int); CREATE TABLE c (z int);
        CREATE TABLE k (x int, y int, z int) INHERITS (b, c, a)`,
    },
  ],
  [
    'keep a column that the table above loses, and give it back with its values',
    {
      from: `CREATE TABLE base (created int, e int DEFAULT 3, f int);
        CREATE TABLE k (a int, f int) INHERITS (base);
        COMMENT ON COLUMN k.e IS 'kept'; CREATE INDEX ki ON k (e)`,
      to: `CREATE TABLE base (created int); CREATE TABLE k (a int, e int) INHERITS (base);
        COMMENT ON COLUMN k.e IS 'kept'; CREATE INDEX ki ON k (e)`,
      rows: 'INSERT INTO k (a, e) VALUES (1, 2)',
      survives: 'SELECT a, e FROM k',
      rowsBack: 'INSERT INTO k (a, e) VALUES (1, 2)',
      survivesBack: 'SELECT a, e FROM k',
    },
  ],
  [
    'with NOT NULL and checks from above and of their own',
    {
      from: `CREATE TABLE base (a int, b int NOT NULL CHECK (b > 0), c int NOT NULL);
        CREATE TABLE c1 (a int, b int NOT NULL, c int NOT NULL, CONSTRAINT base_b_check CHECK (b > 0));
        CREATE TABLE c2 () INHERITS (base); CREATE TABLE c4 (c int NOT NULL) INHERITS (base)`,
      to: `CREATE TABLE base (a int NOT NULL, b int NOT NULL CHECK (b > 0), c int, CHECK (a > 1));
        CREATE TABLE c1 (a int NOT NULL, b int NOT NULL, c int, CONSTRAINT base_b_check CHECK (b > 0),
          CONSTRAINT base_a_check CHECK (a > 1));
        ALTER TABLE c1 INHERIT base; CREATE TABLE c2 () INHERITS (base);
        CREATE TABLE c3 (b int, CHECK (a > 5)) INHERITS (c1, c2);
        CREATE TABLE c4 (c int NOT NULL) INHERITS (base)`,
    },
  ],
  [
    'with computed columns from above',
    {
      from: 'CREATE TABLE x (a int)',
      to: `CREATE TABLE x (a int);
        CREATE TABLE g (c1 int PRIMARY KEY, c2 int GENERATED ALWAYS AS (c1 * 2) STORED);
        CREATE TABLE g1 () INHERITS (g); CREATE TABLE g2 (c1 int, c2 int) INHERITS (g);
        CREATE TABLE g3 () INHERITS (g2, x)`,
    },
  ],
];

describe('partitions', () => {
  for (const [name, convergence] of PARTITIONS) {
    it(name, async () => {
      await expectConvergence(convergence);
    });
  }
});

describe('children', () => {
  for (const [name, convergence] of CHILDREN) {
    it(name, async () => {
      await expectConvergence(convergence);
    });
  }
});

describe('how it reads', () => {
  it('creates a partition from the table it is a part of', async () => {
    const { upSql } = await expectConvergence({
      from: '',
      to: `CREATE TABLE m (id int NOT NULL, x int DEFAULT 0, notes text) PARTITION BY LIST (id);
        CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
        CREATE TABLE m2 PARTITION OF m (x DEFAULT 5, notes NOT NULL) FOR VALUES IN (2)`,
    });
    expect(upSql).toBe(`CREATE TABLE public.m (
    id integer NOT NULL,
    x integer DEFAULT 0,
    notes text
) PARTITION BY LIST (id);

CREATE TABLE public.m1 PARTITION OF public.m FOR VALUES IN (1);

CREATE TABLE public.m2 PARTITION OF public.m (
    x DEFAULT 5,
    notes NOT NULL
) FOR VALUES IN (2);
`);
  });

  it('changes all partitions with one statement where all agree', async () => {
    const partitions = `CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
      CREATE TABLE m2 PARTITION OF m FOR VALUES IN (2)`;
    const { upSql, downSql } = await expectConvergence({
      from: `CREATE TABLE m (id int, x int DEFAULT 0) PARTITION BY LIST (id); ${partitions}`,
      to: `CREATE TABLE m (id int, x bigint DEFAULT 1, y int) PARTITION BY LIST (id); ${partitions}`,
    });
    expect(statementsOf(upSql)).toEqual([
      'ALTER TABLE public.m ALTER COLUMN x TYPE bigint;',
      'ALTER TABLE public.m ADD COLUMN y integer;',
      'ALTER TABLE public.m ALTER COLUMN x SET DEFAULT 1;',
    ]);
    expect(statementsOf(downSql)).toEqual([
      'ALTER TABLE public.m DROP COLUMN y;',
      'ALTER TABLE public.m ALTER COLUMN x TYPE integer;',
      'ALTER TABLE public.m ALTER COLUMN x SET DEFAULT 0;',
    ]);
  });

  it('detaches and attaches without touching rows', async () => {
    const { up } = await expectConvergence({
      from: `CREATE TABLE m (id int) PARTITION BY LIST (id);
        CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1)`,
      to: `CREATE TABLE m (id int) PARTITION BY LIST (id);
        CREATE TABLE m1 PARTITION OF m FOR VALUES IN (2)`,
    });
    expect(up.statements.map(({ sql }) => sql)).toEqual([
      'ALTER TABLE public.m DETACH PARTITION public.m1',
      'ALTER TABLE public.m ATTACH PARTITION public.m1 FOR VALUES IN (2)',
    ]);
    expect(up.statements[1]).toMatchObject({
      locks: [
        { mode: 'SHARE UPDATE EXCLUSIVE', on: 'public.m' },
        { mode: 'ACCESS EXCLUSIVE', on: 'public.m1' },
      ],
      hazards: [{ kind: 'scans-table' }, { kind: 'can-fail' }],
    });
  });
});

/** The statements of a rendered plan that fit on a line each. */
function statementsOf(sql: string): readonly string[] {
  return sql.split('\n').filter((line) => line !== '' && !line.startsWith('--'));
}
