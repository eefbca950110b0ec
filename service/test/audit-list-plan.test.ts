import type { Database } from 'plinth';
import { beforeAll, describe, expect, it } from 'vitest';
import { describePlan, explain } from '../../test/support/explain.js';
import { type AuditFilters, listAuditRows } from '../src/db/audit.js';
import { bindStatement, statementOf } from './support/statements.js';
import { useTenantService } from './support/tenant-service.js';

const service = useTenantService('server');
const TENANT = 'tenant-7';
const MOMENT = '2026-01-02T00:00:00Z';
const NO_FILTERS: AuditFilters = {
  table: undefined,
  action: undefined,
  actor: undefined,
  requestId: undefined,
  key: undefined,
  occurredAfter: undefined,
  occurredBefore: undefined,
};

beforeAll(async () => {
  // Half of them are the tenant's; one in a hundred is about the rare table.
  await service.owner.engine.query(`
    INSERT INTO audit_log (tenant_id, seq, occurred_at, transaction_row, actor, role, action,
        table_name, row_key, columns, previous_hash, hash)
      SELECT 'tenant-' || 6 + n % 2, n / 2 + 1, timestamptz '2026-01-01' + n * interval '10 seconds', 1,
             'actor-' || n % 7, 'app', 'insert', CASE WHEN n / 2 % 100 = 0 THEN 'rare' ELSE 'usual' END,
             jsonb_build_object('id', n), '{id}', '', ''
        FROM generate_series(1, 40000) n`);
  await service.owner.engine.query('ANALYZE');
});

const list = (filters: Partial<AuditFilters>, before?: number) => (db: Database) =>
  listAuditRows(db, TENANT, 50, { ...NO_FILTERS, ...filters }, before);

describe('as app_user, in a tenant’s scope, PostgreSQL reads audit rows in their order', () => {
  it.each([
    ['the newest', list({}), []],
    ['the page after', list({}, 500), [500]],
    ['those of a table', list({ table: 'rare' }), ['rare']],
    ['those of an actor', list({ actor: 'actor-3' }), ['actor-3']],
    ['those about a row', list({ key: '7' }), ['7']],
    ['those since a moment', list({ occurredAfter: MOMENT }), [MOMENT]],
  ])('%s', async (_what, run, values) => {
    const statement = await statementOf(service.db, () => run(service.db));
    const plan = await explain(service.db.tenant(TENANT), bindStatement(statement, values));
    const told = describePlan(plan);
    expect(
      plan.flatMap((node) => node['Index Name'] ?? []),
      told,
    ).toEqual(['audit_log_pkey']);
    expect(told).not.toMatch(/Seq Scan|Sort/);
  });
});
