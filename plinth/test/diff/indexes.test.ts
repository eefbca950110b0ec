// Indexes and extended statistics, from one definition to another, on partitioned tables too.

import { describe, expect, it } from 'vitest';
import { type Catalog, introspect } from '../../src/catalog/index.js';
import { diff, renderPlan } from '../../src/diff/index.js';
import { type Convergence, expectConvergence } from '../support/convergence.js';
import { diffServers, withDatabase } from '../support/diff-servers.js';

type Case = Pick<Convergence, 'from' | 'to' | 'since' | 'rows' | 'survives'>;
type Cases = Readonly<Record<string, Case>>;

const TABLE = 'CREATE TABLE t (id int, a int, b text, c varchar(20), d jsonb, e int4range);';

/** A table with rows that has other indexes afterwards. */
function on(from: string, to: string, since = 0): Case {
  return {
    from: TABLE + from,
    to: TABLE + to,
    rows: "INSERT INTO t VALUES (1, 10, 'x', 'y', '{}', '[1,2)'), (2, 20, 'z', 'w', '[]', '[3,4)')",
    survives: 'SELECT id, a, b FROM t ORDER BY id',
    since,
  };
}

async function readCatalog(sql: string): Promise<Catalog> {
  const [server] = await diffServers();
  if (server === undefined) throw new Error('there is no server');
  return await withDatabase(server, async ({ run, engine }) => {
    await run(sql);
    return await engine.withConnection(introspect);
  });
}

describe('an index', () => {
  const cases: Cases = {
    'comes and goes': on('', 'CREATE INDEX i ON t (a); CREATE UNIQUE INDEX j ON t (id, b);'),
    'with its table': { from: '', to: `${TABLE}CREATE INDEX i ON t (a)` },
    'of every order': on(
      'CREATE INDEX i ON t (a, b)',
      'CREATE INDEX i ON t (a DESC, b DESC NULLS LAST, c NULLS FIRST, id ASC)',
    ),
    'of a collation and an operator class': on(
      'CREATE INDEX i ON t (b)',
      'CREATE INDEX i ON t (b COLLATE "C" text_pattern_ops, c varchar_pattern_ops)',
    ),
    'of an operator class with parameters': on(
      'CREATE EXTENSION pg_trgm; CREATE INDEX i ON t USING gist (b gist_trgm_ops)',
      'CREATE EXTENSION pg_trgm; CREATE INDEX i ON t USING gist (b gist_trgm_ops (siglen = 32))',
    ),
    'of expressions': on(
      'CREATE INDEX i ON t (lower(b))',
      `CREATE INDEX i ON t (lower(c), ((a + id)) DESC, (d ->> '(k'), (b || c) COLLATE "C")`,
    ),
    'of some rows': on(
      'CREATE INDEX i ON t (a) WHERE a > 1',
      `CREATE INDEX i ON t (a) WHERE b IN ('x', ' WHERE ') AND (a > 1 OR c IS NULL)`,
    ),
    'carries columns': on('CREATE INDEX i ON t (a)', 'CREATE INDEX i ON t (a) INCLUDE (b, "c")'),
    'takes nulls for equal': on(
      'CREATE UNIQUE INDEX i ON t (a)',
      'CREATE UNIQUE INDEX i ON t (a) INCLUDE (b) NULLS NOT DISTINCT WITH (fillfactor = 50) WHERE a > 1',
      15,
    ),
    'is unique': on('CREATE INDEX i ON t (a)', 'CREATE UNIQUE INDEX i ON t (a)'),
    'of every method': on(
      '',
      `CREATE INDEX h ON t USING hash (a); CREATE INDEX g ON t USING gin (d jsonb_path_ops);
       CREATE INDEX s ON t USING gist (e); CREATE INDEX p ON t USING spgist (b);
       CREATE INDEX r ON t USING brin (a, id) WITH (pages_per_range = 16, autosummarize = on)`,
    ),
    'of another method': on('CREATE INDEX i ON t (a)', 'CREATE INDEX i ON t USING hash (a)'),
    'has storage parameters': on(
      'CREATE INDEX i ON t (a) WITH (fillfactor = 70); CREATE INDEX g ON t USING gin (d)',
      `CREATE INDEX i ON t (a) WITH (deduplicate_items = off, fillfactor = 60);
       CREATE INDEX g ON t USING gin (d) WITH (fastupdate = off, gin_pending_list_limit = 128)`,
    ),
    'has storage parameters that only a new one takes': on(
      'CREATE INDEX r ON t USING brin (a) WITH (pages_per_range = 16)',
      'CREATE INDEX r ON t USING brin (a) WITH (pages_per_range = 32)',
    ),
    'has statistics targets': on(
      `CREATE INDEX i ON t (a, lower(b), (a + 1)); ALTER INDEX i ALTER COLUMN 2 SET STATISTICS 10;
       CREATE INDEX j ON t ((a + 2)); ALTER INDEX j ALTER COLUMN 1 SET STATISTICS 11`,
      `CREATE INDEX i ON t (a, lower(b), (a + 1)); ALTER INDEX i ALTER COLUMN 3 SET STATISTICS 0;
       CREATE INDEX j ON t ((a + 3)); ALTER INDEX j ALTER COLUMN 1 SET STATISTICS 11`,
    ),
    'keeps statistics targets when a column takes another type': {
      from: `CREATE TABLE t (b text); CREATE INDEX i ON t (lower(b));
             ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 10; COMMENT ON INDEX i IS 'kept'`,
      to: `CREATE TABLE t (b varchar(10)); CREATE INDEX i ON t (lower(b));
           ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 10; COMMENT ON INDEX i IS 'kept'`,
    },
    'keeps its comment': on(
      `CREATE INDEX i ON t (a); COMMENT ON INDEX i IS 'it''s'; CREATE INDEX j ON t (a)`,
      `CREATE INDEX i ON t (b); COMMENT ON INDEX i IS 'it''s'; CREATE INDEX j ON t (b);
       COMMENT ON INDEX j IS 'new'`,
    ),
    'tied to an extension': on(
      'CREATE EXTENSION pg_trgm; CREATE INDEX i ON t (a)',
      'CREATE EXTENSION pg_trgm; CREATE INDEX i ON t (a); ALTER INDEX i DEPENDS ON EXTENSION pg_trgm',
    ),
    'of odd names': {
      from: 'CREATE SCHEMA "S s"; CREATE TABLE "S s"."T t" ("A ""a" int, "WITH (x)" int)',
      to: `CREATE SCHEMA "S s"; CREATE TABLE "S s"."T t" ("A ""a" int, "WITH (x)" int);
           CREATE INDEX "I i" ON "S s"."T t" ("A ""a", ("WITH (x)" + 1)) INCLUDE ("WITH (x)")
             WITH (fillfactor = 70) WHERE "WITH (x)" > 1`,
    },
    'of a name that fills its place': on(
      `CREATE INDEX ${'i'.repeat(63)} ON t (a)`,
      `CREATE INDEX ${'i'.repeat(63)} ON t (b)`,
    ),
    'of a column that comes and one that goes': {
      from: 'CREATE TABLE t (a int, b int); CREATE INDEX i ON t (a, b); CREATE INDEX j ON t (a) WHERE b > 0',
      to: 'CREATE TABLE t (a int, c int); CREATE INDEX i ON t (a, c); CREATE INDEX j ON t (a) WHERE c > 0',
      rows: 'INSERT INTO t VALUES (1, 2)',
      survives: 'SELECT a FROM t',
    },
    'goes with its column': {
      from: 'CREATE TABLE t (a int, b int); CREATE INDEX i ON t (b)',
      to: 'CREATE TABLE t (a int)',
    },
    'of columns that take another type': {
      from: `CREATE TABLE t (a int, b text, c text); CREATE INDEX i ON t (a); CREATE INDEX j ON t (lower(b));
             CREATE INDEX k ON t (c) WHERE c IN ('x', 'y')`,
      to: `CREATE TABLE t (a bigint, b varchar(9), c varchar(9)); CREATE INDEX i ON t (a); CREATE INDEX j ON t (lower(b));
           CREATE INDEX k ON t (c) WHERE c IN ('x', 'y')`,
      rows: "INSERT INTO t VALUES (1, 'B', 'x')",
      survives: 'SELECT a::text, b::text FROM t',
    },
    'by a type that loses a value': {
      from: `CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (x e); CREATE INDEX i ON t (x);
             CREATE INDEX j ON t (x) WHERE x = 'a'`,
      to: `CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (x e); CREATE INDEX i ON t (x);
           CREATE INDEX j ON t (x) WHERE x = 'a'`,
      rows: "INSERT INTO t VALUES ('a')",
      survives: 'SELECT x::text FROM t',
    },
    'by a function that is built anew': {
      from: `CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1';
             CREATE TABLE t (a int); CREATE INDEX i ON t (f(a))`,
      to: `CREATE FUNCTION f(int) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1::text';
           CREATE TABLE t (a int); CREATE INDEX i ON t (f(a))`,
    },
    'that a table is clustered on and identified by': {
      from: `CREATE TABLE t (a int NOT NULL, b int NOT NULL); CREATE UNIQUE INDEX i ON t (a); CREATE INDEX j ON t (b);
             ALTER TABLE t REPLICA IDENTITY USING INDEX i; ALTER TABLE t CLUSTER ON j`,
      to: `CREATE TABLE t (a int NOT NULL, b int NOT NULL); CREATE UNIQUE INDEX i ON t (b); CREATE INDEX j ON t (a);
           ALTER TABLE t REPLICA IDENTITY USING INDEX i; ALTER TABLE t CLUSTER ON j`,
    },
    'that the primary key takes over with cluster order and identity': {
      from: `CREATE TABLE t (a int NOT NULL, CONSTRAINT k PRIMARY KEY (a));
             ALTER TABLE t CLUSTER ON k; ALTER TABLE t REPLICA IDENTITY USING INDEX k`,
      to: `CREATE TABLE t (a int NOT NULL, b int NOT NULL, CONSTRAINT k PRIMARY KEY (b));
           ALTER TABLE t CLUSTER ON k; ALTER TABLE t REPLICA IDENTITY USING INDEX k`,
    },
    'of a materialized view': {
      from: 'CREATE MATERIALIZED VIEW m AS SELECT 1 AS a, 2 AS b; CREATE UNIQUE INDEX i ON m (a)',
      to: 'CREATE MATERIALIZED VIEW m AS SELECT 1 AS a, 2 AS b; CREATE UNIQUE INDEX i ON m (b); CREATE INDEX j ON m (a)',
    },
    'of a materialized view that is built anew': {
      from: 'CREATE MATERIALIZED VIEW m AS SELECT 1 AS a; CREATE UNIQUE INDEX i ON m (a)',
      to: 'CREATE MATERIALIZED VIEW m AS SELECT 2 AS a; CREATE UNIQUE INDEX i ON m (a)',
    },
    'swaps its name with another one': on(
      'CREATE INDEX i ON t (a); CREATE INDEX j ON t (b)',
      'CREATE INDEX j ON t (a); CREATE INDEX i ON t (b)',
    ),
    'gives its name to a table': {
      from: 'CREATE TABLE t (a int); CREATE INDEX x ON t (a)',
      to: 'CREATE TABLE t (a int); CREATE TABLE x (a int)',
    },
    'gives its name to one of another table': {
      from: 'CREATE TABLE t (a int); CREATE TABLE s (a int); CREATE INDEX x ON t (a)',
      to: 'CREATE TABLE t (a int); CREATE TABLE s (a int); CREATE INDEX x ON s (a)',
    },
    'gives its name to a constraint of another table': {
      from: 'CREATE TABLE t (a int, b int); CREATE TABLE s (a int); CREATE INDEX x ON t (a); CREATE INDEX y ON t (b)',
      to: 'CREATE TABLE t (a int, b int); CREATE TABLE s (a int, CONSTRAINT x UNIQUE (a)); CREATE INDEX z ON t (a); CREATE INDEX y ON t (b)',
    },
  };
  it.each(Object.entries(cases))('%s', async (_name, convergence) => {
    await expectConvergence(convergence);
  });

  it('is built beside readers and writers', async () => {
    const { upSql, up, downSql, down } = await expectConvergence(
      on('', 'CREATE UNIQUE INDEX i ON t (lower(c)) WHERE a > 1'),
    );
    expect(upSql).toContain('CREATE UNIQUE INDEX CONCURRENTLY i');
    expect(upSql).toContain('ON public.t (lower(c::text)) WHERE a > 1;\n');
    expect(up.statements[0]).toMatchObject({
      transactional: false,
      locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', on: 'public.t' }],
    });
    expect(up.statements[0]?.hazards.map(({ kind }) => kind)).toEqual(['scans-table', 'can-fail']);
    expect(downSql).toContain('\nDROP INDEX CONCURRENTLY public.i;\n');
    expect(down.statements[0]?.transactional).toBe(false);
    expect(down.statements[0]?.hazards.map(({ kind }) => kind)).toEqual(['breaks-code']);
  });

  it('is short where that is asked for', async () => {
    const { upSql, up, downSql } = await expectConvergence({
      ...on('', 'CREATE INDEX i ON t (a)'),
      options: { plain: true },
    });
    expect(upSql).toContain('\nCREATE INDEX i ON public.t (a);\n');
    expect(up.statements[0]?.locks).toEqual([{ mode: 'SHARE', on: 'public.t' }]);
    expect(up.statements[0]?.hazards.map(({ kind }) => kind)).toEqual([
      'scans-table',
      'blocks-writes',
    ]);
    expect(downSql).toBe('DROP INDEX public.i;\n');
  });

  it('needs no care on a new table', async () => {
    const { upSql, up } = await expectConvergence({
      from: '',
      to: `${TABLE}CREATE INDEX i ON t (a)`,
    });
    expect(upSql).toContain('\nCREATE INDEX i ON public.t (a);\n');
    expect(up.statements.flatMap(({ hazards, locks }) => [...hazards, ...locks])).toEqual([]);
  });

  it('is there all the time while it changes', async () => {
    const { upSql } = await expectConvergence({
      ...on('CREATE INDEX i ON t (a)', 'CREATE INDEX i ON t (a, b)'),
    });
    expect(upSql.split('\n').filter((line) => !line.startsWith('--') && line !== '')).toEqual([
      'CREATE INDEX CONCURRENTLY i_new ON public.t (a, b);',
      'DROP INDEX CONCURRENTLY public.i;',
      'ALTER INDEX public.i_new RENAME TO i;',
    ]);
  });

  it('takes another name and other storage parameters in place', async () => {
    const renamed = await expectConvergence(
      on('CREATE INDEX i ON t (lower(b))', 'CREATE INDEX j ON t (lower(b))'),
    );
    expect(renamed.upSql).toBe('ALTER INDEX public.i RENAME TO j;\n');
    const stored = await expectConvergence(
      on(
        'CREATE INDEX i ON t (a) WITH (fillfactor = 70)',
        'CREATE INDEX i ON t (a) WITH (deduplicate_items = off)',
      ),
    );
    expect(stored.upSql).toBe(
      'ALTER INDEX public.i SET (deduplicate_items = off);\nALTER INDEX public.i RESET (fillfactor);\n',
    );
    expect(stored.up.statements[0]?.locks).toEqual([
      { mode: 'SHARE UPDATE EXCLUSIVE', on: 'public.i' },
    ]);
  });

  it('is built anew where its building has failed', async () => {
    const { upSql } = await expectConvergence({
      from: `${TABLE}CREATE INDEX i ON t (a);
             UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass`,
      to: `${TABLE}CREATE INDEX i ON t (a);
           UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass`,
    });
    expect(upSql).toBe('');
    const invalid = await readCatalog(
      `${TABLE}CREATE INDEX i ON t (a);
       UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass`,
    );
    const valid = await readCatalog(`${TABLE}CREATE INDEX i ON t (a)`);
    expect(renderPlan(diff(invalid, valid), { hazards: false })).toBe(
      'REINDEX INDEX CONCURRENTLY public.i;\n',
    );
    expect(renderPlan(diff(invalid, valid, { plain: true }), { hazards: false })).toBe(
      'REINDEX INDEX public.i;\n',
    );
    // Nobody wants an index that failed, so a valid one serves.
    expect(diff(valid, invalid).changes).toEqual([]);
  });
});

describe('an index on a partitioned table', () => {
  const PARTS = `CREATE TABLE m (a int NOT NULL, b int, c text) PARTITION BY RANGE (a);
    CREATE TABLE m1 PARTITION OF m FOR VALUES FROM (0) TO (10);
    CREATE TABLE m2 PARTITION OF m FOR VALUES FROM (10) TO (20) PARTITION BY LIST (b);
    CREATE TABLE m21 PARTITION OF m2 FOR VALUES IN (1);`;
  const parts = (from: string, to: string, since = 0): Case => ({
    from: PARTS + from,
    to: PARTS + to,
    rows: 'INSERT INTO m VALUES (1, 1), (11, 1)',
    survives: 'SELECT a, b FROM m ORDER BY a',
    since,
  });
  const cases: Cases = {
    'comes while a partition goes': {
      from: `CREATE TABLE m (a int, b int) PARTITION BY LIST (a); CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
             CREATE TABLE m2 PARTITION OF m FOR VALUES IN (2); CREATE VIEW v AS SELECT b FROM m2`,
      to: `CREATE TABLE m (a int, b int, PRIMARY KEY (a)) PARTITION BY LIST (a); CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
           CREATE INDEX i ON m (b); CREATE VIEW v AS SELECT b FROM m1`,
    },
    'takes the columns of another one that is there': {
      from: `CREATE TABLE m (a int, b int) PARTITION BY LIST (a); CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
             CREATE INDEX i ON m (a); CREATE INDEX j ON m (b)`,
      to: `CREATE TABLE m (a int, b int) PARTITION BY LIST (a); CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
           CREATE INDEX i ON m (b); CREATE INDEX j ON m (b)`,
    },
    'comes and goes': parts('', 'CREATE INDEX i ON m (b); CREATE INDEX j ON m2 (lower(c));'),
    'with its table': { from: '', to: `${PARTS}CREATE INDEX i ON m (b) WITH (fillfactor = 70)` },
    'is unique': parts('', 'CREATE UNIQUE INDEX i ON m (a, b)'),
    'has a primary key and unique constraints': parts(
      '',
      'ALTER TABLE m ADD PRIMARY KEY (a, b), ADD UNIQUE (b, a)',
    ),
    'has a primary key from the beginning': {
      from: '',
      to: `CREATE TABLE m (a int PRIMARY KEY, b int, UNIQUE (b, a)) PARTITION BY LIST (a);
           CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);`,
    },
    'has other keys': parts(
      'ALTER TABLE m ADD CONSTRAINT k UNIQUE (a, b); CREATE INDEX i ON m (b)',
      'ALTER TABLE m ADD CONSTRAINT k UNIQUE (a, b, c); CREATE INDEX i ON m (c)',
    ),
    'has partitions with names of their own': parts(
      'CREATE INDEX i ON m (b)',
      `CREATE INDEX i ON m (b); ALTER INDEX m1_b_idx RENAME TO one; ALTER INDEX m21_b_idx RENAME TO two_one`,
    ),
    'comes with names of its own': parts(
      '',
      `CREATE INDEX i ON m (b); ALTER INDEX m1_b_idx RENAME TO one; ALTER INDEX m21_b_idx RENAME TO two_one`,
    ),
    'has key partitions with names of their own': parts(
      '',
      'ALTER TABLE m ADD PRIMARY KEY (a, b); ALTER TABLE m1 RENAME CONSTRAINT m1_pkey TO one',
    ),
    'has names of its own from the beginning': {
      from: '',
      to: `${PARTS}ALTER TABLE m ADD PRIMARY KEY (a, b); ALTER TABLE m1 RENAME CONSTRAINT m1_pkey TO one;
           CREATE INDEX i ON m (c); ALTER INDEX m21_c_idx RENAME TO own`,
    },
    'stands beside others of the same columns': parts(
      '',
      'CREATE INDEX z ON m (b) WHERE a > 1; CREATE INDEX y ON m (b); CREATE INDEX x ON m (b) WHERE a > 2',
    ),
    'stands beside others of the same columns from the beginning': {
      from: '',
      to: `${PARTS}CREATE INDEX z ON m (b) WHERE a > 1; CREATE INDEX y ON m (b)`,
    },
    'gets a partition': {
      from: `CREATE TABLE m (a int, b int, PRIMARY KEY (a, b)) PARTITION BY LIST (a); CREATE INDEX i ON m (b);
             CREATE INDEX j ON m (b) WHERE b > 1;`,
      to: `CREATE TABLE m (a int, b int, PRIMARY KEY (a, b)) PARTITION BY LIST (a); CREATE INDEX i ON m (b);
           CREATE INDEX j ON m (b) WHERE b > 1;
           CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
           CREATE TABLE m2 PARTITION OF m FOR VALUES IN (2) PARTITION BY LIST (b);
           CREATE TABLE m21 PARTITION OF m2 FOR VALUES IN (1)`,
    },
    'gets a partition whose index has a name of its own': {
      from: `CREATE TABLE m (a int PRIMARY KEY, b int) PARTITION BY LIST (a); CREATE INDEX i ON m (b)`,
      to: `CREATE TABLE m (a int PRIMARY KEY, b int) PARTITION BY LIST (a); CREATE INDEX i ON m (b);
           CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1); ALTER INDEX m1_b_idx RENAME TO own;
           ALTER INDEX m1_pkey RENAME TO key`,
    },
    'gets a partition and changes': {
      from: `CREATE TABLE m (a int, b int) PARTITION BY LIST (a); CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
             CREATE INDEX i ON m (b)`,
      to: `CREATE TABLE m (a int, b int) PARTITION BY LIST (a); CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
           CREATE INDEX i ON m (a, b); CREATE TABLE m2 PARTITION OF m FOR VALUES IN (2)`,
    },
    'gets a table that was alone': {
      from: `CREATE TABLE m (a int PRIMARY KEY, b int) PARTITION BY LIST (a); CREATE INDEX i ON m (b);
             CREATE TABLE m1 (a int PRIMARY KEY, b int); CREATE INDEX own ON m1 (b)`,
      to: `CREATE TABLE m (a int PRIMARY KEY, b int) PARTITION BY LIST (a); CREATE INDEX i ON m (b);
           CREATE TABLE m1 (a int PRIMARY KEY, b int); CREATE INDEX own ON m1 (b);
           ALTER TABLE m ATTACH PARTITION m1 FOR VALUES IN (1)`,
    },
    'gets a table that was alone and had no index': {
      from: `CREATE TABLE m (a int PRIMARY KEY, b int) PARTITION BY LIST (a); CREATE INDEX i ON m (b);
             CREATE TABLE m1 (a int NOT NULL, b int)`,
      to: `CREATE TABLE m (a int PRIMARY KEY, b int) PARTITION BY LIST (a); CREATE INDEX i ON m (b);
           CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1)`,
    },
    'comes when a table has one': {
      from: `${PARTS}CREATE INDEX own ON m1 (b)`,
      to: `${PARTS}CREATE INDEX own ON m1 (b); CREATE INDEX i ON m (b)`,
    },
    'lets go of a table that keeps its index': {
      from: `CREATE TABLE m (a int PRIMARY KEY, b int) PARTITION BY LIST (a); CREATE INDEX i ON m (b);
             CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1)`,
      to: `CREATE TABLE m (a int PRIMARY KEY, b int) PARTITION BY LIST (a); CREATE INDEX i ON m (b);
           CREATE TABLE m1 (a int PRIMARY KEY, b int); CREATE INDEX m1_b_idx ON m1 (b)`,
    },
    'lets go of a table that loses its index': {
      from: `CREATE TABLE m (a int PRIMARY KEY, b int) PARTITION BY LIST (a); CREATE INDEX i ON m (b);
             CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1)`,
      to: `CREATE TABLE m (a int PRIMARY KEY, b int) PARTITION BY LIST (a); CREATE INDEX i ON m (b);
           CREATE TABLE m1 (a int NOT NULL, b int)`,
    },
    'goes while a table is let go': {
      from: `CREATE TABLE m (a int PRIMARY KEY, b int) PARTITION BY LIST (a); CREATE INDEX i ON m (b);
             CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1)`,
      to: `CREATE TABLE m (a int NOT NULL, b int) PARTITION BY LIST (a);
           CREATE TABLE m1 (a int NOT NULL, b int); CREATE INDEX m1_b_idx ON m1 (b)`,
    },
    'goes with its table while a partition stays': {
      from: `CREATE TABLE m (a int PRIMARY KEY, b int) PARTITION BY LIST (a); CREATE INDEX i ON m (b);
             CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1)`,
      to: `CREATE TABLE m1 (a int NOT NULL, b int); CREATE INDEX m1_b_idx ON m1 (b)`,
    },
    'goes and stays on a partition': parts(
      'CREATE INDEX i ON m (b)',
      'CREATE INDEX m1_b_idx ON m1 (b)',
    ),
    'has storage parameters of its own on a partition': parts(
      'CREATE INDEX i ON m (b) WITH (fillfactor = 70)',
      `CREATE INDEX i ON m (b); ALTER INDEX m1_b_idx SET (fillfactor = 60)`,
    ),
    'comes with storage parameters of its own on a partition': parts(
      '',
      `CREATE INDEX i ON m (b) WITH (fillfactor = 70); ALTER INDEX m1_b_idx RESET (fillfactor)`,
    ),
    'has comments and targets below': parts(
      'CREATE INDEX i ON m ((b + 1))',
      `CREATE INDEX i ON m ((b + 2)); COMMENT ON INDEX m1_expr_idx IS 'below';
       ALTER INDEX m1_expr_idx ALTER COLUMN 1 SET STATISTICS 100`,
    ),
    'stands above none': parts('', 'CREATE INDEX i ON ONLY m (b)'),
    'stands above some': parts(
      'CREATE INDEX i ON m (b)',
      'CREATE INDEX i ON ONLY m (b); CREATE INDEX one ON m1 (b); ALTER INDEX i ATTACH PARTITION one',
    ),
    'gets the rest of its partitions': parts(
      'CREATE INDEX i ON ONLY m (b); CREATE INDEX one ON m1 (b); ALTER INDEX i ATTACH PARTITION one',
      'CREATE INDEX i ON m (b); ALTER INDEX m1_b_idx RENAME TO one',
    ),
    'of a column that takes another type': {
      from: `CREATE TABLE m (a int, b int) PARTITION BY LIST (a); CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
             CREATE INDEX i ON m (b); CREATE INDEX j ON m (a) WHERE b IS NOT NULL; ALTER TABLE m ADD UNIQUE (a, b)`,
      to: `CREATE TABLE m (a int, b bigint) PARTITION BY LIST (a); CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
           CREATE INDEX i ON m (b); CREATE INDEX j ON m (a) WHERE b IS NOT NULL; ALTER TABLE m ADD UNIQUE (a, b)`,
      rows: 'INSERT INTO m VALUES (1, 2)',
      survives: 'SELECT a, b::text FROM m',
    },
    'stands above partitions that have the same for themselves': parts(
      '',
      'ALTER TABLE m1 ADD PRIMARY KEY (a); ALTER TABLE m1 ADD UNIQUE (a, b); ALTER TABLE m ADD UNIQUE (a, b)',
    ),
    'takes over what belonged to another one': parts(
      'CREATE INDEX i ON m (b)',
      'CREATE INDEX j ON m (b) WHERE b > 1',
    ),
    'has another name': parts(
      'CREATE INDEX i ON m (b); ALTER TABLE m ADD CONSTRAINT k PRIMARY KEY (a, b)',
      'CREATE INDEX j ON m (b); ALTER TABLE m ADD CONSTRAINT l PRIMARY KEY (a, b)',
    ),
    'of long names': {
      from: '',
      to: `CREATE TABLE ${'t'.repeat(50)} (a int, ${'b'.repeat(40)} int) PARTITION BY LIST (a);
           CREATE TABLE ${'p'.repeat(60)} PARTITION OF ${'t'.repeat(50)} FOR VALUES IN (1);
           CREATE TABLE q PARTITION OF ${'t'.repeat(50)} FOR VALUES IN (2);
           CREATE INDEX ON ${'t'.repeat(50)} (${'b'.repeat(40)}); CREATE INDEX ON ${'t'.repeat(50)} (a);
           ALTER TABLE ${'t'.repeat(50)} ADD UNIQUE (${'b'.repeat(40)}, a), ADD PRIMARY KEY (a)`,
    },
  };
  it.each(Object.entries(cases))('%s', async (_name, convergence) => {
    await expectConvergence(convergence);
  });

  it('is built on each partition beside readers and writers', async () => {
    const { upSql } = await expectConvergence(parts('', 'CREATE INDEX i ON m (b)'));
    expect(upSql.split('\n').filter((line) => !line.startsWith('--') && line !== '')).toEqual([
      'CREATE INDEX i ON ONLY public.m (b);',
      'CREATE INDEX CONCURRENTLY m1_b_idx ON public.m1 (b);',
      'ALTER INDEX public.i ATTACH PARTITION public.m1_b_idx;',
      'CREATE INDEX m2_b_idx ON ONLY public.m2 (b);',
      'ALTER INDEX public.i ATTACH PARTITION public.m2_b_idx;',
      'CREATE INDEX CONCURRENTLY m21_b_idx ON public.m21 (b);',
      'ALTER INDEX public.m2_b_idx ATTACH PARTITION public.m21_b_idx;',
    ]);
  });

  it('comes with new partitions by itself', async () => {
    const { upSql } = await expectConvergence({
      from: '',
      to: `CREATE TABLE m (a int PRIMARY KEY) PARTITION BY LIST (a); CREATE INDEX i ON m (a);
           CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);`,
    });
    expect(upSql).toContain('CREATE INDEX i ON public.m (a);');
    expect(upSql).not.toContain('m1_a_idx');
    expect(upSql).not.toContain('m1_pkey');
  });
});

describe('a foreign key and partitions', () => {
  const R = 'CREATE TABLE r (id int PRIMARY KEY);';
  const M = `CREATE TABLE m (a int PRIMARY KEY, b int) PARTITION BY LIST (a);
    CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);`;
  const cases: Cases = {
    'of a partitioned table': {
      from: R + M,
      to: `${R}${M}ALTER TABLE m ADD FOREIGN KEY (b) REFERENCES r`,
    },
    'to a partitioned table': {
      from: `${M}CREATE TABLE s (x int)`,
      to: `${M}CREATE TABLE s (x int REFERENCES m)`,
    },
    'to a partition': {
      from: `${M}CREATE TABLE s (x int)`,
      to: `${M}CREATE TABLE s (x int REFERENCES m1)`,
    },
    'between partitions of one table': {
      from: M,
      to: `${M}ALTER TABLE m ADD FOREIGN KEY (b) REFERENCES m`,
    },
    'from the beginning': {
      from: '',
      to: `${R}${M}ALTER TABLE m ADD FOREIGN KEY (b) REFERENCES r ON DELETE CASCADE DEFERRABLE;
           CREATE TABLE s (x int REFERENCES m)`,
    },
    'that changes': {
      from: `${R}${M}ALTER TABLE m ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES r`,
      to: `${R}${M}ALTER TABLE m ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES r ON DELETE CASCADE`,
    },
    'that is deferred': {
      from: `${R}${M}ALTER TABLE m ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES r`,
      to: `${R}${M}ALTER TABLE m ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES r DEFERRABLE`,
    },
    'that stays on one partition': {
      from: `${R}${M}ALTER TABLE m ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES r`,
      to: `${R}${M}ALTER TABLE m1 ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES r`,
    },
    'with a partition that is attached': {
      from: `${R}CREATE TABLE m (a int, b int REFERENCES r) PARTITION BY LIST (a); CREATE TABLE m1 (a int, b int)`,
      to: `${R}CREATE TABLE m (a int, b int REFERENCES r) PARTITION BY LIST (a);
           CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1)`,
    },
    'with a partition that keeps it': {
      from: `${R}CREATE TABLE m (a int, b int CONSTRAINT f REFERENCES r) PARTITION BY LIST (a);
             CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1)`,
      to: `${R}CREATE TABLE m (a int, b int CONSTRAINT f REFERENCES r) PARTITION BY LIST (a);
           CREATE TABLE m1 (a int, b int CONSTRAINT f REFERENCES r)`,
    },
    'with a partition that changes it': {
      from: `${R}CREATE TABLE m (a int, b int CONSTRAINT f REFERENCES r) PARTITION BY LIST (a);
             CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1)`,
      to: `${R}CREATE TABLE m (a int, b int CONSTRAINT f REFERENCES r) PARTITION BY LIST (a);
           CREATE TABLE m1 (a int, b int CONSTRAINT f REFERENCES r ON DELETE CASCADE)`,
    },
  };
  it.each(Object.entries(cases))('%s', async (_name, convergence) => {
    await expectConvergence(convergence);
  });
});

describe('extended statistics', () => {
  const cases: Cases = {
    'come and go': on(
      '',
      `CREATE STATISTICS s ON a, b FROM t; CREATE STATISTICS x (mcv) ON b, a, (a + id), lower(b) FROM t;
       CREATE STATISTICS y ON (a * 2) FROM t`,
    ),
    'are of another form': on(
      'CREATE STATISTICS s (ndistinct) ON a, b FROM t',
      'CREATE STATISTICS s (dependencies, mcv) ON a, b FROM t',
    ),
    'have other columns and keep their comment': on(
      `CREATE STATISTICS s ON a, b FROM t; COMMENT ON STATISTICS s IS 'kept'`,
      `CREATE STATISTICS s ON a, c FROM t; COMMENT ON STATISTICS s IS 'kept'`,
    ),
    'have a target': on(
      'CREATE STATISTICS s ON a, b FROM t; ALTER STATISTICS s SET STATISTICS 10; CREATE STATISTICS x ON a, c FROM t',
      'CREATE STATISTICS s ON a, b FROM t; CREATE STATISTICS x ON a, c FROM t; ALTER STATISTICS x SET STATISTICS 0',
    ),
    'have another name': on(
      'CREATE STATISTICS s ON a, b FROM t',
      'CREATE STATISTICS x ON a, b FROM t',
    ),
    'are in another schema than their table': {
      from: `${TABLE}CREATE SCHEMA z`,
      to: `${TABLE}CREATE SCHEMA z; CREATE STATISTICS z.s ON a, b FROM t`,
    },
    'stay when a column takes another type': {
      from: 'CREATE TABLE t (a int, b int); CREATE STATISTICS s ON a, b FROM t; ALTER STATISTICS s SET STATISTICS 7',
      to: 'CREATE TABLE t (a bigint, b int); CREATE STATISTICS s ON a, b FROM t; ALTER STATISTICS s SET STATISTICS 7',
    },
    'keep their owner when a column takes another type': {
      from: `CREATE ROLE plinth_counts; CREATE TABLE t (a int, b int); CREATE STATISTICS s ON a, b FROM t;
        ALTER STATISTICS s OWNER TO plinth_counts`,
      to: `CREATE ROLE plinth_counts; CREATE TABLE t (a bigint, b int); CREATE STATISTICS s ON a, b FROM t;
        ALTER STATISTICS s OWNER TO plinth_counts`,
    },
    'go with a column': {
      from: 'CREATE TABLE t (a int, b int); CREATE STATISTICS s ON a, b FROM t',
      to: 'CREATE TABLE t (a int)',
    },
    'of a partitioned table and a materialized view': {
      from: `CREATE TABLE m (a int, b int) PARTITION BY LIST (a); CREATE MATERIALIZED VIEW v AS SELECT 1 AS a, 2 AS b`,
      to: `CREATE TABLE m (a int, b int) PARTITION BY LIST (a); CREATE MATERIALIZED VIEW v AS SELECT 1 AS a, 2 AS b;
           CREATE STATISTICS s ON a, b FROM m; CREATE STATISTICS x ON a, b FROM v`,
    },
    'come when a column was dropped': {
      from: 'CREATE TABLE t (a int, c int, b int); CREATE STATISTICS s ON b, c FROM t',
      to: 'CREATE TABLE t (a text, c int); CREATE STATISTICS s ON a, c FROM t',
    },
  };
  it.each(Object.entries(cases))('%s', async (_name, convergence) => {
    await expectConvergence(convergence);
  });
});
