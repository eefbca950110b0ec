// Views, materialized views, what their columns carry, and rules, from one definition to another.

import { describe, expect, it } from 'vitest';
import { expectConvergence } from '../support/convergence.js';
import { type Case, sideBySide } from '../support/side-by-side.js';

const TABLES = `
  CREATE TABLE users (id int PRIMARY KEY, name text, email varchar(100), age int, active boolean);
  CREATE TABLE orders (id int PRIMARY KEY, user_id int, total numeric(10,2), placed timestamptz);
`;

type Cases = Readonly<Record<string, Case>>;

/** Both sides stand on the same tables. */
function onTables(from: string, to: string): Case {
  return { from: TABLES + from, to: TABLES + to };
}

/** A view with everything on it that it can carry. */
const LADEN_VIEW = `
  CREATE ROLE plinth_view_reader;
  CREATE VIEW v AS SELECT id, a, b FROM t;
  ALTER VIEW v ALTER a SET DEFAULT 3;
  COMMENT ON COLUMN v.a IS 'x';
  GRANT SELECT (a) ON v TO plinth_view_reader;
  GRANT INSERT ON v TO plinth_view_reader;
  COMMENT ON VIEW v IS 'y';
  CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
  CREATE TRIGGER x INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION f();
  COMMENT ON TRIGGER x ON v IS 't';
  CREATE RULE r AS ON DELETE TO v DO INSTEAD DELETE FROM t WHERE id = old.id;
  COMMENT ON RULE r ON v IS 'r';
  CREATE FUNCTION g() RETURNS SETOF v LANGUAGE sql AS 'SELECT * FROM v';
  CREATE FUNCTION h(v) RETURNS int LANGUAGE sql AS 'SELECT 1';
  CREATE VIEW w AS SELECT * FROM g();
  CREATE POLICY p ON t USING (a IN (SELECT a FROM v));
`;

describe('a view', () => {
  const cases: Cases = {
    'joins tables that have no column in common': {
      from: 'CREATE TABLE t (a int); CREATE TABLE u (b int)',
      to: `CREATE TABLE t (a int); CREATE TABLE u (b int);
        CREATE VIEW v AS SELECT * FROM t NATURAL LEFT JOIN u;
        CREATE MATERIALIZED VIEW m AS SELECT * FROM t NATURAL FULL JOIN u`,
    },
    'comes and goes': onTables('', 'CREATE VIEW v AS SELECT id, name FROM users'),
    'has options': onTables(
      'CREATE VIEW v AS SELECT id FROM users; CREATE VIEW w WITH (security_barrier) AS SELECT 1 AS a',
      `CREATE VIEW v WITH (security_barrier = true, check_option = local) AS SELECT id FROM users;
       CREATE VIEW w AS SELECT 1 AS a`,
    ),
    'checks what is written': onTables(
      'CREATE VIEW v AS SELECT id FROM users WHERE id > 1 WITH CASCADED CHECK OPTION',
      'CREATE VIEW v AS SELECT id FROM users WHERE id > 2 WITH LOCAL CHECK OPTION',
    ),
    'gets columns at its end': onTables(
      'CREATE VIEW v AS SELECT id FROM users',
      'CREATE VIEW v AS SELECT id, name, age + 1 AS next FROM users',
    ),
    'loses and reorders columns': onTables(
      'CREATE VIEW v AS SELECT id, name, age FROM users; CREATE VIEW w AS SELECT id FROM v',
      'CREATE VIEW v AS SELECT name, id FROM users; CREATE VIEW w AS SELECT id FROM v',
    ),
    'has a column of another type': onTables(
      'CREATE VIEW v AS SELECT id, age FROM users',
      'CREATE VIEW v AS SELECT id, age::bigint AS age FROM users',
    ),
    'has a column of another collation': onTables(
      'CREATE VIEW v AS SELECT name FROM users',
      'CREATE VIEW v AS SELECT name COLLATE "C" AS name FROM users',
    ),
    'has columns of other names': onTables(
      'CREATE VIEW v AS SELECT id, name FROM users; CREATE VIEW w AS SELECT * FROM v',
      'CREATE VIEW v AS SELECT id AS key, name AS label FROM users; CREATE VIEW w AS SELECT * FROM v',
    ),
    'swaps two names': onTables(
      'CREATE VIEW v AS SELECT id AS a, age AS b FROM users',
      'CREATE VIEW v AS SELECT id AS b, age AS a FROM users',
    ),
    'has no columns': { from: '', to: 'CREATE VIEW v AS SELECT' },
    'is nothing but values': {
      from: "CREATE VIEW v AS VALUES (1, 'a'), (2, NULL)",
      to: "CREATE VIEW v (id, label) AS VALUES (1, 'a(,')",
    },
    'is recursive': {
      from: '',
      to: 'CREATE RECURSIVE VIEW v (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM v WHERE n < 9',
    },
    'groups by a primary key': {
      from: 'CREATE TABLE t (id int, a int)',
      to: `CREATE TABLE t (id int, a int);
        ALTER TABLE t ADD CONSTRAINT t_pkey PRIMARY KEY (id);
        CREATE VIEW v AS SELECT id, a, count(*) FROM t GROUP BY id`,
    },
    'stands on others in a chain': onTables(
      `CREATE VIEW a AS SELECT id FROM users; CREATE VIEW b AS SELECT id FROM a;
       CREATE VIEW c AS SELECT a.id FROM a JOIN b USING (id)`,
      `CREATE VIEW c AS SELECT id, name FROM users; CREATE VIEW b AS SELECT id FROM c;
       CREATE VIEW a AS SELECT c.id FROM c JOIN b USING (id)`,
    ),
    'has odd names': {
      from: '',
      to: `CREATE SCHEMA "My Schema"; CREATE TABLE "My Schema"."T" ("Id" int, "select" text);
        CREATE VIEW "My Schema"."V w" AS SELECT "Id", "select" AS "From" FROM "My Schema"."T"`,
    },
    'becomes a table': onTables('CREATE VIEW v AS SELECT id FROM users', 'CREATE TABLE v (id int)'),
    'becomes a materialized view': onTables(
      'CREATE VIEW v AS SELECT id FROM users',
      'CREATE MATERIALIZED VIEW v AS SELECT id FROM users',
    ),
    'follows a column that is retyped': {
      from: `CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT a FROM t WHERE b > 1;
        CREATE VIEW w AS SELECT a FROM v; COMMENT ON VIEW v IS 'kept'`,
      to: `CREATE TABLE t (a bigint, b int); CREATE VIEW v AS SELECT a FROM t WHERE b > 1;
        CREATE VIEW w AS SELECT a FROM v; COMMENT ON VIEW v IS 'kept'`,
    },
    'lets a column go that it showed': {
      from: 'CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT a, b FROM t',
      to: 'CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t',
    },
    'calls a function that is made anew': {
      from: `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE VIEW v AS SELECT 1 AS a WHERE f() > 0`,
      to: `CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
        CREATE VIEW v AS SELECT 1 AS a WHERE f() > 0`,
    },
    'is a type of an argument': onTables(
      `CREATE VIEW v AS SELECT id FROM users;
       CREATE FUNCTION f(v) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      `CREATE VIEW v AS SELECT name FROM users;
       CREATE FUNCTION f(v) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
    ),
    'has a column whose type is replaced': {
      from: `CREATE TYPE mood AS ENUM ('sad', 'ok', 'bad'); CREATE TABLE t (id int, m mood);
        CREATE VIEW v AS SELECT id, m FROM t WHERE m = 'ok'; ALTER VIEW v ALTER m SET DEFAULT 'ok';
        COMMENT ON COLUMN v.m IS 'c'; CREATE MATERIALIZED VIEW n AS SELECT m FROM t;
        CREATE INDEX i ON n (m);
        CREATE RULE r AS ON DELETE TO t WHERE old.m = 'ok' DO DELETE FROM t WHERE m = old.m;
        CREATE POLICY p ON t USING (m <> 'sad')`,
      to: `CREATE TYPE mood AS ENUM ('ok', 'sad'); CREATE TABLE t (id int, m mood);
        CREATE VIEW v AS SELECT id, m FROM t WHERE m = 'ok'; ALTER VIEW v ALTER m SET DEFAULT 'ok';
        COMMENT ON COLUMN v.m IS 'c'; CREATE MATERIALIZED VIEW n AS SELECT m FROM t;
        CREATE INDEX i ON n (m);
        CREATE RULE r AS ON DELETE TO t WHERE old.m = 'ok' DO DELETE FROM t WHERE m = old.m;
        CREATE POLICY p ON t USING (m <> 'sad')`,
    },
    'takes all that stands on it along': {
      from: `CREATE TABLE t (id int, a int, b text); ${LADEN_VIEW}`,
      to: `CREATE TABLE t (id int, a bigint, b text); ${LADEN_VIEW}`,
    },
    'carries its comment, owner and grants over': onTables(
      `CREATE ROLE plinth_view_reader; CREATE VIEW v AS SELECT id, name FROM users;
       GRANT SELECT ON v TO plinth_view_reader; COMMENT ON VIEW v IS 'it''s one';
       ALTER VIEW v OWNER TO plinth_view_reader`,
      `CREATE VIEW v AS SELECT name FROM users;
       GRANT SELECT ON v TO plinth_view_reader; COMMENT ON VIEW v IS 'it''s one';
       ALTER VIEW v OWNER TO plinth_view_reader`,
    ),
  };
  it('converges in every case', async () => {
    await expectConvergence(sideBySide(cases));
  });

  it('is replaced where its columns stay, and created anew where they do not', async () => {
    const { upSql, downSql } = await expectConvergence(
      onTables(
        'CREATE VIEW v AS SELECT id FROM users WHERE age > 18 AND active; CREATE VIEW w AS SELECT id FROM v',
        'CREATE VIEW v AS SELECT id, name FROM users; CREATE VIEW w AS SELECT id FROM v',
      ),
    );
    // Before 16, PostgreSQL names the table of every column.
    expect(upSql).toMatch(
      /^CREATE OR REPLACE VIEW public\.v AS\nSELECT (users\.)?id,\n {4}(users\.)?name\nFROM public\.users;\n$/,
    );
    expect(downSql).toMatch(/DROP VIEW public\.w;[\s\S]*DROP VIEW public\.v;/);
    expect(downSql).toMatch(/CREATE VIEW public\.w AS\nSELECT (v\.)?id\nFROM public\.v;/);
    expect(downSql).toContain('-- breaks-code: the column name of public.v is gone');
  });

  it('alters its options in place', async () => {
    const { upSql, downSql } = await expectConvergence({
      from: 'CREATE VIEW v AS SELECT 1 AS a',
      to: 'CREATE VIEW v WITH (security_barrier) AS SELECT 1 AS a',
    });
    expect(upSql).toBe('ALTER VIEW public.v SET (security_barrier = true);\n');
    expect(downSql).toContain('\nALTER VIEW public.v RESET (security_barrier);\n');
    expect(downSql).toContain('-- widens-privileges: public.v may show rows');
  });

  it('may run as its reader', async () => {
    const { downSql } = await expectConvergence({
      from: 'CREATE VIEW v AS SELECT 1 AS a',
      to: 'CREATE VIEW v WITH (security_invoker = on) AS SELECT 1 AS a',
      since: 15,
    });
    expect(downSql).toContain(
      '-- widens-privileges: public.v reads with the privileges of its owner',
    );
  });

  it('renames its columns in place', async () => {
    const { upSql } = await expectConvergence({
      from: "CREATE VIEW v AS SELECT 1 AS a, 2 AS b; COMMENT ON COLUMN v.a IS 'one'",
      to: "CREATE VIEW v AS SELECT 1 AS x, 2 AS b; COMMENT ON COLUMN v.x IS 'one'",
    });
    expect(upSql).toContain('ALTER VIEW public.v RENAME COLUMN a TO x;');
    expect(upSql).not.toContain('DROP');
  });

  it('is not disturbed by a function that is replaced', async () => {
    const view = 'CREATE VIEW v AS SELECT f() AS a';
    const { upSql } = await expectConvergence({
      from: `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; ${view}`,
      to: `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2'; ${view}`,
    });
    expect(upSql).not.toContain('VIEW');
  });
});

describe('the text of a view', () => {
  const queries: Readonly<Record<string, string>> = {
    ranges: `SELECT id FROM users WHERE id BETWEEN 1 AND 9 AND age NOT BETWEEN 2 AND 3 AND active
      OR age NOT BETWEEN 1 AND 2 OR (id, age) = (1, 2) AND active`,
    lists: `SELECT id FROM users WHERE email IN ('a', 'b') AND email NOT IN ('c', 'd') AND id IN (1, 2)`,
    unions: `SELECT id, 'user' AS sort, NULL AS x FROM users UNION ALL SELECT id, 'order', NULL FROM orders
      UNION ALL (SELECT 1, 'z', 'w' EXCEPT SELECT 2, NULL, NULL)`,
    joins: `SELECT u.id, o.total FROM users u LEFT JOIN orders o ON o.user_id = u.id AND (o.total > 1
      OR o.placed IS NULL) JOIN (users a JOIN users b USING (id)) ON a.id = u.id`,
    nested: `SELECT id, (SELECT max(total) FROM orders o WHERE o.user_id = u.id) AS top,
      (SELECT 'x'), EXISTS (SELECT FROM orders) AS some FROM users u
      WHERE id = ANY (SELECT user_id FROM orders WHERE total > 1) AND id > ALL (SELECT 1 UNION SELECT 2)`,
    with_tables: `WITH a AS (SELECT id, 'x' AS k FROM users), b (n) AS MATERIALIZED (SELECT 'q' UNION
      SELECT 'r') SELECT * FROM a, b WHERE a.k = b.n`,
    windows: `SELECT id, sum(age) FILTER (WHERE age > 1 AND active) OVER w, row_number() OVER (ORDER BY
      (age + 1) DESC, id) FROM users WINDOW w AS (PARTITION BY active, (age + 1) ORDER BY id)`,
    groups: `SELECT age, count(*) FROM users WHERE NOT (active AND age = 1) GROUP BY GROUPING SETS ((age),
      (age, id), ()), ROLLUP (active) HAVING count(*) > 1 AND max(id) < 5 ORDER BY (age + 1), 2 LIMIT 3`,
    cases: `SELECT CASE WHEN age > 1 AND active THEN 'a' ELSE 'b
      c' END AS k, CASE age WHEN 1 THEN CASE WHEN active THEN 1 END ELSE 3 END AS n FROM users`,
    casts: `SELECT (age + 1)::text AS a, age::text || 'x' AS b, (age IS NULL)::text AS c, -age AS d, (-age)::text
      AS e, ARRAY[age, 1]::bigint[] AS f, (ARRAY[email, 'x'])[1] AS g, email::text::varchar(5) AS h FROM users`,
    operators: `SELECT age - (age - 1) AS a, (age - age) - 1 AS b, age * (age + 1) AS c, name || (email || 'x')
      AS d, (active = (age > 1)) IS NOT TRUE AS e, name COLLATE "C" < email AS f FROM users`,
    whole_rows: `SELECT u.*::text AS t, ROW(u.id, 1) = ROW(2, u.age) AS r, u IS NOT NULL AS n FROM users u
      WHERE (id, age) IN (SELECT 1, 2) AND (id, age) < (3, 4)`,
  };
  it('comes back as it was', async () => {
    const views = Object.entries(queries).map(
      ([name, query]) => `CREATE VIEW ${name} AS ${query};`,
    );
    await expectConvergence({ from: TABLES, to: TABLES + views.join('\n') });
  });

  it('is written as a person would', async () => {
    const { upSql } = await expectConvergence({
      from: TABLES,
      to: `${TABLES} CREATE VIEW late AS
        SELECT u.name, sum(o.total) AS total, (SELECT count(*) FROM orders) AS n,
          CASE WHEN u.age > 17 AND u.active THEN 'adult' ELSE 'child' END AS sort
        FROM users u JOIN orders o ON o.user_id = u.id AND o.total > 0
          LEFT JOIN (SELECT user_id, max(placed) AS last FROM orders WHERE total BETWEEN 1 AND 9
            AND placed IS NOT NULL GROUP BY user_id) l ON l.user_id = u.id
        WHERE u.active AND u.age BETWEEN 20 AND 30 AND (l.last IS NULL OR l.last < now()) AND u.name <> ''
        GROUP BY u.name, u.age, u.active HAVING count(*) > 1 ORDER BY u.name`,
    });
    expect(upSql).toBe(`CREATE VIEW public.late AS
SELECT u.name,
    sum(o.total) AS total,
    (SELECT count(*) AS count FROM public.orders) AS n,
    CASE
        WHEN u.age > 17 AND u.active THEN 'adult'::text
        ELSE 'child'::text
    END AS sort
FROM public.users u
    JOIN public.orders o ON o.user_id = u.id AND o.total > 0::numeric
    LEFT JOIN (
        SELECT orders.user_id,
            max(orders.placed) AS last
        FROM public.orders
        WHERE orders.total BETWEEN 1::numeric AND 9::numeric
            AND orders.placed IS NOT NULL
        GROUP BY orders.user_id
    ) l ON l.user_id = u.id
WHERE u.active
    AND u.age BETWEEN 20 AND 30
    AND (l.last IS NULL OR l.last < now())
    AND u.name <> ''::text
GROUP BY u.name, u.age, u.active
HAVING count(*) > 1
ORDER BY u.name;
`);
  });
});

describe('what the columns of a view carry', () => {
  const cases: Cases = {
    'comments come, change and go': onTables(
      `CREATE VIEW v AS SELECT id, name FROM users; CREATE VIEW w AS SELECT id FROM v;
       COMMENT ON COLUMN v.id IS 'one'; COMMENT ON COLUMN w.id IS 'gone'`,
      `CREATE VIEW v AS SELECT id, name FROM users; CREATE VIEW w AS SELECT id FROM v;
       COMMENT ON COLUMN v.id IS 'two'; COMMENT ON COLUMN v.name IS 'new'`,
    ),
    'comments of a view that is made anew': onTables(
      "CREATE VIEW v AS SELECT id, name FROM users; COMMENT ON COLUMN v.name IS 'kept'",
      "CREATE VIEW v AS SELECT name FROM users; COMMENT ON COLUMN v.name IS 'kept'",
    ),
    'a comment on a new last column': onTables(
      'CREATE VIEW v AS SELECT id FROM users',
      "CREATE VIEW v AS SELECT id, name FROM users; COMMENT ON COLUMN v.name IS 'new'",
    ),
    privileges: onTables(
      `CREATE ROLE plinth_view_reader; CREATE VIEW v AS SELECT id, name FROM users;
       GRANT SELECT (id), UPDATE (name) ON v TO plinth_view_reader; GRANT SELECT (name) ON v TO PUBLIC`,
      `CREATE VIEW v AS SELECT id, name FROM users;
       GRANT SELECT (id) ON v TO plinth_view_reader WITH GRANT OPTION`,
    ),
    defaults: onTables(
      `CREATE VIEW v AS SELECT id, name, age FROM users; ALTER VIEW v ALTER name SET DEFAULT 'x';
       ALTER VIEW v ALTER age SET DEFAULT 1`,
      `CREATE VIEW v AS SELECT id, name, age FROM users; ALTER VIEW v ALTER name SET DEFAULT 'y';
       ALTER VIEW v ALTER id SET DEFAULT 1 + 2`,
    ),
    'a default on a view that is made anew': onTables(
      "CREATE VIEW v AS SELECT id, name FROM users; ALTER VIEW v ALTER name SET DEFAULT 'x'",
      "CREATE VIEW v AS SELECT name FROM users; ALTER VIEW v ALTER name SET DEFAULT 'x'",
    ),
    'a default that calls a function': onTables(
      `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
       CREATE VIEW v AS SELECT id FROM users; ALTER VIEW v ALTER id SET DEFAULT f()`,
      'CREATE VIEW v AS SELECT id FROM users',
    ),
    'storage and statistics of a materialized view': onTables(
      `CREATE MATERIALIZED VIEW m AS SELECT id, name FROM users;
         ALTER MATERIALIZED VIEW m ALTER id SET STATISTICS 100;
         ALTER MATERIALIZED VIEW m ALTER name SET STORAGE external;
         ALTER MATERIALIZED VIEW m ALTER id SET (n_distinct = 5)`,
      `CREATE MATERIALIZED VIEW m AS SELECT id, name FROM users;
         ALTER MATERIALIZED VIEW m ALTER id SET STATISTICS 200;
         ALTER MATERIALIZED VIEW m ALTER name SET STATISTICS 0;
         ALTER MATERIALIZED VIEW m ALTER name SET STORAGE main;
         ALTER MATERIALIZED VIEW m ALTER name SET COMPRESSION pglz;
         COMMENT ON COLUMN m.id IS 'c'`,
    ),
  };
  it('converges in every case', async () => {
    await expectConvergence(sideBySide(cases));
  });
});

describe('a materialized view', () => {
  const cases: Cases = {
    'comes and goes': onTables('', 'CREATE MATERIALIZED VIEW m AS SELECT id, name FROM users'),
    'comes without rows': onTables(
      '',
      'CREATE MATERIALIZED VIEW m AS SELECT id FROM users WITH NO DATA',
    ),
    'has another query': onTables(
      `CREATE MATERIALIZED VIEW m AS SELECT id, name FROM users; CREATE UNIQUE INDEX i ON m (id);
       CREATE VIEW v AS SELECT id FROM m; COMMENT ON MATERIALIZED VIEW m IS 'kept'`,
      `CREATE MATERIALIZED VIEW m AS SELECT id, name FROM users WHERE active; CREATE UNIQUE INDEX i ON m (id);
       CREATE VIEW v AS SELECT id FROM m; COMMENT ON MATERIALIZED VIEW m IS 'kept'`,
    ),
    'has storage parameters': onTables(
      'CREATE MATERIALIZED VIEW m WITH (fillfactor = 70, autovacuum_enabled) AS SELECT id, name FROM users',
      `CREATE MATERIALIZED VIEW m WITH (fillfactor = 80, toast.autovacuum_enabled = off)
       AS SELECT id, name FROM users`,
    ),
    'follows a column that is retyped': {
      from: `CREATE TABLE t (a int); CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
        CREATE INDEX i ON m (a); CREATE MATERIALIZED VIEW n AS SELECT a FROM m`,
      to: `CREATE TABLE t (a bigint); CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
        CREATE INDEX i ON m (a); CREATE MATERIALIZED VIEW n AS SELECT a FROM m`,
    },
    'is filled where another one reads it': onTables(
      'CREATE MATERIALIZED VIEW m AS SELECT id FROM users',
      `CREATE MATERIALIZED VIEW new AS SELECT id FROM users WITH NO DATA;
       CREATE VIEW between AS SELECT id FROM new;
       CREATE MATERIALIZED VIEW m AS SELECT id FROM between WITH NO DATA`,
    ),
    'is clustered': onTables(
      `CREATE MATERIALIZED VIEW m AS SELECT id FROM users; CREATE INDEX i ON m (id);
       ALTER MATERIALIZED VIEW m CLUSTER ON i`,
      `CREATE MATERIALIZED VIEW m AS SELECT id FROM users WHERE active; CREATE INDEX i ON m (id);
       CREATE INDEX j ON m (id); ALTER MATERIALIZED VIEW m CLUSTER ON j`,
    ),
    'is dropped with an extension': onTables(
      `CREATE EXTENSION hstore; CREATE MATERIALIZED VIEW m AS SELECT id FROM users;
       ALTER MATERIALIZED VIEW m DEPENDS ON EXTENSION hstore`,
      `CREATE EXTENSION hstore; CREATE MATERIALIZED VIEW m AS SELECT name FROM users;
       ALTER MATERIALIZED VIEW m DEPENDS ON EXTENSION hstore;
       CREATE MATERIALIZED VIEW n AS SELECT id FROM users;
       ALTER MATERIALIZED VIEW n DEPENDS ON EXTENSION hstore`,
    ),
    'becomes a view': onTables(
      'CREATE MATERIALIZED VIEW m AS SELECT id FROM users; CREATE INDEX i ON m (id)',
      'CREATE VIEW m AS SELECT id FROM users',
    ),
  };
  it('converges in every case', async () => {
    await expectConvergence(sideBySide(cases));
  });

  it('says that its rows are computed anew, and keeps its indexes', async () => {
    const { upSql, up } = await expectConvergence({
      ...onTables(
        'CREATE MATERIALIZED VIEW m AS SELECT id FROM users; CREATE INDEX i ON m (id)',
        'CREATE MATERIALIZED VIEW m AS SELECT id FROM users WHERE active; CREATE INDEX i ON m (id)',
      ),
      rows: 'INSERT INTO users VALUES (1, NULL, NULL, NULL, true); REFRESH MATERIALIZED VIEW m',
      survives: 'SELECT id FROM m',
    });
    expect(upSql).toContain('-- rewrites-table: every row of public.m is computed anew');
    expect(up.changes.map(({ verb, object }) => `${verb} ${object}`)).toEqual([
      'rebuild index:public.i',
      'rebuild materialized-view:public.m',
    ]);
  });

  it('keeps its rows under another access method', async () => {
    const methods = 'CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;';
    const { upSql } = await expectConvergence({
      from: `${methods} CREATE MATERIALIZED VIEW m AS SELECT 1 AS a`,
      to: `${methods} CREATE MATERIALIZED VIEW m USING heap2 AS SELECT 1 AS a;
        CREATE MATERIALIZED VIEW n USING heap2 AS SELECT 1 AS a`,
      since: 15,
    });
    expect(upSql).toContain('ALTER MATERIALIZED VIEW public.m SET ACCESS METHOD heap2;');
  });

  it('is the same with and without rows', async () => {
    const { upSql } = await expectConvergence(
      onTables(
        'CREATE MATERIALIZED VIEW m AS SELECT id FROM users',
        'CREATE MATERIALIZED VIEW m AS SELECT id FROM users WITH NO DATA',
      ),
    );
    expect(upSql).toBe('');
  });

  it('alters its storage in place', async () => {
    const { upSql, downSql } = await expectConvergence({
      from: 'CREATE MATERIALIZED VIEW m AS SELECT 1 AS a',
      to: 'CREATE MATERIALIZED VIEW m WITH (fillfactor = 70) AS SELECT 1 AS a',
    });
    expect(upSql).toBe('ALTER MATERIALIZED VIEW public.m SET (fillfactor = 70);\n');
    expect(downSql).toBe('ALTER MATERIALIZED VIEW public.m RESET (fillfactor);\n');
  });
});

describe('a rule', () => {
  const cases: Cases = {
    'comes and goes': onTables('', 'CREATE RULE r AS ON INSERT TO users DO INSTEAD NOTHING'),
    'does something else': onTables(
      'CREATE RULE r AS ON UPDATE TO users DO ALSO NOTIFY changed',
      `CREATE RULE r AS ON UPDATE TO users WHERE old.age BETWEEN 1 AND 2 AND new.active
         DO INSTEAD UPDATE orders SET total = new.age WHERE user_id = old.id`,
    ),
    'is of another event': onTables(
      "CREATE RULE r AS ON UPDATE TO users DO ALSO NOTIFY changed; COMMENT ON RULE r ON users IS 'x'",
      "CREATE RULE r AS ON DELETE TO users DO ALSO NOTIFY changed; COMMENT ON RULE r ON users IS 'y'",
    ),
    'does several things': onTables(
      '',
      `CREATE VIEW v AS SELECT id, name FROM users;
       CREATE RULE r AS ON INSERT TO v DO INSTEAD (
         INSERT INTO users (id, name) VALUES (new.id, new.name);
         INSERT INTO orders (id, user_id) SELECT u.id, new.id FROM users u WHERE u.id BETWEEN 1 AND 2 AND u.active;
         DELETE FROM orders WHERE user_id = new.id AND total > 3)`,
    ),
    'returns rows, of a view that is made anew': onTables(
      `CREATE VIEW v AS SELECT id, name FROM users;
       CREATE RULE r AS ON UPDATE TO v DO INSTEAD UPDATE users SET name = new.name WHERE id = old.id
         RETURNING id, name`,
      `CREATE VIEW v AS SELECT name, id FROM users;
       CREATE RULE r AS ON UPDATE TO v DO INSTEAD UPDATE users SET name = new.name WHERE id = old.id
         RETURNING name, id`,
    ),
    'is off, and always on': onTables(
      `CREATE RULE r AS ON UPDATE TO users DO ALSO NOTIFY a; ALTER TABLE users DISABLE RULE r;
       CREATE RULE s AS ON UPDATE TO users DO ALSO NOTIFY a; ALTER TABLE users ENABLE REPLICA RULE s`,
      `CREATE RULE r AS ON UPDATE TO users DO ALSO NOTIFY b; ALTER TABLE users DISABLE RULE r;
       CREATE RULE s AS ON UPDATE TO users DO ALSO NOTIFY a; ALTER TABLE users ENABLE ALWAYS RULE s;
       CREATE RULE t AS ON UPDATE TO users DO ALSO NOTIFY a; ALTER TABLE users DISABLE RULE t`,
    ),
  };
  it('converges in every case', async () => {
    await expectConvergence(sideBySide(cases));
  });

  it('is written as a person would', async () => {
    const { upSql } = await expectConvergence(
      onTables(
        '',
        `CREATE RULE a AS ON UPDATE TO users WHERE old.age > 1 AND new.active DO INSTEAD
           UPDATE orders SET total = new.age WHERE user_id = old.id AND total < 5;
         CREATE RULE b AS ON DELETE TO users DO ALSO (DELETE FROM orders WHERE user_id = old.id;
           INSERT INTO orders (id, user_id) VALUES (1, 2); NOTIFY gone)`,
      ),
    );
    expect(upSql).toBe(`CREATE RULE a AS
    ON UPDATE TO public.users
    WHERE old.age > 1 AND new.active
    DO INSTEAD
        UPDATE public.orders SET total = new.age
        WHERE orders.user_id = old.id AND orders.total < 5::numeric;

CREATE RULE b AS
    ON DELETE TO public.users
    DO (
        DELETE FROM public.orders
        WHERE orders.user_id = old.id;
        INSERT INTO public.orders (id, user_id)
        VALUES (1, 2);
        NOTIFY gone;
    );
`);
  });

  it('is replaced, and renamed where only its name differs', async () => {
    const { upSql } = await expectConvergence(
      onTables(
        'CREATE RULE a AS ON INSERT TO users DO ALSO NOTIFY a; CREATE RULE b AS ON INSERT TO users DO ALSO NOTIFY c',
        'CREATE RULE a AS ON INSERT TO users DO ALSO NOTIFY b; CREATE RULE d AS ON INSERT TO users DO ALSO NOTIFY c',
      ),
    );
    expect(upSql).toContain('ALTER RULE b ON public.users RENAME TO d;');
    expect(upSql).toContain(`CREATE OR REPLACE RULE a AS
    ON INSERT TO public.users
    DO NOTIFY b;`);
  });
});

describe('what is renamed', () => {
  const onUsers = (table: string, column: string): string => `
    CREATE TABLE ${table} (id int, ${column} int);
    CREATE VIEW v AS SELECT id, ${table}.${column} FROM ${table};
    CREATE VIEW w AS SELECT ${column} FROM v;
    CREATE MATERIALIZED VIEW m AS SELECT id, ${column} FROM ${table};
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
    CREATE TRIGGER x BEFORE UPDATE OF ${column} ON ${table} FOR EACH ROW WHEN (new.${column} > 1)
      EXECUTE FUNCTION f();
    CREATE POLICY p ON ${table} USING (EXISTS (SELECT FROM ${table} u WHERE u.id = ${table}.${column}));
    CREATE RULE r AS ON DELETE TO ${table} DO UPDATE ${table} SET ${column} = 1 WHERE id = old.id;`;

  it('keeps what stands on a table', async () => {
    const { upSql } = await expectConvergence({
      from: onUsers('users', 'a'),
      to: onUsers('people', 'a'),
      options: { renames: [{ object: 'public.users', to: 'people' }] },
      optionsBack: { renames: [{ object: 'public.people', to: 'users' }] },
    });
    expect(upSql).toMatch(/^--.*\nALTER TABLE public\.users RENAME TO people;\n$/);
  });

  it('goes on to the columns of views', async () => {
    const { upSql } = await expectConvergence({
      from: onUsers('users', 'a'),
      to: onUsers('users', 'b'),
      options: { renames: [{ object: 'public.users.a', to: 'b' }] },
      optionsBack: { renames: [{ object: 'public.users.b', to: 'a' }] },
    });
    expect(upSql).toContain('ALTER VIEW public.v RENAME COLUMN a TO b;');
    expect(upSql).toContain('ALTER MATERIALIZED VIEW public.m RENAME COLUMN a TO b;');
    expect(upSql).not.toContain('DROP');
  });

  it('keeps what a view carries', async () => {
    const views = (view: string, materialized: string): string => `
      CREATE VIEW ${view} AS SELECT 1 AS a; COMMENT ON COLUMN ${view}.a IS 'x';
      ALTER VIEW ${view} ALTER a SET DEFAULT 3; CREATE VIEW w AS SELECT ${view}.a FROM ${view};
      CREATE MATERIALIZED VIEW ${materialized} AS SELECT 1 AS a; CREATE INDEX i ON ${materialized} (a)`;
    const { upSql } = await expectConvergence({
      from: views('v', 'm'),
      to: views('v2', 'm2'),
      options: { renames: ['v', 'm'].map((object) => ({ object, to: `${object}2` })) },
      optionsBack: { renames: ['v', 'm'].map((to) => ({ object: `${to}2`, to })) },
    });
    expect(upSql).not.toContain('CREATE');
  });
});
