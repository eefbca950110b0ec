// Reads of secrets in the audit log: each is recorded before the plaintext is shown, and what cannot
// be recorded is not shown.

import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { connect, type Database, openEngine, verifyAudit } from 'plinth';
import { openKeyring, rotateKeys } from 'plinth/secrets';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import {
  AUDIT_MODELS,
  AUDIT_ROLE,
  auditLog,
  createAuditTables,
  dataKeys,
  dropAuditRoles,
  notes,
  TENANTS_QUERY,
} from './support/audit-tables.js';
import { keyEncryptionOf } from './support/secret-tables.js';
import { asUser } from './support/tenant-table.js';

const database = useDatabase();
const keyEncryption = keyEncryptionOf('k1');
const id = randomUUID();
let db: Database;
let tenant: string;

const ring = () => openKeyring(db, { keyEncryption, table: dataKeys, audit: auditLog });

beforeAll(async () => {
  await createAuditTables(database.url);
  db = await connect({ url: asUser(database.url, AUDIT_ROLE), poolSize: 2 });
});

afterAll(async () => {
  await db.close();
  await dropAuditRoles(database.url);
});

beforeEach(async () => {
  tenant = `tenant-${randomUUID()}`;
  await db.engine.query('INSERT INTO tenants VALUES ($1)', [tenant]);
});

async function seal() {
  const row = randomUUID();
  const secret = await ring().seal(notes.secret, { tenant, row }, 'plaintext');
  await db.tenant(tenant).insert(notes).values({ id: row, tenantId: tenant, title: 't', secret });
  return { row, secret };
}

async function reads() {
  const rows = await db.tenant(tenant).select().from(auditLog).where(eq(auditLog.action, 'read'));
  return rows.map(({ actor, requestId, tableName, rowKey, columns }) => ({
    actor,
    requestId,
    tableName,
    rowKey,
    columns,
  }));
}

it('records who read what, in a transaction of its own', async () => {
  const { row, secret } = await seal();
  const actor = { actor: 'ada', requestId: 'r1' };
  expect(await ring().open(notes.secret, { tenant, row, actor }, secret)).toBe('plaintext');
  const read = { tableName: 'notes', rowKey: { id: row }, columns: ['secret'] };
  expect(await reads()).toEqual([{ actor: 'ada', requestId: 'r1', ...read }]);
});

it('records it in the transaction that it is given', async () => {
  const { row, secret } = await seal();
  await db.tenant(tenant, { actor: 'eve' }).transaction(async (tx) => {
    await ring().open(notes.secret, { tenant, row, tx }, secret);
    expect(await reads()).toEqual([]);
  });
  expect(await reads()).toMatchObject([{ actor: 'eve', requestId: null }]);
});

it('shows nothing that it cannot record', async () => {
  const { row, secret } = await seal();
  const refused = db
    .tenant(tenant)
    .transaction(async (tx) => await ring().open(notes.secret, { tenant, row, tx }, secret), {
      accessMode: 'read only',
    });
  await expect(refused).rejects.toThrow(/read-only transaction/);
  await using owner = await openEngine({ url: database.url, poolSize: 1 });
  const record = 'FUNCTION audit_log_record_read(text, jsonb, text[])';
  await owner.query(`REVOKE EXECUTE ON ${record} FROM ${AUDIT_ROLE}`);
  await expect(ring().open(notes.secret, { tenant, row }, secret)).rejects.toThrow(
    /permission denied/,
  );
  await owner.query(`GRANT EXECUTE ON ${record} TO ${AUDIT_ROLE}`);
  expect(await reads()).toEqual([]);
});

it('records no read of what does not open', async () => {
  const { secret } = await seal();
  await expect(ring().open(notes.secret, { tenant, row: id }, secret)).rejects.toMatchObject({
    code: 'SECRET_NOT_AUTHENTIC',
  });
  expect(await reads()).toEqual([]);
});

it('tells of a rotation by what it changes', async () => {
  await seal();
  const options = { schema: AUDIT_MODELS, tenants: TENANTS_QUERY, keyEncryption };
  await rotateKeys(db, { ...options, dataKeys: true });
  const rows = await db
    .tenant(tenant)
    .select()
    .from(auditLog)
    .where(eq(auditLog.actor, 'plinth keys rotate'));
  expect(rows.map(({ tableName, action }) => `${tableName} ${action}`).sort()).toEqual([
    'data_keys insert',
    'data_keys update',
    'notes update',
  ]);
  const { findings } = await verifyAudit(db, { log: auditLog, tenants: TENANTS_QUERY });
  expect(findings).toEqual([]);
});
