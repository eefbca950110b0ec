// The verification of an audit log: a whole one has no findings, however it was written and whoever
// asks.

import { sql } from 'drizzle-orm';
import { connect, openEngine, verifyAudit } from 'plinth';
import { describe, expect, it } from 'vitest';
import { ROW, useAuditChain } from './support/audit-chain.js';
import {
  AUDIT_ROLE,
  auditLog,
  auditStatements,
  notes,
  TENANTS_QUERY,
} from './support/audit-tables.js';
import { asUser } from './support/tenant-table.js';

const audit = useAuditChain();
const { addNote, findings, tamper, verify } = audit;

const MOMENT = /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}Z$/;

it('finds nothing in whole chains, and gives their heads', async () => {
  const all = await verifyAudit(audit.db, { log: auditLog, tenants: TENANTS_QUERY });
  expect(all.findings).toEqual([]);
  const { chains, rows, heads } = await verify();
  expect({ chains, rows }).toEqual({ chains: 1, rows: 6 });
  expect(heads).toEqual([
    {
      tenant: audit.tenant,
      firstSeq: 1,
      firstOccurredAt: expect.stringMatching(MOMENT),
      seq: 6,
      occurredAt: expect.stringMatching(MOMENT),
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  ]);
  await addNote('after');
  expect(await findings(heads)).toEqual([]);
});

it('goes through the chains of a role that sees all of them without a query', async () => {
  await using all = await connect({ url: audit.url, poolSize: 1 });
  const { findings: found, chains } = await verifyAudit(all, { log: auditLog });
  expect(found).toEqual([]);
  expect(chains).toBeGreaterThan(0);
});

it('says that the log is not there, and what to do', async () => {
  await audit.superuser.query('ALTER TABLE audit_chains RENAME TO audit_chains_away');
  const verified = verifyAudit(audit.db, { log: auditLog, tenants: TENANTS_QUERY });
  await expect(verified).rejects.toMatchObject({
    code: 'AUDIT_LOG_MISSING',
    message: 'the database has no table public.audit_chains',
  });
  await audit.superuser.query('ALTER TABLE audit_chains_away RENAME TO audit_chains');
});

it('goes on behind a chain that cannot be read, and names it', async () => {
  const second = `${audit.tenant}-second`;
  await audit.superuser.query('INSERT INTO tenants VALUES ($1)', [second]);
  await audit.db.tenant(second).insert(notes).values({ tenantId: second, title: 'there' });
  await audit.superuser.query(`
    CREATE FUNCTION fail(tenant text) RETURNS boolean LANGUAGE plpgsql COST 1 AS
      $$ BEGIN IF tenant = '${audit.tenant}' THEN RAISE 'nothing to see here'; END IF; RETURN true; END $$;
    CREATE POLICY hides ON audit_log AS RESTRICTIVE USING (public.fail(tenant_id))`);
  try {
    const query = `SELECT unnest('{${audit.tenant},${second}}'::text[])`;
    const { findings: found, rows } = await verifyAudit(audit.db, {
      log: auditLog,
      tenants: query,
    });
    expect(found).toMatchObject([
      {
        kind: 'unreadable',
        tenant: audit.tenant,
        message: expect.stringContaining('nothing to see here'),
      },
    ]);
    expect(rows).toBe(1);
  } finally {
    await audit.superuser.query('DROP POLICY hides ON audit_log; DROP FUNCTION fail');
  }
});

describe('functions of others', () => {
  it.each([
    [
      'an operator for types that PostgreSQL has none for',
      `CREATE FUNCTION lies.trap(numeric, integer) RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
       CREATE OPERATOR lies.* (FUNCTION = lies.trap, LEFTARG = numeric, RIGHTARG = integer)`,
      'public,lies',
    ],
    [
      'a function of a schema before its own',
      `CREATE FUNCTION lies.encode(bytea, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$`,
      'lies,pg_catalog,public',
    ],
  ])('are not called: %s', async (_, create, path) => {
    await audit.superuser.query(
      `CREATE SCHEMA lies; GRANT USAGE ON SCHEMA lies TO PUBLIC; ${create}`,
    );
    try {
      const options = encodeURIComponent(`-c search_path=${path}`);
      await using other = await connect({
        url: `${asUser(audit.url, AUDIT_ROLE)}?options=${options}`,
        poolSize: 1,
      });
      const { rows, findings: found } = await verifyAudit(other, {
        log: auditLog,
        tenant: audit.tenant,
      });
      expect({ rows, found }).toEqual({ rows: 6, found: [] });
      await other
        .tenant(audit.tenant)
        .insert(notes)
        .values({ tenantId: audit.tenant, title: 'trapped' });
    } finally {
      await audit.superuser.query('DROP SCHEMA lies CASCADE');
    }
    expect(await findings()).toEqual([]);
  });
});

it('takes a pruned chain for whole, and one with a hole before the rest for what it is', async () => {
  const before = await verify();
  await tamper(
    `UPDATE audit_log SET occurred_at = occurred_at - interval '7 years' WHERE tenant_id = $1 AND seq < 4`,
  );
  const heads = before.heads.map((head) => ({ ...head, firstOccurredAt: '2001-01-01T00:00:00Z' }));
  const prune = sql`SELECT audit_log_prune(${audit.tenant}, now() - interval '6 years 1 day', 10)`;
  await audit.db.tenant(audit.tenant).execute(prune);
  expect(await findings(heads)).toEqual([]);
  expect(await verify()).toMatchObject({
    rows: 3,
    heads: heads.map((head) => ({
      ...head,
      firstSeq: 4,
      firstOccurredAt: expect.stringMatching(MOMENT),
    })),
    pruned: [{ tenant: audit.tenant, lastSeq: 3, before: expect.stringContaining('T') }],
  });
  const pruned = await verify();
  await tamper(
    `UPDATE audit_chains SET first_seq = 1, first_previous_hash = '', pruned_before = NULL WHERE tenant_id = $1`,
  );
  expect(await findings(pruned.heads)).toEqual(['missing 1', 'rewritten 1']);
  await tamper(
    `UPDATE audit_chains SET first_seq = 4, first_previous_hash = (SELECT previous_hash FROM audit_log ${ROW} 4),
       pruned_before = now() - interval '7 years' WHERE tenant_id = $1`,
  );
  await tamper(`DELETE FROM audit_log ${ROW} 4`);
  expect(await findings()).toEqual(['missing 4']);
});

it('stays true where sessions are set otherwise', async () => {
  await using odd = await openEngine({
    url: `${asUser(audit.url, AUDIT_ROLE)}?options=${encodeURIComponent(
      '-c TimeZone=Asia/Kathmandu -c DateStyle=SQL,DMY -c IntervalStyle=iso_8601 -c bytea_output=escape -c extra_float_digits=0 -c standard_conforming_strings=off',
    )}`,
    poolSize: 1,
  });
  await odd.withConnection(async (connection) => {
    await connection.query('BEGIN');
    await connection.query(
      `SELECT set_config('app.current_tenant_id', $1, true), set_config('app.actor', $2, true)`,
      [audit.tenant, 'quote " backslash \\ newline \n ü €'],
    );
    await connection.query(
      `INSERT INTO notes (tenant_id, title, tags) VALUES ($1, 'odd', '{"b": 1.50, "a": [null]}')`,
      [audit.tenant],
    );
    await connection.query('COMMIT');
  });
  expect(await findings()).toEqual([]);
});

it('holds when a backend is killed in the middle', async () => {
  const scope = audit.db.tenant(audit.tenant);
  const killed = scope.transaction(
    async (tx) => {
      await tx.insert(notes).values({ tenantId: audit.tenant, title: 'lost' });
      await tx.execute(sql`SET CONSTRAINTS ALL IMMEDIATE`);
      const { rows } = await tx.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
      await audit.superuser.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
      await tx.insert(notes).values({ tenantId: audit.tenant, title: 'lost too' });
    },
    { retries: 0 },
  );
  await expect(killed).rejects.toThrow();
  await addNote('after');
  expect(await findings()).toEqual([]);
  expect((await verify()).rows).toBe(7);
});

it('works on the embedded database', async () => {
  await using embedded = await connect({ url: 'pglite://memory', tenantRole: AUDIT_ROLE });
  await embedded.engine.query(`CREATE ROLE ${AUDIT_ROLE}`);
  for (const statement of auditStatements()) await embedded.engine.query(statement);
  await embedded
    .tenant('acme', { actor: 'ada' })
    .insert(notes)
    .values([
      { tenantId: 'acme', title: 'one' },
      { tenantId: 'acme', title: 'two' },
    ]);
  const whole = await verifyAudit(embedded, { log: auditLog });
  expect(whole).toMatchObject({ chains: 1, rows: 2, findings: [] });
  await embedded.engine.query(`UPDATE audit_log SET actor = 'eve' WHERE seq = 2`);
  const { findings: found } = await verifyAudit(embedded, { log: auditLog });
  expect(found).toMatchObject([{ kind: 'changed', seq: 2 }]);
});
