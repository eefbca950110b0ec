// Triggers, their copies on partitions, and event triggers, from one definition to another.

import { describe, expect, it } from 'vitest';
import { expectConvergence } from '../support/convergence.js';
import { type Case, sideBySide } from '../support/side-by-side.js';

const BASE = `
  CREATE TABLE t (id int, a int, b text);
  CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ begin return new; end $$;
  CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ begin return null; end $$;
`;

type Cases = Readonly<Record<string, Case>>;

function onTable(from: string, to: string): Case {
  return { from: BASE + from, to: BASE + to };
}

describe('a trigger', () => {
  const cases: Cases = {
    'of every sort comes and goes': onTable(
      '',
      `CREATE TRIGGER t1 BEFORE INSERT OR UPDATE OF a, b ON t FOR EACH ROW
         WHEN (new.a BETWEEN 1 AND 2 AND new.b IS NOT NULL) EXECUTE FUNCTION f('x''y', '(', E'a\\\\b');
       CREATE TRIGGER "T 2" AFTER UPDATE ON t REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
         FOR EACH STATEMENT EXECUTE FUNCTION f();
       CREATE TRIGGER t3 AFTER DELETE OR TRUNCATE ON t EXECUTE FUNCTION g();
       CREATE TRIGGER t4 BEFORE UPDATE ON t FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*)
         EXECUTE FUNCTION g(1, 'two');
       CREATE VIEW v AS SELECT id FROM t;
       CREATE TRIGGER t5 INSTEAD OF INSERT OR DELETE ON v FOR EACH ROW EXECUTE FUNCTION f();
       COMMENT ON TRIGGER t5 ON v IS 'of a view'`,
    ),
    'that is a constraint': onTable(
      `CREATE CONSTRAINT TRIGGER c1 AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW EXECUTE FUNCTION f();
       CREATE CONSTRAINT TRIGGER c2 AFTER INSERT ON t FOR EACH ROW WHEN (new.a > 1) EXECUTE FUNCTION f();
       CREATE TRIGGER c3 AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()`,
      `CREATE TABLE u (id int);
       CREATE CONSTRAINT TRIGGER c1 AFTER INSERT ON t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION f();
       CREATE CONSTRAINT TRIGGER c2 AFTER INSERT OR DELETE ON t FROM u FOR EACH ROW EXECUTE FUNCTION g();
       CREATE CONSTRAINT TRIGGER c3 AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
       COMMENT ON TRIGGER c3 ON t IS 'now a constraint'`,
    ),
    'fires in other sessions': onTable(
      `CREATE TRIGGER a BEFORE INSERT ON t EXECUTE FUNCTION f(); ALTER TABLE t DISABLE TRIGGER a;
       CREATE TRIGGER b BEFORE INSERT ON t EXECUTE FUNCTION f(); ALTER TABLE t ENABLE REPLICA TRIGGER b;
       CREATE TRIGGER c BEFORE INSERT ON t EXECUTE FUNCTION f()`,
      `CREATE TRIGGER a BEFORE INSERT ON t EXECUTE FUNCTION g(); ALTER TABLE t DISABLE TRIGGER a;
       CREATE TRIGGER b BEFORE INSERT ON t EXECUTE FUNCTION f(); ALTER TABLE t ENABLE ALWAYS TRIGGER b;
       CREATE TRIGGER d BEFORE DELETE ON t EXECUTE FUNCTION f(); ALTER TABLE t ENABLE ALWAYS TRIGGER d;
       CREATE TRIGGER c BEFORE INSERT ON t EXECUTE FUNCTION f(); ALTER TABLE t DISABLE TRIGGER c`,
    ),
    'watches a column that is retyped': {
      from: `${BASE} CREATE TRIGGER a BEFORE UPDATE OF a ON t FOR EACH ROW WHEN (old.a > 1)
        EXECUTE FUNCTION f(); COMMENT ON TRIGGER a ON t IS 'kept'`,
      to: `${BASE.replace('a int', 'a bigint')} CREATE TRIGGER a BEFORE UPDATE OF a ON t FOR EACH ROW
        WHEN (old.a > 1) EXECUTE FUNCTION f(); COMMENT ON TRIGGER a ON t IS 'kept'`,
    },
    'watches a column that goes': {
      from: `${BASE} CREATE TRIGGER a BEFORE UPDATE OF a, b ON t FOR EACH ROW EXECUTE FUNCTION f()`,
      to: `${BASE.replace('a int, ', '')} CREATE TRIGGER a BEFORE UPDATE OF b ON t FOR EACH ROW
        EXECUTE FUNCTION f()`,
    },
    'goes with its function and its table': {
      from: `${BASE} CREATE TRIGGER a BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()`,
      to: '',
    },
    'stands on a view that is made anew': onTable(
      `CREATE VIEW v AS SELECT id, a FROM t;
       CREATE TRIGGER a INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION f()`,
      `CREATE VIEW v AS SELECT a FROM t;
       CREATE TRIGGER a INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION f()`,
    ),
    'is of a table with odd names': {
      from: BASE,
      to: `${BASE} CREATE SCHEMA "S ON x "; CREATE TABLE "S ON x "."T" ("before" int, "WHEN" int);
        CREATE FUNCTION "S ON x "."F G"() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
        CREATE TRIGGER "when" BEFORE UPDATE OF "before", "WHEN" ON "S ON x "."T" FOR EACH ROW
          WHEN (new."WHEN" > 1) EXECUTE FUNCTION "S ON x "."F G"(' ON x ')`,
    },
    'is of a foreign table': onTable(
      `CREATE FOREIGN DATA WRAPPER dummy; CREATE SERVER s FOREIGN DATA WRAPPER dummy;
       CREATE FOREIGN TABLE ft (a int) SERVER s`,
      `CREATE FOREIGN DATA WRAPPER dummy; CREATE SERVER s FOREIGN DATA WRAPPER dummy;
       CREATE FOREIGN TABLE ft (a int) SERVER s;
       CREATE TRIGGER a BEFORE UPDATE ON ft FOR EACH ROW EXECUTE FUNCTION f();
       ALTER FOREIGN TABLE ft DISABLE TRIGGER a`,
    ),
    'is dropped with an extension': onTable(
      `CREATE EXTENSION hstore; CREATE TRIGGER a BEFORE INSERT ON t EXECUTE FUNCTION f();
         ALTER TRIGGER a ON t DEPENDS ON EXTENSION hstore;
         CREATE TRIGGER b BEFORE INSERT ON t EXECUTE FUNCTION f();
         ALTER TRIGGER b ON t DEPENDS ON EXTENSION hstore`,
      `CREATE EXTENSION hstore; CREATE TRIGGER a BEFORE INSERT ON t EXECUTE FUNCTION g();
       ALTER TRIGGER a ON t DEPENDS ON EXTENSION hstore;
       CREATE TRIGGER b BEFORE INSERT ON t EXECUTE FUNCTION f()`,
    ),
  };
  it('converges in every case', async () => {
    await expectConvergence(sideBySide(cases));
  });

  it('is replaced in place, and renamed where only its name differs', async () => {
    const { upSql } = await expectConvergence(
      onTable(
        `CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
         CREATE TRIGGER b AFTER INSERT ON t EXECUTE FUNCTION f()`,
        `CREATE TRIGGER a BEFORE INSERT OR UPDATE OF a, b ON t FOR EACH ROW WHEN (new.a > 1) EXECUTE FUNCTION f();
         CREATE TRIGGER c AFTER INSERT ON t EXECUTE FUNCTION f()`,
      ),
    );
    expect(upSql).toBe(`ALTER TRIGGER b ON public.t RENAME TO c;

CREATE OR REPLACE TRIGGER a
    BEFORE INSERT OR UPDATE OF a, b ON public.t
    FOR EACH ROW
    WHEN (new.a > 1)
    EXECUTE FUNCTION public.f();
`);
  });

  it('is not disturbed by a function that is replaced', async () => {
    const to = BASE.replace('return null', 'return new');
    const made = 'CREATE TRIGGER a BEFORE INSERT ON t EXECUTE FUNCTION g()';
    const { upSql } = await expectConvergence({ from: BASE + made, to: to + made });
    expect(upSql).not.toContain('TRIGGER a');
  });
});

describe('the copy of a trigger on a partition', () => {
  const PARTITIONS = `
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ begin return new; end $$;
    CREATE TABLE p (id int, a int) PARTITION BY RANGE (id);
    CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
    CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (id);
    CREATE TABLE p21 PARTITION OF p2 FOR VALUES FROM (10) TO (15);
  `;
  const trigger = 'CREATE TRIGGER x AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION f();';
  const cases: Cases = {
    'comes with its trigger': { from: PARTITIONS, to: PARTITIONS + trigger },
    'takes the place of a trigger of the partition': {
      from: `${PARTITIONS} CREATE TRIGGER x AFTER INSERT ON p1 FOR EACH ROW EXECUTE FUNCTION f()`,
      to: PARTITIONS + trigger,
    },
    'is of a constraint, and its partition has another bound': {
      from: `${PARTITIONS} CREATE CONSTRAINT TRIGGER x AFTER INSERT ON p DEFERRABLE FOR EACH ROW
        EXECUTE FUNCTION f(); ALTER TABLE p1 DISABLE TRIGGER x`,
      to: `${PARTITIONS.replace('FROM (0)', 'FROM (-5)')} CREATE CONSTRAINT TRIGGER x
        AFTER INSERT OR DELETE ON p DEFERRABLE FOR EACH ROW EXECUTE FUNCTION f();
        ALTER TABLE p1 DISABLE TRIGGER x`,
    },
    'comes with a partition': {
      from: PARTITIONS + trigger,
      to: `${PARTITIONS + trigger} CREATE TABLE p22 PARTITION OF p2 FOR VALUES FROM (15) TO (20)`,
    },
    'has a state of its own': {
      from: `${PARTITIONS + trigger} ALTER TABLE p1 DISABLE TRIGGER x; ALTER TABLE p2 ENABLE ALWAYS TRIGGER x`,
      to: `${PARTITIONS + trigger} ALTER TABLE p21 DISABLE TRIGGER x`,
    },
    'keeps its state when its trigger changes': {
      from: `${PARTITIONS + trigger} ALTER TABLE p1 DISABLE TRIGGER x; ALTER TABLE p21 ENABLE ALWAYS TRIGGER x`,
      to: `${PARTITIONS} CREATE TRIGGER x AFTER INSERT OR UPDATE ON p FOR EACH ROW EXECUTE FUNCTION f();
        ALTER TABLE p1 DISABLE TRIGGER x; ALTER TABLE p21 ENABLE ALWAYS TRIGGER x`,
    },
    'keeps its state when that of its trigger changes': {
      from: `${PARTITIONS + trigger} ALTER TABLE p1 DISABLE TRIGGER x`,
      to: `${PARTITIONS + trigger} ALTER TABLE p ENABLE ALWAYS TRIGGER x; ALTER TABLE p1 DISABLE TRIGGER x`,
    },
    'goes when its partition is detached': {
      from: `${PARTITIONS + trigger} ALTER TABLE p1 DISABLE TRIGGER x`,
      to: `${PARTITIONS + trigger} ALTER TABLE p DETACH PARTITION p1`,
    },
    'goes when its partition is dropped': {
      from: `${PARTITIONS + trigger} ALTER TABLE p1 DISABLE TRIGGER x`,
      to: `${PARTITIONS + trigger} DROP TABLE p1`,
    },
  };
  it('converges in every case', async () => {
    await expectConvergence(sideBySide(cases));
  });
});

describe('an event trigger', () => {
  const FUNCTION = `CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS $$ begin end $$;
    CREATE FUNCTION "E 2"() RETURNS event_trigger LANGUAGE plpgsql AS $$ begin end $$;`;
  const cases: Cases = {
    'comes, changes and goes': {
      from: `${FUNCTION} CREATE EVENT TRIGGER a ON ddl_command_end
          WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE') EXECUTE FUNCTION e();
        CREATE EVENT TRIGGER b ON sql_drop EXECUTE FUNCTION e(); ALTER EVENT TRIGGER b DISABLE`,
      to: `${FUNCTION} CREATE EVENT TRIGGER a ON ddl_command_start EXECUTE FUNCTION "E 2"();
        CREATE EVENT TRIGGER b ON sql_drop EXECUTE FUNCTION e(); ALTER EVENT TRIGGER b ENABLE ALWAYS;
        CREATE EVENT TRIGGER c ON table_rewrite EXECUTE FUNCTION e(); ALTER EVENT TRIGGER c ENABLE REPLICA;
        COMMENT ON EVENT TRIGGER c IS 'in replicas'`,
    },
  };
  it('converges in every case', async () => {
    await expectConvergence(sideBySide(cases));
  });

  it('does not fire for the plan that creates it', async () => {
    const { upSql } = await expectConvergence({
      from: '',
      to: `CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS $$ begin raise 'no'; end $$;
        CREATE TABLE t (a int);
        CREATE EVENT TRIGGER x ON ddl_command_start WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION e()`,
    });
    expect(upSql).toMatch(/only a superuser may create the event trigger x\n[^;]*;\n$/);
  });
});
