import { auditRole, auditTables, openEngine } from 'plinth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';

const database = useDatabase();

// Roles belong to the cluster, which other files of the run use too.
const PREFIX = `audit_${process.pid}`;
const TENANT_ROLE = `${PREFIX}_app`;
const OWNER = `${PREFIX}_owner`;
const ROLES = [
  'plain',
  'bypass',
  'climber',
  'grandchild',
  'reader',
  'heir',
  'visitor',
  'idle',
  'stranger',
  'disguised',
  'superuser',
].map(roleNamed);

function roleNamed(name: string): string {
  return `${PREFIX}_${name}`;
}

async function asOwnerOfServer(sql: string): Promise<void> {
  await using engine = await openEngine({ url: database.url, poolSize: 1 });
  await engine.query(sql);
}

async function auditAs(role: string, tenantRole?: string) {
  const url = new URL(database.url);
  url.username = role;
  url.password = 'secret';
  await using engine = await openEngine({ url: url.href, poolSize: 1 });
  return await auditRole(engine, { tenantRole });
}

beforeAll(async () => {
  await asOwnerOfServer(`
    CREATE ROLE ${TENANT_ROLE};
    CREATE ROLE ${OWNER} LOGIN PASSWORD 'secret';
    CREATE ROLE ${roleNamed('plain')} LOGIN PASSWORD 'secret' IN ROLE ${TENANT_ROLE};
    CREATE ROLE ${roleNamed('bypass')} LOGIN PASSWORD 'secret' BYPASSRLS IN ROLE ${TENANT_ROLE};
    CREATE ROLE ${roleNamed('climber')} LOGIN PASSWORD 'secret' IN ROLE ${roleNamed('bypass')};
    CREATE ROLE ${roleNamed('grandchild')} LOGIN PASSWORD 'secret' IN ROLE ${roleNamed('climber')};
    CREATE ROLE ${roleNamed('reader')} LOGIN PASSWORD 'secret' IN ROLE ${TENANT_ROLE}, pg_read_server_files;
    CREATE ROLE ${roleNamed('heir')} LOGIN PASSWORD 'secret' IN ROLE ${TENANT_ROLE}, ${OWNER};
    CREATE ROLE ${roleNamed('visitor')} LOGIN PASSWORD 'secret' IN ROLE ${TENANT_ROLE};
    GRANT ${OWNER} TO ${roleNamed('visitor')} WITH INHERIT FALSE, SET TRUE;
    CREATE ROLE ${roleNamed('idle')} LOGIN PASSWORD 'secret';
    GRANT ${TENANT_ROLE} TO ${roleNamed('idle')} WITH INHERIT TRUE, SET FALSE;
    CREATE ROLE ${roleNamed('disguised')} LOGIN SUPERUSER PASSWORD 'secret';
    ALTER ROLE ${roleNamed('disguised')} SET role = '${roleNamed('plain')}';
    CREATE ROLE ${roleNamed('stranger')} LOGIN PASSWORD 'secret';
    CREATE ROLE ${roleNamed('superuser')} LOGIN SUPERUSER PASSWORD 'secret';
    CREATE TABLE notes (tenant_id text);
    ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
    ALTER TABLE notes OWNER TO ${OWNER};
    CREATE TABLE open_notes (tenant_id text);`);
});

afterAll(async () => {
  await asOwnerOfServer(
    `DROP TABLE notes; DROP ROLE ${[...ROLES.toReversed(), OWNER, TENANT_ROLE].join(', ')}`,
  );
});

describe('auditRole', () => {
  it('finds nothing in a login that is a member of the tenant role', async () => {
    const role = roleNamed('plain');
    expect(await auditAs(role, TENANT_ROLE)).toEqual({ role, problems: [] });
    expect(await auditAs(role)).toEqual({ role, problems: [] });
  });

  it.each([
    ['superuser', ['superuser'], 'CREATE ROLE plinth_service LOGIN'],
    ['bypass', ['bypasses-rls'], `ALTER ROLE ${roleNamed('bypass')} NOBYPASSRLS;`],
    ['climber', ['may-become'], `REVOKE ${roleNamed('bypass')} FROM ${roleNamed('climber')};`],
    ['owner', ['owns-isolated-table', 'not-a-member'], 'CREATE ROLE plinth_service LOGIN'],
    [
      'grandchild',
      ['may-become'],
      `REVOKE ${roleNamed('climber')} FROM ${roleNamed('grandchild')};`,
    ],
    ['reader', ['may-become'], `REVOKE pg_read_server_files FROM ${roleNamed('reader')};`],
    ['heir', ['owns-isolated-table'], `REVOKE ${OWNER} FROM ${roleNamed('heir')};`],
    ['visitor', ['owns-isolated-table'], `REVOKE ${OWNER} FROM ${roleNamed('visitor')};`],
    ['disguised', ['superuser'], 'CREATE ROLE plinth_service LOGIN'],
    ['idle', ['not-a-member'], `GRANT ${TENANT_ROLE} TO ${roleNamed('idle')} WITH INHERIT TRUE`],
    ['stranger', ['not-a-member'], `GRANT ${TENANT_ROLE} TO ${roleNamed('stranger')};`],
  ])('refuses a %s, with the statement that mends it', async (name, kinds, fix) => {
    const { problems } = await auditAs(roleNamed(name), TENANT_ROLE);
    expect(problems.map(({ kind }) => kind)).toEqual(kinds);
    expect(problems[0]?.fix).toContain(fix);
    expect(problems[0]?.message).toContain(roleNamed(name));
  });

  it('looks at the role that work is lowered to as well', async () => {
    const { problems } = await auditAs(roleNamed('climber'), roleNamed('bypass'));
    expect(problems.map(({ kind, message }) => [kind, message.split(' ')[0]])).toEqual([
      ['may-become', roleNamed('climber')],
      ['bypasses-rls', roleNamed('bypass')],
    ]);
  });

  it('says that the tenant role is not there', async () => {
    const { problems } = await auditAs(roleNamed('plain'), roleNamed('nobody'));
    expect(problems).toEqual([
      {
        kind: 'no-tenant-role',
        role: roleNamed('nobody'),
        message: `there is no role ${roleNamed('nobody')}`,
        fix: `CREATE ROLE ${roleNamed('nobody')} NOLOGIN NOSUPERUSER NOBYPASSRLS;`,
      },
    ]);
  });

  it('is right about the embedded database, which is a superuser’s', async () => {
    await using engine = await openEngine({ url: 'pglite://memory' });
    const { problems } = await auditRole(engine);
    expect(problems.map(({ kind }) => kind)).toEqual(['superuser']);
  });
});

describe('auditTables', () => {
  const condition = `tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), ''))`;
  const isolated = (name: string) => `
    CREATE TABLE ${name} (tenant_id text);
    ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY;
    ALTER TABLE ${name} FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant_isolation_policy ON ${name} USING (${condition}) WITH CHECK (${condition});
    GRANT SELECT, INSERT, UPDATE, DELETE ON ${name} TO ${TENANT_ROLE};`;

  async function audit(change: string) {
    await using engine = await openEngine({ url: database.url, poolSize: 1 });
    return await engine.withConnection(async (connection) => {
      await connection.query('BEGIN');
      for (const statement of `${isolated('"Sound"')} ${change}`.split(';')) {
        if (statement.trim() !== '') await connection.query(statement);
      }
      return await auditTables(connection, { tables: ['"Sound"'], tenantRole: TENANT_ROLE });
    });
  }

  it('finds nothing in a table as isolated() makes it', async () => {
    expect(await audit('')).toEqual([]);
    expect(await audit(`CREATE POLICY less ON "Sound" AS RESTRICTIVE USING (true)`)).toEqual([]);
  });

  it.each([
    ['ALTER TABLE "Sound" DISABLE ROW LEVEL SECURITY', 'row-security-off', 'ENABLE ROW LEVEL'],
    ['ALTER TABLE "Sound" NO FORCE ROW LEVEL SECURITY', 'not-forced', 'FORCE ROW LEVEL SECURITY'],
    ['DROP POLICY tenant_isolation_policy ON "Sound"', 'no-policy', 'plinth check --database'],
    ['CREATE POLICY more ON "Sound" USING (true)', 'open-policy', 'DROP POLICY more ON'],
    ['CREATE POLICY more ON "Sound" FOR SELECT USING (true)', 'open-policy', 'DROP POLICY more'],
    ['CREATE POLICY more ON "Sound" FOR INSERT WITH CHECK (true)', 'open-policy', 'DROP POLICY'],
    [
      'ALTER POLICY tenant_isolation_policy ON "Sound" WITH CHECK (true)',
      'open-policy',
      'DROP POLICY tenant_isolation_policy',
    ],
    ['DROP TABLE "Sound"', 'no-table', 'pending revisions'],
    [
      `REVOKE INSERT, UPDATE, DELETE ON "Sound" FROM ${TENANT_ROLE}`,
      'no-privilege',
      `GRANT INSERT, UPDATE ON "Sound" TO ${TENANT_ROLE};`,
    ],
    [
      `GRANT ALL ON "Sound" TO ${TENANT_ROLE}`,
      'forbidden-privilege',
      `REVOKE TRUNCATE ON "Sound" FROM ${TENANT_ROLE};`,
    ],
  ])('finds what %s did', async (change, kind, fix) => {
    const problems = await audit(change);
    expect(problems.map((problem) => problem.kind)).toEqual([kind]);
    expect(problems[0]?.fix).toContain(fix);
    expect(problems[0]?.message).toContain('Sound');
  });
});
