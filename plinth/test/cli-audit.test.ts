// `plinth audit verify`: what it prints and how it ends, for whole chains and broken ones, and against
// heads of an earlier time.

import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { connect, type Database, type Engine, openEngine } from 'plinth';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import {
  AUDIT_OWNER,
  AUDIT_ROLE,
  createAuditTables,
  dropAuditRoles,
  notes,
  TENANTS_QUERY,
} from './support/audit-tables.js';
import { CliProject } from './support/cli-project.js';
import { asUser } from './support/tenant-table.js';

const INSTALLED = fileURLToPath(new URL('../../node_modules', import.meta.url));
const database = useDatabase();

const MODELS = `
import { auditTable } from 'plinth/models';
export const auditLog = auditTable({ role: '${AUDIT_ROLE}' });
`;

let superuser: Engine;
let db: Database;
let project: CliProject;

beforeAll(async () => {
  await createAuditTables(database.url);
  superuser = await openEngine({ url: database.url, poolSize: 1 });
  db = await connect({ url: asUser(database.url, AUDIT_ROLE), poolSize: 2 });
});

afterAll(async () => {
  await db.close();
  await superuser.close();
  await dropAuditRoles(database.url);
});

beforeEach(async () => {
  await superuser.query('DELETE FROM audit_log; DELETE FROM audit_chains; DELETE FROM tenants');
  for (const tenant of ['acme', 'globex']) {
    await superuser.query('INSERT INTO tenants VALUES ($1)', [tenant]);
    for (const title of ['one', 'two', 'three']) {
      await db.tenant(tenant).insert(notes).values({ tenantId: tenant, title });
    }
  }
  project = await CliProject.create({
    url: asUser(database.url, AUDIT_OWNER),
    schema: ['./models.mjs'],
    tenants: TENANTS_QUERY,
  });
  await superuser.query(`GRANT SELECT ON tenants TO ${AUDIT_OWNER}`);
  await symlink(INSTALLED, join(project.folder, 'node_modules'), 'junction');
  await project.write('models.mjs', MODELS);
});

afterEach(async () => {
  await project[Symbol.asyncDispose]();
});

it('says that all is whole, as the owner whom policies hold', async () => {
  const { status, out, error } = await project.plinth(['audit', 'verify']);
  expect({ status, error }).toEqual({ status: 0, error: '' });
  expect(out).toBe('✓ 2 chains, 6 rows: nothing was changed, removed or inserted');
});

it('says what is wrong with which row, and ends with 1', async () => {
  await superuser.query(`UPDATE audit_log SET actor = 'eve' WHERE tenant_id = 'acme' AND seq = 2`);
  await superuser.query(`DELETE FROM audit_log WHERE tenant_id = 'globex' AND seq = 3`);
  const { status, out, error } = await project.plinth(['audit', 'verify']);
  expect(status).toBe(1);
  expect(out.split('\n')).toEqual([
    '✗ acme  row 2 was changed: its hash is another',
    '✗ globex  row 3 is missing',
    '2 chains, 5 rows: 2 findings',
  ]);
  expect(error).toContain('hint: ');
  const one = await project.plinth(['audit', 'verify', '--tenant', 'globex', '--json']);
  expect(one.status).toBe(1);
  expect(JSON.parse(one.out)).toMatchObject({
    status: 'failed',
    findings: [{ kind: 'missing', tenant: 'globex', seq: 3 }],
  });
});

it('says that the tenant it is given has no chain, and ends with 1', async () => {
  const { status, out, error } = await project.plinth(['audit', 'verify', '--tenant', 'acmee']);
  expect(status).toBe(1);
  expect(out.split('\n')).toEqual([
    '✗ acmee  there is no chain of it, and no row',
    '0 chains, 0 rows: 1 finding',
  ]);
  expect(error).toContain('hint: Look at the name of the tenant.');
});

it('says what was pruned', async () => {
  await superuser.query(
    `UPDATE audit_log SET occurred_at = occurred_at - interval '7 years' WHERE tenant_id = 'acme' AND seq < 3`,
  );
  await db
    .tenant('acme')
    .execute(sql`SELECT audit_log_prune('acme', now() - interval '6 years 1 day', 10)`);
  const { status, out } = await project.plinth(['audit', 'verify']);
  expect(status).toBe(0);
  expect(out.split('\n')).toEqual([
    expect.stringMatching(/^ {2}acme {2}2 rows pruned, all before 2.*Z$/),
    '✓ 2 chains, 4 rows: nothing was changed, removed or inserted',
  ]);
  const json = await project.plinth(['audit', 'verify', '--json']);
  expect(JSON.parse(json.out)).toMatchObject({
    pruned: [{ tenant: 'acme', lastSeq: 2, before: expect.stringMatching(/Z$/) }],
  });
});

it('compares with heads that it printed before', async () => {
  const before = await project.plinth(['audit', 'verify', '--json']);
  await project.write('heads.json', before.out);
  await db.tenant('acme').insert(notes).values({ tenantId: 'acme', title: 'four' });
  const since = await project.plinth(['audit', 'verify', '--against', 'heads.json']);
  expect(since).toMatchObject({ status: 0, out: expect.stringContaining('2 chains, 7 rows') });
  for (const table of ['audit_log', 'audit_chains']) {
    await superuser.query(`DELETE FROM ${table} WHERE tenant_id = 'globex'`);
  }
  await superuser.query(`DELETE FROM tenants WHERE id = 'globex'`);
  const { status, out } = await project.plinth(['audit', 'verify', '--against', 'heads.json']);
  expect(status).toBe(1);
  expect(out).toContain('✗ globex  the chain is gone, and had a row 3');
});

it.each([
  ['no file', 'gone.json', undefined],
  ['no JSON', 'heads.json', 'nothing'],
  ['no heads', 'heads.json', '{"heads": [{"tenant": "a"}]}'],
])('refuses what holds %s', async (_, file, text) => {
  if (text !== undefined) await project.write(file, text);
  const { status, error } = await project.plinth(['audit', 'verify', '--against', file]);
  expect({ status, error }).toMatchObject({
    status: 1,
    error: expect.stringContaining('AUDIT_HEADS_INVALID'),
  });
});

it('refuses models without an audit log, or with several', async () => {
  const table = `import { pgTable, text } from 'drizzle-orm/pg-core';
export const t = pgTable('t', { a: text('a') });`;
  const other = MODELS.replace('auditTable({', `auditTable({ name: 'other',`);
  for (const [name, text, said] of [
    ['none.mjs', table, 'no audit log'],
    [
      'more.mjs',
      `${MODELS}${other.replace(/import.*/, '').replace('auditLog', 'other')}`,
      'several',
    ],
  ] as const) {
    await project.write(name, text);
    await project.configure({ url: asUser(database.url, AUDIT_OWNER), schema: [`./${name}`] });
    const { status, error } = await project.plinth(['audit', 'verify']);
    expect({ status, error }).toMatchObject({ status: 1, error: expect.stringContaining(said) });
    expect(error).toContain('AUDIT_LOG_UNKNOWN');
  }
});
