// Owners and privileges of objects, of columns and by default: from any list to any other.

import { describe, expect, it } from 'vitest';
import { type Catalog, introspect } from '../../src/catalog/index.js';
import { diff, renderPlan } from '../../src/diff/index.js';
import { expectConvergence } from '../support/convergence.js';
import { diffServers, withDatabase } from '../support/diff-servers.js';

const ROLES = `
  CREATE ROLE plinth_app;
  CREATE ROLE plinth_reader;
  CREATE ROLE "plinth Admin";
`;

/** One object of every kind that has an owner, and how ALTER, GRANT and COMMENT ON name it. */
const OBJECTS: readonly (readonly [create: string, target: string, grant: string])[] = [
  ['TABLE t (a serial, b int)', 'TABLE t', 'TABLE t'],
  ['VIEW v AS SELECT 1 AS a', 'VIEW v', 'v'],
  ['MATERIALIZED VIEW m AS SELECT 1 AS a', 'MATERIALIZED VIEW m', 'm'],
  ['SEQUENCE s', 'SEQUENCE s', 'SEQUENCE s'],
  [`FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'`, 'FUNCTION f', 'FUNCTION f'],
  [`PROCEDURE p(a int) LANGUAGE sql AS 'SELECT 1'`, 'PROCEDURE p', 'PROCEDURE p'],
  ['AGGREGATE g(int) (SFUNC = int4pl, STYPE = int)', 'AGGREGATE g(int)', 'FUNCTION g(int)'],
  [`TYPE e AS ENUM ('a')`, 'TYPE e', 'TYPE e'],
  ['DOMAIN d AS int', 'DOMAIN d', 'DOMAIN d'],
  ['TYPE c AS (a int)', 'TYPE c', 'TYPE c'],
  ['TYPE r AS RANGE (SUBTYPE = int)', 'TYPE r', 'TYPE r'],
  ['SCHEMA app', 'SCHEMA app', 'SCHEMA app'],
  ['FOREIGN DATA WRAPPER w', 'FOREIGN DATA WRAPPER w', 'FOREIGN DATA WRAPPER w'],
  ['SERVER sv FOREIGN DATA WRAPPER w', 'SERVER sv', 'FOREIGN SERVER sv'],
  ['FOREIGN TABLE ft (a int) SERVER sv', 'FOREIGN TABLE ft', 'ft'],
  ['TRUSTED LANGUAGE l HANDLER plpgsql_call_handler', 'LANGUAGE l', 'LANGUAGE l'],
  [
    'OPERATOR <-< (FUNCTION = int4pl, LEFTARG = int, RIGHTARG = int)',
    'OPERATOR <-< (int, int)',
    '',
  ],
  ['COLLATION co FROM "C"', 'COLLATION co', ''],
  ['PUBLICATION pu', 'PUBLICATION pu', ''],
  ['STATISTICS st ON a, b FROM t', 'STATISTICS st', ''],
  ['TEXT SEARCH CONFIGURATION ts (PARSER = "default")', 'TEXT SEARCH CONFIGURATION ts', ''],
];
const CREATED = OBJECTS.map(([create]) => `CREATE ${create};`).join('\n');

/** A statement for each object that has privileges. */
function onEach(write: (grant: string) => string): string {
  return OBJECTS.filter(([, , grant]) => grant !== '')
    .map(([, , grant]) => `${write(grant)};`)
    .join('\n');
}

describe('on every kind of object', () => {
  const made = `${ROLES} ${CREATED}`;

  it('privileges are given and taken', async () => {
    const { up, down } = await expectConvergence({
      from: made,
      to: `${made}
        ${onEach((on) => `GRANT ALL ON ${on} TO plinth_app, "plinth Admin"`)}
        ${onEach((on) => `GRANT ALL ON ${on} TO plinth_reader WITH GRANT OPTION`)}`,
    });
    const kinds = (plan: typeof up) =>
      new Set(plan.statements.map(({ hazards }) => hazards[0]?.kind));
    expect(kinds(up)).toEqual(new Set(['widens-privileges']));
    expect(kinds(down)).toEqual(new Set(['breaks-code']));
  });

  it('privileges are given to what is created', async () => {
    const { up } = await expectConvergence({
      from: ROLES,
      to: `${made} ${onEach((on) => `GRANT ALL ON ${on} TO plinth_app`)}`,
    });
    expect(up.statements.flatMap(({ hazards }) => hazards)).toEqual([]);
  });

  it('those of everyone and of the owner are taken and given back', async () => {
    await expectConvergence({
      from: made,
      to: `${made} ${onEach((on) => `REVOKE ALL ON ${on} FROM PUBLIC, postgres`)}`,
    });
  });

  it('owners change', async () => {
    const to = OBJECTS.filter(([, target]) => target !== 'FOREIGN DATA WRAPPER w');
    const { up } = await expectConvergence({
      from: made,
      to: `${made} ${to.map(([, target]) => `ALTER ${target} OWNER TO plinth_app;`).join('\n')}`,
    });
    // The sequence of the serial column goes with its table.
    expect(up.statements).toHaveLength(to.length);
  });

  it('owners are set on what is created', async () => {
    const to = OBJECTS.filter(([, target]) => target !== 'FOREIGN DATA WRAPPER w');
    await expectConvergence({
      from: ROLES,
      to: `${made} ${to.map(([, target]) => `ALTER ${target} OWNER TO plinth_app;`).join('\n')}
        ${onEach((on) => `REVOKE ALL ON ${on} FROM PUBLIC`)}`,
    });
  });

  it('comments come, change and go', async () => {
    const comment = (text: string): string =>
      OBJECTS.map(([, target]) => `COMMENT ON ${target} IS ${text};`).join('\n');
    await expectConvergence({ from: made, to: `${made} ${comment(`'it''s \\ new'`)}` });
    await expectConvergence({
      from: `${made} ${comment(`'one'`)}`,
      to: `${made} ${comment(`E'two\\nlines'`)}`,
    });
    await expectConvergence({ from: ROLES, to: `${made} ${comment(`'from the start'`)}` });
  });
});

describe('privileges', () => {
  it('that the owner has are taken and given back', async () => {
    const { upSql } = await expectConvergence({
      from: 'CREATE TABLE t (a int)',
      to: 'CREATE TABLE t (a int); REVOKE INSERT, UPDATE ON t FROM postgres',
    });
    expect(upSql).toContain('REVOKE INSERT, UPDATE ON TABLE public.t FROM postgres;');
  });
});

describe('a list of privileges', () => {
  const table = `${ROLES} CREATE TABLE t (a int, b int, c int);`;

  it('is merged into as few statements as can be', async () => {
    const { upSql } = await expectConvergence({
      from: table,
      to: `${table}
        GRANT INSERT, SELECT ON t TO plinth_app;
        GRANT SELECT, INSERT ON t TO plinth_reader;
        GRANT DELETE ON t TO plinth_app WITH GRANT OPTION`,
    });
    expect(upSql.replaceAll(/^--.*\n/gm, '')).toBe(
      `GRANT DELETE ON TABLE public.t TO plinth_app WITH GRANT OPTION;

GRANT SELECT, INSERT ON TABLE public.t TO plinth_app, plinth_reader;
`,
    );
  });

  it.each([
    ['SELECT', 'UPDATE, DELETE'],
    ['SELECT, INSERT', 'SELECT, UPDATE, DELETE'],
    ['ALL', 'SELECT'],
    ['SELECT (a)', 'SELECT (b)'],
    ['SELECT (a), UPDATE (a, b)', 'SELECT (a, c), INSERT (b)'],
    ['SELECT, UPDATE', 'SELECT, UPDATE (a)'],
    ['UPDATE', 'UPDATE (a)'],
    ['SELECT, SELECT (a, b)', 'SELECT (a)'],
    ['SELECT, INSERT, SELECT (a), INSERT (b)', 'SELECT (a), INSERT (b)'],
    ['ALL (a)', 'SELECT (a)'],
  ])('turns from %s into %s', async (before, after) => {
    await expectConvergence({
      from: `${table} GRANT ${before} ON t TO plinth_app`,
      to: `${table} GRANT ${after} ON t TO plinth_app`,
    });
  });

  it('gains and loses the option to pass it on', async () => {
    const { upSql, downSql } = await expectConvergence({
      from: `${table} GRANT SELECT, INSERT ON t TO plinth_app`,
      to: `${table} GRANT SELECT, INSERT ON t TO plinth_app WITH GRANT OPTION`,
    });
    expect(upSql).toContain(
      'GRANT SELECT, INSERT ON TABLE public.t TO plinth_app WITH GRANT OPTION;',
    );
    expect(downSql).toContain(
      'REVOKE GRANT OPTION FOR SELECT, INSERT ON TABLE public.t FROM plinth_app;',
    );
  });

  it('loses the option on the table and keeps it on a column', async () => {
    await expectConvergence({
      from: `${table} GRANT SELECT, SELECT (a) ON t TO plinth_app WITH GRANT OPTION`,
      to: `${table}
        GRANT SELECT ON t TO plinth_app; GRANT SELECT (a) ON t TO plinth_app WITH GRANT OPTION`,
    });
  });

  it('holds what others have passed on', async () => {
    const { upSql } = await expectConvergence({
      from: table,
      to: `${table}
        GRANT SELECT ON t TO plinth_app WITH GRANT OPTION;
        SET ROLE plinth_app;
        GRANT SELECT ON t TO plinth_reader WITH GRANT OPTION;
        SET ROLE plinth_reader;
        GRANT SELECT ON t TO "plinth Admin";
        RESET ROLE`,
    });
    expect(upSql).toContain('SET ROLE plinth_reader;');
  });

  it('gives by the owner what another had passed on', async () => {
    await expectConvergence({
      from: `${table}
        GRANT SELECT ON t TO plinth_app WITH GRANT OPTION;
        SET ROLE plinth_app;
        GRANT SELECT ON t TO plinth_reader;
        RESET ROLE`,
      to: `${table} GRANT SELECT ON t TO plinth_reader`,
    });
  });

  it('is given to what is created, and goes with it', async () => {
    const { up } = await expectConvergence({
      from: ROLES,
      to: `${table}
        GRANT SELECT ON t TO plinth_app;
        GRANT UPDATE (b) ON t TO plinth_reader;
        CREATE VIEW v AS SELECT a FROM t;
        GRANT SELECT ON v TO PUBLIC`,
    });
    expect(up.statements.flatMap(({ hazards }) => hazards)).toEqual([]);
  });

  it('is carried over when its object is built anew', async () => {
    await expectConvergence({
      from: `${table} CREATE VIEW v AS SELECT a FROM t; GRANT SELECT ON v TO plinth_app`,
      to: `${table} CREATE VIEW v AS SELECT b FROM t; GRANT SELECT ON v TO plinth_app`,
    });
  });

  it('says who may do what', async () => {
    const { up, down } = await expectConvergence({
      from: table,
      to: `${table} GRANT SELECT ON t TO PUBLIC; GRANT UPDATE (b) ON t TO plinth_app`,
    });
    expect(up.statements.map(({ hazards }) => hazards)).toEqual([
      [{ kind: 'widens-privileges', message: 'SELECT on table public.t is given to everyone' }],
      [
        {
          kind: 'widens-privileges',
          message: 'UPDATE (b) on table public.t is given to plinth_app',
        },
      ],
    ]);
    expect(down.statements.map(({ hazards }) => hazards)).toEqual([
      [{ kind: 'breaks-code', message: 'SELECT on table public.t is taken from everyone' }],
      [{ kind: 'breaks-code', message: 'UPDATE (b) on table public.t is taken from plinth_app' }],
    ]);
  });

  it('is left alone where privileges are not compared', async () => {
    const { upSql } = await expectConvergence({
      from: table,
      to: `${table}
        GRANT SELECT ON t TO plinth_app;
        ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO plinth_app;
        GRANT SELECT ON pg_catalog.pg_authid TO plinth_app`,
      options: { privileges: false },
    });
    expect(upSql).toBe('');
  });
});

describe('an owner', () => {
  it('is set on what is created', async () => {
    await expectConvergence({
      from: ROLES,
      to: `${ROLES}
        CREATE SCHEMA app AUTHORIZATION plinth_app;
        CREATE TABLE app.t (a serial PRIMARY KEY);
        ALTER TABLE app.t OWNER TO plinth_app;
        GRANT SELECT ON app.t TO plinth_reader`,
    });
  });

  it('takes its privileges along', async () => {
    await expectConvergence({
      from: `${ROLES} CREATE TABLE t (a int, b int);
        REVOKE TRUNCATE ON t FROM postgres;
        GRANT SELECT ON t TO plinth_app, plinth_reader;
        GRANT UPDATE (a) ON t TO plinth_app`,
      to: `${ROLES} CREATE TABLE t (a int, b int);
        ALTER TABLE t OWNER TO plinth_app;
        GRANT SELECT ON t TO plinth_reader;
        GRANT INSERT (b) ON t TO plinth_app`,
    });
  });

  it('gets back what the owner before had given up and it had itself', async () => {
    const { up } = await expectConvergence({
      from: `${ROLES} CREATE TABLE t (a int);
        REVOKE TRUNCATE ON t FROM postgres; GRANT TRUNCATE ON t TO plinth_app`,
      to: `${ROLES} CREATE TABLE t (a int); ALTER TABLE t OWNER TO plinth_app`,
    });
    expect(up.statements.map(({ sql }) => sql)).toEqual([
      'ALTER TABLE public.t OWNER TO plinth_app',
    ]);
  });

  it('that was granted privileges as anyone else keeps its own', async () => {
    await expectConvergence({
      from: `${ROLES} CREATE TABLE t (a int); GRANT ALL ON t TO plinth_app WITH GRANT OPTION`,
      to: `${ROLES} CREATE TABLE t (a int); ALTER TABLE t OWNER TO plinth_app`,
    });
  });

  it('may be left alone, and what it may do is still told by its name', async () => {
    const [server] = await diffServers();
    if (server === undefined) throw new Error('there is always a server');
    const read = (sql: string): Promise<Catalog> =>
      withDatabase(server, async ({ run, engine }) => {
        await run(sql);
        return await engine.withConnection(introspect);
      });
    const from = await read(`${ROLES} CREATE TABLE t (a int); ALTER TABLE t OWNER TO plinth_app`);
    const to = await read('CREATE TABLE t (a int); REVOKE DELETE ON t FROM postgres');
    const sql = renderPlan(diff(from, to, { owners: false }));
    expect(sql).toContain('REVOKE DELETE ON TABLE public.t FROM plinth_app;');
    expect(sql).not.toContain('OWNER');
  });
});

describe('comments', () => {
  it('say the lock they take', async () => {
    const { up } = await expectConvergence({
      from: 'CREATE TABLE t (a int)',
      to: `CREATE TABLE t (a int); COMMENT ON COLUMN t.a IS 'first'`,
    });
    expect(up.statements[0]?.locks).toEqual([{ mode: 'SHARE UPDATE EXCLUSIVE', on: 'public.t' }]);
  });

  it('that come with an extension are not repeated', async () => {
    const { upSql } = await expectConvergence({ from: '', to: 'CREATE EXTENSION citext' });
    expect(upSql).toBe('CREATE EXTENSION citext SCHEMA public;\n');
  });

  it('on an extension are changed and taken away', async () => {
    const made = 'CREATE EXTENSION citext; COMMENT ON EXTENSION citext IS';
    await expectConvergence({ from: '', to: `${made} 'mine'` });
    await expectConvergence({ from: `${made} 'mine'`, to: `${made} NULL` });
  });
});
