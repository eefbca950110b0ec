// Roles, their settings and memberships. They belong to a whole server, so these tests have one of
// their own for each side.

import { type Engine, openEngine } from 'plinth';
import { describe, expect, it } from 'vitest';
import { useServer } from '../../../test/support/database.js';
import { type Catalog, introspect } from '../../src/catalog/index.js';
import { diff, type Plan, renderPlan } from '../../src/diff/index.js';
import { splitStatements } from '../../src/sql/index.js';

const left = useServer();
const right = useServer();

async function run(engine: Engine, sql: string): Promise<void> {
  await engine.withConnection(async (connection) => {
    for (const { text } of splitStatements(sql)) await connection.query(text);
  });
}

async function read(engine: Engine): Promise<Catalog> {
  return await engine.withConnection(introspect);
}

/** Leaves a server without roles of a user. */
async function clear(engine: Engine): Promise<void> {
  await run(engine, 'DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  const { rows } = await engine.query<{ drop: string }>(
    `SELECT format('DROP OWNED BY %1$I CASCADE; DROP ROLE %1$I', rolname) AS drop
     FROM pg_roles WHERE oid >= 16384`,
  );
  for (const { drop } of rows) await run(engine, drop);
}

/** Applies the plan from one to the other, and back, and expects no difference after each. */
async function converge(from: string, to: string): Promise<{ up: Plan; down: Plan }> {
  await using a = await openEngine({ url: left.server.url, poolSize: 1 });
  await using b = await openEngine({ url: right.server.url, poolSize: 1 });
  await clear(a);
  await clear(b);
  await run(a, from);
  await run(b, to);
  const before = await read(a);
  const wanted = await read(b);
  const up = diff(before, wanted);
  await run(a, renderPlan(up));
  expect(renderPlan(diff(await read(a), wanted)), renderPlan(up)).toBe('');
  const down = diff(wanted, before);
  await run(b, renderPlan(down));
  expect(renderPlan(diff(await read(b), before)), renderPlan(down)).toBe('');
  return { up, down };
}

function sqlOf({ statements }: Plan): readonly string[] {
  return statements.map(({ sql }) => sql);
}

describe('a role', () => {
  it.each([
    ['', 'CREATE ROLE one', ['CREATE ROLE one']],
    [
      '',
      `CREATE ROLE "Some One" LOGIN NOINHERIT CREATEDB CREATEROLE REPLICATION BYPASSRLS
         CONNECTION LIMIT 5 VALID UNTIL '2030-01-01 00:00:00+00'`,
      [
        `CREATE ROLE "Some One" LOGIN CREATEDB CREATEROLE NOINHERIT REPLICATION BYPASSRLS CONNECTION LIMIT 5 VALID UNTIL '2030-01-01 00:00:00+00'`,
      ],
    ],
    [
      `CREATE ROLE one LOGIN CONNECTION LIMIT 5 VALID UNTIL '2030-01-01'`,
      'CREATE ROLE one NOINHERIT CREATEDB',
      [`ALTER ROLE one NOLOGIN CREATEDB NOINHERIT CONNECTION LIMIT -1 VALID UNTIL 'infinity'`],
    ],
    [
      `CREATE ROLE one VALID UNTIL 'infinity'; COMMENT ON ROLE one IS 'first'`,
      `CREATE ROLE one; COMMENT ON ROLE one IS 'second'`,
      [`COMMENT ON ROLE one IS 'second'`],
    ],
    [
      `CREATE ROLE one; ALTER ROLE one SET search_path = a; ALTER ROLE one SET work_mem = '1MB'`,
      `CREATE ROLE one; ALTER ROLE one SET application_name = 'it''s %s';
       ALTER ROLE one SET search_path = a, "B c"; ALTER ROLE one SET app.tenant = '7'`,
      [
        'ALTER ROLE one RESET work_mem',
        'ALTER ROLE one SET search_path = a, "B c"',
        'ALTER ROLE one SET app.tenant = 7',
        `ALTER ROLE one SET application_name = 'it''s %s'`,
      ],
    ],
    [
      'CREATE ROLE one',
      `CREATE ROLE one; ALTER ROLE one IN DATABASE postgres SET application_name = '100%'`,
      [
        `DO $$
BEGIN
    EXECUTE format('ALTER ROLE one IN DATABASE %I SET application_name = ''100%%''', current_database());
END
$$`,
      ],
    ],
  ])('turns from "%s" into "%s"', async (from, to, expected) => {
    const { up } = await converge(from, to);
    expect(sqlOf(up)).toEqual(expected);
  });

  it('says what it may do from now on, and no longer', async () => {
    const { up, down } = await converge('CREATE ROLE one', 'CREATE ROLE one LOGIN BYPASSRLS');
    expect(up.statements[0]?.hazards).toEqual([
      { kind: 'widens-privileges', message: 'one may connect' },
      { kind: 'widens-privileges', message: 'one may pass row-level security by' },
    ]);
    expect(down.statements[0]?.hazards.map(({ kind }) => kind)).toEqual([
      'breaks-code',
      'breaks-code',
    ]);
  });

  it('comes before what it owns and goes after what it may', async () => {
    const { up, down } = await converge(
      'CREATE TABLE kept (a int)',
      `CREATE TABLE kept (a int);
       CREATE ROLE one; CREATE ROLE two;
       CREATE TABLE t (a int); ALTER TABLE t OWNER TO one;
       GRANT SELECT ON kept TO two;
       ALTER TABLE t ENABLE ROW LEVEL SECURITY;
       CREATE POLICY p ON t TO two USING (true);
       ALTER DEFAULT PRIVILEGES FOR ROLE one GRANT SELECT ON TABLES TO two`,
    );
    expect(sqlOf(up).slice(0, 2)).toEqual(['CREATE ROLE one', 'CREATE ROLE two']);
    expect(sqlOf(down)).toEqual([
      'DROP TABLE public.t',
      'ALTER DEFAULT PRIVILEGES FOR ROLE one REVOKE SELECT ON TABLES FROM two',
      'DROP ROLE one',
      'REVOKE SELECT ON TABLE public.kept FROM two',
      'DROP ROLE two',
    ]);
  });

  it('never shows a password', async () => {
    const { up } = await converge('', `CREATE ROLE one LOGIN PASSWORD 'never-to-be-shown'`);
    expect(sqlOf(up)).toEqual(['CREATE ROLE one LOGIN']);
  });
});

describe('a membership', () => {
  const roles = 'CREATE ROLE team; CREATE ROLE one; CREATE ROLE two NOINHERIT;';

  it.each([
    ['', 'GRANT team TO one, two'],
    ['GRANT team TO one', 'GRANT team TO one WITH ADMIN OPTION'],
    ['GRANT team TO two', 'GRANT team TO two WITH INHERIT TRUE, SET FALSE'],
    ['GRANT team TO one WITH INHERIT FALSE', 'GRANT team TO one WITH ADMIN TRUE'],
    ['GRANT pg_read_all_data TO one', 'GRANT pg_monitor TO one'],
    [
      '',
      `GRANT team TO one WITH ADMIN OPTION; SET ROLE one; GRANT team TO two GRANTED BY one;
       RESET ROLE`,
    ],
  ])('turns from "%s" into "%s"', async (from, to) => {
    await converge(`${roles} ${from}`, `${roles} ${to}`);
  });

  it('comes and goes with its roles', async () => {
    const { up } = await converge('', `${roles} GRANT team TO one; GRANT team TO two`);
    expect(sqlOf(up).slice(3)).toEqual(['GRANT team TO one', 'GRANT team TO two']);
  });
});
