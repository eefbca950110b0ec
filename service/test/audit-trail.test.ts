// What requests leave in the audit log: who did it, in which request, to which columns, and never a
// secret.

import { desc, eq, sql } from 'drizzle-orm';
import { verifyAudit } from 'plinth';
import { keyEncryptionFromEnv, openKeyring } from 'plinth/secrets';
import { describe, expect, it } from 'vitest';
import { auditLog, dataKeys, tenantConfigs } from '../src/db/schema.js';
import { DATABASES } from './support/service.js';
import { ADMIN, tenantCaller, useTenantService } from './support/tenant-service.js';

const PLAINTEXT = 'the very secret of the service desk';

describe.each(DATABASES)('the audit log on the %s database', (kind) => {
  const service = useTenantService(kind);

  async function newestOf(tenant: string, table: string) {
    const rows = await service.db
      .tenant(tenant)
      .select()
      .from(auditLog)
      .where(eq(auditLog.tableName, table))
      .orderBy(desc(auditLog.seq))
      .limit(1);
    const [row] = rows;
    if (row === undefined) throw new Error(`no audit row of ${table}`);
    return row;
  }

  it('tells who changed a secret of a tenant, and neither plaintext nor ciphertext', async () => {
    const tenant = 'acme';
    await service.call(ADMIN, 'POST', '/api/tenants', { tenant_id: tenant, name: 'Acme' });
    const changed = await service.call(ADMIN, 'PATCH', `/api/tenants/${tenant}`, {
      servicedesk_api_key: PLAINTEXT,
    });
    expect(changed.status).toBe(200);
    const [config] = await service.owner
      .select()
      .from(tenantConfigs)
      .where(eq(tenantConfigs.tenantId, tenant));
    if (config?.servicedeskApiKey == null) throw new Error('no secret was stored');
    expect(await newestOf(tenant, 'tenant_configs')).toMatchObject({
      actor: 'root',
      requestId: changed.headers.get('x-request-id'),
      action: 'update',
      rowKey: { id: config.id },
      columns: ['servicedesk_api_key_encrypted'],
      changes: null,
    });
    const [wrapped] = await service.owner
      .select()
      .from(dataKeys)
      .where(eq(dataKeys.tenantId, tenant));
    const { rows } = await service.owner.execute<{ text: string }>(
      sql`SELECT string_agg(entry::text, ' ') AS text FROM audit_log entry`,
    );
    const ciphertext = String(config.servicedeskApiKey);
    for (const secret of [PLAINTEXT, ciphertext, ciphertext.slice(-16), wrapped?.wrappedKey]) {
      expect(secret).toBeTruthy();
      expect(rows[0]?.text).not.toContain(secret);
    }
  });

  it('tells who read a secret, before it is shown', async () => {
    const tenant = 'globex';
    await service.call(ADMIN, 'POST', '/api/tenants', {
      tenant_id: tenant,
      name: 'Globex',
      servicedesk_api_key: PLAINTEXT,
    });
    const [config] = await service.owner
      .select()
      .from(tenantConfigs)
      .where(eq(tenantConfigs.tenantId, tenant));
    if (config?.servicedeskApiKey == null) throw new Error('no secret was stored');
    const keyring = openKeyring(service.db, {
      keyEncryption: keyEncryptionFromEnv({ KEY_ENCRYPTION_KEYS: service.keyEncryptionKeys }),
      table: dataKeys,
      audit: auditLog,
    });
    const place = { tenant, row: config.id, actor: { actor: 'worker', requestId: 'job-7' } };
    const opened = await keyring.open(
      tenantConfigs.servicedeskApiKey,
      place,
      config.servicedeskApiKey,
    );
    expect(opened).toBe(PLAINTEXT);
    expect(await newestOf(tenant, 'tenant_configs')).toMatchObject({
      actor: 'worker',
      requestId: 'job-7',
      action: 'read',
      rowKey: { id: config.id },
      columns: ['servicedesk_api_key_encrypted'],
    });
  });

  it('tells of an enhancement, in its caller’s name', async () => {
    const caller = tenantCaller('initech');
    const made = await service.call(caller, 'POST', '/api/enhancements', { ticket_id: 'T-1' });
    expect(made.status).toBe(201);
    expect(await newestOf('initech', 'enhancement_history')).toMatchObject({
      actor: 'ada',
      requestId: made.headers.get('x-request-id'),
      action: 'insert',
    });
  });

  it('is whole', async () => {
    const { findings, chains } = await verifyAudit(service.db, {
      log: auditLog,
      tenants: 'SELECT id FROM tenants',
    });
    expect(findings).toEqual([]);
    expect(chains).toBe(3);
  });
});
