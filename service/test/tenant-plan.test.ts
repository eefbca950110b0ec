import type { Database } from 'plinth';
import { beforeAll, describe, expect, it } from 'vitest';
import { describePlan, explain } from '../../test/support/explain.js';
import {
  type EnhancementFilters,
  findEnhancement,
  listEnhancements,
} from '../src/db/enhancements.js';
import { bindStatement, statementOf } from './support/statements.js';
import { useTenantService } from './support/tenant-service.js';

const service = useTenantService('server');
const TENANT = 'tenant-7';
const ID = '00000000-0000-4000-8000-000000000000';
const MOMENT = '2026-01-02T00:00:00Z';
const NO_FILTERS: EnhancementFilters = {
  ticketId: undefined,
  status: undefined,
  createdAfter: undefined,
  createdBefore: undefined,
  after: undefined,
};

beforeAll(async () => {
  // As many for each of 20 tenants, in no order.
  await service.owner.engine.query(`
    INSERT INTO enhancement_history (tenant_id, ticket_id, status, llm_output, created_at)
      SELECT 'tenant-' || n % 20, 'ticket ' || n / 20 % 100,
             (ARRAY['completed', 'completed', 'pending', 'failed'])[1 + n / 20 % 4],
             repeat('word ', 20), timestamptz '2026-01-01' + n * interval '10 seconds'
        FROM generate_series(1, 20000) n`);
  await service.owner.engine.query('ANALYZE');
});

const list = (filters: Partial<EnhancementFilters>) => (db: Database) =>
  listEnhancements(db, 50, { ...NO_FILTERS, ...filters });

const BY_TIME = 'idx_enhancement_history_tenant_id';
const BY_TICKET = 'idx_enhancement_history_tenant_ticket';

describe('as app_user, in a tenant’s scope, PostgreSQL finds by an index', () => {
  it.each([
    ['the newest', list({}), [51], BY_TIME],
    ['the page after', list({ after: { createdAt: MOMENT, id: ID } }), [MOMENT, ID, 51], BY_TIME],
    ['those since a moment', list({ createdAfter: MOMENT }), [MOMENT, 51], BY_TIME],
    ['those before a moment', list({ createdBefore: MOMENT }), [MOMENT, 51], BY_TIME],
    ['those of a status', list({ status: 'failed' }), ['failed', 51], BY_TIME],
    ['those of a ticket', list({ ticketId: 'ticket 7' }), ['ticket 7', 51], BY_TICKET],
    ['one', (db: Database) => findEnhancement(db, ID), [ID], 'enhancement_history_pkey'],
  ])('%s', async (_what, run, values, index) => {
    const statement = await statementOf(service.db, () => run(service.db.tenant(TENANT)));
    const plan = await explain(service.db.tenant(TENANT), bindStatement(statement, values));
    const told = describePlan(plan);
    expect(
      plan.flatMap((node) => node['Index Name'] ?? []),
      told,
    ).toEqual([index]);
    expect(told).not.toContain('Seq Scan');
    // Only a ticket's few rows are put in order; all others are read in theirs.
    expect(told.includes('Sort'), told).toBe(index === BY_TICKET);
  });
});
