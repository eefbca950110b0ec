import { auditRole, openEngine } from 'plinth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';

const database = useDatabase();

// Roles belong to the cluster, which other files of the run use too.
const PREFIX = `audit_${process.pid}`;
const TENANT_ROLE = `${PREFIX}_app`;
const OWNER = `${PREFIX}_owner`;
const ROLES = ['plain', 'bypass', 'climber', 'heir', 'stranger', 'superuser'].map(roleNamed);

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
    CREATE ROLE ${roleNamed('climber')} LOGIN PASSWORD 'secret' NOINHERIT IN ROLE ${roleNamed('bypass')};
    CREATE ROLE ${roleNamed('heir')} LOGIN PASSWORD 'secret' IN ROLE ${TENANT_ROLE}, ${OWNER};
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
    ['heir', ['owns-isolated-table'], `REVOKE ${OWNER} FROM ${roleNamed('heir')};`],
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
