// What is given without being asked: by default privileges, with the schema public, and with what
// PostgreSQL and extensions brought.

import { describe, expect, it } from 'vitest';
import { expectConvergence } from '../support/convergence.js';

const ROLES = `
  CREATE ROLE plinth_app;
  CREATE ROLE plinth_reader;
  CREATE ROLE "plinth Admin";
`;

describe('default privileges', () => {
  const some = 'ALTER DEFAULT PRIVILEGES';

  it('are set and unset', async () => {
    await expectConvergence({
      from: ROLES,
      to: `${ROLES} CREATE SCHEMA app;
        ${some} IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO plinth_app;
        ${some} IN SCHEMA app GRANT ALL ON TABLES TO plinth_app;
        ${some} GRANT USAGE ON SEQUENCES TO plinth_app WITH GRANT OPTION;
        ${some} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
        ${some} GRANT ALL ON SCHEMAS TO "plinth Admin";
        ${some} FOR ROLE plinth_app GRANT USAGE ON TYPES TO plinth_reader;
        ${some} FOR ROLE plinth_app REVOKE TRUNCATE ON TABLES FROM plinth_app`,
    });
  });

  it('change in place', async () => {
    const { upSql } = await expectConvergence({
      from: `${ROLES} ${some} IN SCHEMA public GRANT SELECT ON TABLES TO plinth_app`,
      to: `${ROLES}
        ${some} IN SCHEMA public GRANT SELECT, UPDATE ON TABLES TO plinth_app WITH GRANT OPTION;
        ${some} IN SCHEMA public GRANT SELECT ON TABLES TO plinth_reader`,
    });
    expect(upSql).toContain(
      'ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public GRANT SELECT, UPDATE ON TABLES TO plinth_app WITH GRANT OPTION;',
    );
  });

  it('say what they give', async () => {
    const { up } = await expectConvergence({
      from: ROLES,
      to: `${ROLES} ${some} IN SCHEMA public GRANT SELECT ON TABLES TO plinth_app`,
    });
    expect(up.statements[0]?.hazards).toEqual([
      {
        kind: 'widens-privileges',
        message:
          'SELECT on tables that postgres will create in schema public is given to plinth_app',
      },
    ]);
  });

  const objects = `
    CREATE TABLE t (a serial PRIMARY KEY);
    CREATE VIEW v AS SELECT a FROM t;
    CREATE SEQUENCE s;
    CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE TYPE y AS ENUM ('a');
    CREATE SCHEMA app;
    CREATE TABLE app.t (a int);`;

  it.each([
    ['', ''],
    [`${some} GRANT SELECT ON TABLES TO plinth_app`, ''],
    [`${some} IN SCHEMA public GRANT SELECT ON TABLES TO plinth_app`, ''],
    [
      `${some} GRANT SELECT ON TABLES TO plinth_app;
       ${some} IN SCHEMA public GRANT SELECT ON TABLES TO plinth_app WITH GRANT OPTION`,
      '',
    ],
    [
      `${some} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC; ${some} REVOKE USAGE ON TYPES FROM PUBLIC`,
      '',
    ],
    [
      `${some} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
       ${some} IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO PUBLIC`,
      '',
    ],
    [`${some} IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO PUBLIC, plinth_app`, ''],
    [`${some} GRANT USAGE ON SCHEMAS TO plinth_app; ${some} GRANT ALL ON SEQUENCES TO PUBLIC`, ''],
    [`${some} FOR ROLE plinth_app GRANT SELECT ON TABLES TO plinth_reader`, ''],
    [
      `${some} GRANT SELECT, INSERT ON TABLES TO plinth_app`,
      `REVOKE SELECT ON t FROM plinth_app; GRANT SELECT ON v TO plinth_reader;
       REVOKE ALL ON app.t FROM plinth_app`,
    ],
    [`${some} REVOKE INSERT ON TABLES FROM postgres`, 'GRANT INSERT ON t TO postgres'],
    [
      `${some} IN SCHEMA public GRANT ALL ON TABLES TO plinth_app`,
      'REVOKE ALL ON t FROM plinth_app',
    ],
  ])('are what objects that are created have: %s %s', async (defaults, after) => {
    const to = `${ROLES} ${defaults}; ${objects} ${after}`;
    const { up } = await expectConvergence({ from: ROLES, to });
    const given = up.statements.filter(({ sql }) => /^(GRANT|REVOKE) /.test(sql));
    // What an object has from birth is not given to it again.
    expect(given.length > 0).toBe(after !== '');
  });

  it('of before do not touch what is created', async () => {
    await expectConvergence({
      from: `${ROLES} ${some} GRANT SELECT ON TABLES TO plinth_app`,
      to: `${ROLES} ${objects}`,
    });
  });
});

describe('the schema public', () => {
  it.each([
    ['keeps what it came with', ''],
    ['is closed to everyone', 'REVOKE ALL ON SCHEMA public FROM PUBLIC'],
    ['is open to everyone', 'GRANT ALL ON SCHEMA public TO PUBLIC'],
    ['is opened to a role', 'GRANT CREATE ON SCHEMA public TO plinth_app'],
    ['has another owner', 'ALTER SCHEMA public OWNER TO plinth_app'],
    ['is made anew', 'DROP SCHEMA public; CREATE SCHEMA public'],
    [
      'is made anew as it came',
      'DROP SCHEMA public; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC',
    ],
    ['has a comment of its own', `COMMENT ON SCHEMA public IS 'mine'`],
    ['is gone', 'DROP SCHEMA public'],
  ])('%s', async (_name, sql) => {
    await expectConvergence({ from: ROLES, to: `${ROLES} ${sql}` });
  });
});

describe('what came with PostgreSQL or an extension', () => {
  it.each([
    ['a function', 'REVOKE EXECUTE ON FUNCTION pg_catalog.pg_sleep(double precision) FROM PUBLIC'],
    ['a catalog', 'GRANT SELECT ON pg_catalog.pg_authid TO plinth_app'],
    ['columns of a catalog', 'GRANT SELECT (rolname), UPDATE (rolname) ON pg_authid TO plinth_app'],
    ['a language', 'REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC'],
    ['a type', 'REVOKE USAGE ON TYPE pg_catalog.money FROM PUBLIC'],
    ['a schema', 'GRANT CREATE ON SCHEMA pg_catalog TO plinth_app'],
    ['a system column', 'CREATE TABLE t (a int); GRANT SELECT (tableoid) ON t TO plinth_app'],
  ])('has privileges that were changed: %s', async (_name, sql) => {
    await expectConvergence({ from: ROLES, to: `${ROLES} ${sql}` });
  });

  it.each([
    ['a function', 'REVOKE EXECUTE ON FUNCTION pg_stat_statements_reset FROM PUBLIC'],
    ['a view', 'GRANT SELECT ON pg_stat_statements TO plinth_app'],
  ])('has privileges that were changed: %s of an extension', async (_name, sql) => {
    const made = `${ROLES} CREATE EXTENSION pg_stat_statements`;
    await expectConvergence({ from: made, to: `${made}; ${sql}` });
    await expectConvergence({ from: ROLES, to: `${made}; ${sql}` });
  });
});
