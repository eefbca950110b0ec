// The job of retention on the service's own tables, as the service's own login: what goes, what it
// tells, and when it ends.

import { randomUUID } from 'node:crypto';
import { type FastifyInstance, fastify } from 'fastify';
import { connect } from 'plinth';
import { previewRetention } from 'plinth/retention';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { registerMetrics } from '../src/metrics.js';
import { registerRetention } from '../src/retention.js';
import { DEFAULT_TIMES, retentionClasses } from '../src/retention-classes.js';
import { DATABASES } from './support/service.js';
import { useTenantService } from './support/tenant-service.js';

const CLASSES = retentionClasses(DEFAULT_TIMES);
const TENANTS = 'SELECT id FROM tenants';
const settings = { interval: 3600, times: DEFAULT_TIMES };

describe.each(DATABASES)('retention on the %s database', (kind) => {
  const service = useTenantService(kind);
  let app: FastifyInstance;

  beforeEach(async () => {
    app = fastify();
    const registry = registerMetrics(app, service.db);
    registerRetention(app, { db: service.db, settings, registry });
    await app.ready();
    await service.owner.engine.query('DELETE FROM enhancement_history; DELETE FROM tasks');
  });

  afterEach(async () => {
    await app.close();
  });

  const addEnhancements = async (tenant: string, age: string, count = 1) =>
    await service.db.tenant(tenant).execute(`
      INSERT INTO enhancement_history (tenant_id, ticket_id, created_at)
      SELECT '${tenant}', '${age}', now() - interval '${age}' FROM generate_series(1, ${count})`);

  const read = async (text: string) =>
    (await service.owner.engine.queryArrays({ text, values: [] })).rows.flat();

  const tickets = async () =>
    await read('SELECT ticket_id FROM enhancement_history ORDER BY ticket_id');

  it('removes what is due of every class, and nothing younger', async () => {
    await addEnhancements('acme', '91 days');
    await addEnhancements('acme', '89 days');
    await addEnhancements('globex', '1 year', 2);
    await service.owner.engine.query(`
      INSERT INTO tasks (title, deleted_at) VALUES
        ('long deleted', now() - interval '31 days'), ('deleted', now() - interval '29 days'), ('here', NULL);
      INSERT INTO idempotency_keys (id, fingerprint, resource, created_at) VALUES
        ('ended', 'f', 'r', now() - interval '25 hours'), ('used', 'f', 'r', now() - interval '23 hours')`);
    expect(await app.retention.run()).toMatchObject({
      state: 'done',
      classes: [
        { name: 'enhancements', removed: 3, tenants: 2, problems: [] },
        { name: 'deleted_tasks', removed: 1, problems: [] },
        { name: 'idempotency_keys', removed: 1, problems: [] },
        { name: 'audit', removed: 0, problems: [] },
      ],
    });
    expect(await tickets()).toEqual(['89 days']);
    expect(await read('SELECT title FROM tasks ORDER BY title')).toEqual(['deleted', 'here']);
    expect(await read('SELECT id FROM idempotency_keys')).toEqual(['used']);
    // The words of a task go with it.
    expect(
      await read(
        'SELECT DISTINCT word FROM task_words WHERE task_id NOT IN (SELECT id FROM tasks)',
      ),
    ).toEqual([]);
  });

  it('leaves an audit row of each removal, in the name of retention', async () => {
    const tenant = `tenant ${randomUUID()}`;
    await addEnhancements(tenant, '91 days', 2);
    await app.retention.run();
    const removals = await service.owner.engine.query(
      `SELECT actor, table_name AS "table" FROM audit_log WHERE tenant_id = $1 AND action = 'delete'`,
      [tenant],
    );
    const row = { actor: 'retention', table: 'enhancement_history' };
    expect(removals.rows).toEqual([row, row]);
  });

  it('removes audit rows that are six years old', async () => {
    const tenant = `tenant ${randomUUID()}`;
    await addEnhancements(tenant, '1 day', 5);
    await service.owner.engine.query(
      `UPDATE audit_log SET occurred_at = occurred_at - interval '6 years 1 day'
       WHERE tenant_id = $1 AND seq <= 3`,
      [tenant],
    );
    const outcome = await app.retention.run();
    expect(outcome?.classes.at(-1)).toMatchObject({ name: 'audit', removed: 3, problems: [] });
    const { rows } = await service.owner.engine.query(
      'SELECT seq::integer FROM audit_log WHERE tenant_id = $1 ORDER BY seq',
      [tenant],
    );
    expect(rows).toEqual([{ seq: 4 }, { seq: 5 }]);
  });

  it('has an index for the batches of each class', async () => {
    const { classes } = await previewRetention(service.db, { classes: CLASSES, tenants: TENANTS });
    expect(classes.map(({ name, hint }) => [name, hint])).toEqual(
      CLASSES.map(({ name }) => [name, undefined]),
    );
  });

  it('counts what went, and how runs ended', async () => {
    await addEnhancements('acme', '91 days', 3);
    await app.retention.run();
    const { body } = await app.inject('/metrics');
    expect(body).toContain('plinth_retention_rows_removed_total{class="enhancements"} 3');
    expect(body).toContain('plinth_retention_rows_removed_total{class="deleted_tasks"} 0');
    expect(body).toContain('plinth_retention_runs_total{outcome="done"} 1');
    expect(body).toContain('plinth_retention_runs_total{outcome="failed"} 0');
    expect(body).toContain('plinth_retention_duration_seconds_count 1');
    expect(body).toMatch(/^plinth_retention_last_success_timestamp_seconds 1\d{9}\.?\d*$/m);
  });

  it('comes by itself once the service listens, again and again', async () => {
    const other = fastify();
    const registry = registerMetrics(other, service.db);
    registerRetention(other, { db: service.db, settings: { ...settings, interval: 1 }, registry });
    await other.listen({ host: '127.0.0.1', port: 0 });
    for (const age of ['91 days', '92 days']) {
      await addEnhancements('acme', age);
      await vi.waitUntil(async () => (await tickets()).length === 0, { timeout: 20_000 });
    }
    await other.close();
  });

  it('never comes where its interval is 0', async () => {
    const other = fastify();
    const registry = registerMetrics(other, service.db);
    registerRetention(other, { db: service.db, settings: { ...settings, interval: 0 }, registry });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      other.retention.start();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
    await other.close();
  });

  it('does one run at a time', async () => {
    await addEnhancements('acme', '91 days', 3);
    const [first, second] = await Promise.all([app.retention.run(), app.retention.run()]);
    expect(second).toBe(first);
  });

  it('ends with the service, between two batches', async () => {
    await addEnhancements('acme', '91 days', 3);
    const running = app.retention.run();
    await app.close();
    expect(await running).toMatchObject({ state: 'stopped' });
    expect(await tickets()).toHaveLength(3);
  });
});

it('logs a failure, counts it, and lives on', async () => {
  const db = await connect({ url: 'pglite://memory' });
  const lines: string[] = [];
  const app = fastify({ logger: { stream: { write: (line: string) => lines.push(line) } } });
  registerRetention(app, { db, settings, registry: registerMetrics(app, db) });
  expect(await app.retention.run()).toBeUndefined();
  expect(lines.join('')).toContain('retention failed');
  expect((await app.inject('/metrics')).body).toContain(
    'plinth_retention_runs_total{outcome="failed"} 1',
  );
  await app.close();
  await db.close();
});
