// The verification of an audit log: a whole one has no findings, and whatever a superuser does to its
// rows is found and told of rightly.

import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { bigint, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import {
  type AuditHead,
  connect,
  type Database,
  type Engine,
  openEngine,
  verifyAudit,
} from 'plinth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import {
  AUDIT_ROLE,
  auditLog,
  auditStatements,
  createAuditTables,
  dropAuditRoles,
  notes,
  TENANTS_QUERY,
} from './support/audit-tables.js';
import { asUser } from './support/tenant-table.js';

const database = useDatabase();
let superuser: Engine;
let db: Database;
let tenant: string;

beforeAll(async () => {
  await createAuditTables(database.url);
  superuser = await openEngine({ url: database.url, poolSize: 1 });
  db = await connect({ url: asUser(database.url, AUDIT_ROLE), poolSize: 4 });
});

afterAll(async () => {
  await db.close();
  await superuser.close();
  await dropAuditRoles(database.url);
});

beforeEach(async () => {
  tenant = `tenant-${randomUUID()}`;
  await superuser.query('INSERT INTO tenants VALUES ($1)', [tenant]);
  for (let index = 1; index <= 6; index++) await addNote(`note ${index}`);
});

async function addNote(title: string): Promise<void> {
  await db
    .tenant(tenant, { actor: 'ada', requestId: 'r1' })
    .insert(notes)
    .values({ tenantId: tenant, title });
}

async function verify(against?: readonly AuditHead[]) {
  return await verifyAudit(db, { log: auditLog, tenants: TENANTS_QUERY, tenant, against });
}

async function findings(against?: readonly AuditHead[]) {
  const found = await verify(against);
  return found.findings.map(({ kind, seq }) => `${kind} ${seq}`);
}

/** Statements about the rows of the tenant: `$1`. */
async function tamper(...statements: readonly string[]): Promise<void> {
  for (const text of statements) await superuser.query(text, [tenant]);
}

const ROW = 'WHERE tenant_id = $1 AND seq =';

it('finds nothing in whole chains, and gives their heads', async () => {
  const all = await verifyAudit(db, { log: auditLog, tenants: TENANTS_QUERY });
  expect(all.findings).toEqual([]);
  const { chains, rows, heads } = await verify();
  expect({ chains, rows }).toEqual({ chains: 1, rows: 6 });
  expect(heads).toEqual([
    {
      tenant,
      firstSeq: 1,
      seq: 6,
      occurredAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}Z$/),
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  ]);
  await addNote('after');
  expect(await findings(heads)).toEqual([]);
});

it('goes through the chains of a role that sees all of them without a query', async () => {
  await using all = await connect({ url: database.url, poolSize: 1 });
  const { findings: found, chains } = await verifyAudit(all, { log: auditLog });
  expect(found).toEqual([]);
  expect(chains).toBeGreaterThan(0);
});

describe('a row that was changed', () => {
  it.each([
    ['occurred_at', `occurred_at + interval '1 microsecond'`],
    ['transaction_row', '2'],
    ['actor', `'eve'`],
    ['actor', 'NULL'],
    ['request_id', `'r2'`],
    ['role', `'somebody'`],
    ['action', `'delete'`],
    ['table_name', `'parts'`],
    ['row_key', `'{"id": 1}'`],
    ['columns', `'{}'`],
    ['changes', `'{"title": {"new": "other"}}'`],
    ['changes', 'NULL'],
    ['previous_hash', `sha256('x')`],
    ['hash', `sha256('x')`],
  ])('is found by its %s: %s', async (column, value) => {
    for (const seq of [1, 3, 6]) {
      await tamper(`UPDATE audit_log SET ${column} = ${value} ${ROW} ${seq}`);
    }
    expect(await findings()).toEqual(['changed 1', 'changed 3', 'changed 6']);
  });

  it('is found where its own hash was computed anew, by the row behind it', async () => {
    await tamper(`UPDATE audit_log SET actor = 'eve' ${ROW} 3`, rehash(3));
    expect(await findings()).toEqual(['unlinked 4']);
  });

  it('is found at the end of the chain, too', async () => {
    await tamper(`UPDATE audit_log SET actor = 'eve' ${ROW} 6`, rehash(6));
    expect(await findings()).toEqual(['end-changed 6']);
  });

  it('is found where it moved to another tenant', async () => {
    const other = `${tenant}-other`;
    await tamper(`UPDATE audit_log SET tenant_id = $1 || '-other' ${ROW} 6`);
    expect(await findings()).toEqual(['missing 6']);
    await superuser.query('INSERT INTO tenants VALUES ($1)', [other]);
    const found = await verifyAudit(db, { log: auditLog, tenants: TENANTS_QUERY, tenant: other });
    expect(found.findings.map(({ kind }) => kind)).toEqual(['missing', 'changed', 'no-chain']);
    await superuser.query('DELETE FROM audit_log WHERE tenant_id = $1', [other]);
  });
});

/** Computes the hash of a row as the function does that wrote it. */
function rehash(seq: number): string {
  return `UPDATE audit_log SET hash = audit_log_hash(previous_hash, seq, transaction_row, tenant_id, occurred_at,
    actor, request_id, role, action, table_name, row_key, columns, changes) ${ROW} ${seq}`;
}

describe('rows that were removed', () => {
  it.each([
    ['the first', '= 1', ['missing 1']],
    ['one in the middle', '= 3', ['missing 3']],
    ['several', 'IN (2, 3, 5)', ['missing 2', 'missing 5']],
    ['the last', '= 6', ['missing 6']],
    ['all', '> 0', ['missing 1']],
  ])('are found: %s', async (_, which, expected) => {
    await tamper(`DELETE FROM audit_log WHERE tenant_id = $1 AND seq ${which}`);
    expect(await findings()).toEqual(expected);
  });

  it('are told of in words', async () => {
    await tamper('DELETE FROM audit_log WHERE tenant_id = $1 AND seq IN (2, 3)');
    const { findings: found } = await verify();
    expect(found).toEqual([
      { kind: 'missing', tenant, seq: 2, message: 'rows 2 to 3 are missing' },
    ]);
  });

  it('are found where the others were numbered anew', async () => {
    await tamper(
      `DELETE FROM audit_log ${ROW} 3`,
      `UPDATE audit_log SET seq = seq + 1000 WHERE tenant_id = $1 AND seq > 3`,
      `UPDATE audit_log SET seq = seq - 1001 WHERE tenant_id = $1 AND seq > 1000`,
      `UPDATE audit_chains SET last_seq = 5 WHERE tenant_id = $1`,
    );
    expect(await findings()).toEqual(['reordered 3', 'reordered 4', 'changed 5']);
  });
});

describe('rows that were inserted', () => {
  const copy = (seq: string, previous = 'previous_hash', hash = 'hash') =>
    `INSERT INTO audit_log (tenant_id, seq, occurred_at, transaction_row, actor, role, action, table_name, row_key, columns, previous_hash, hash)
     SELECT tenant_id, ${seq}, occurred_at, 1, 'eve', role, action, table_name, row_key, columns, ${previous}, ${hash}
     FROM audit_log ${ROW} 6`;

  it('are found behind the end, with right hashes too', async () => {
    await tamper(copy('7', 'hash'), rehash(7));
    expect(await findings()).toEqual(['inserted 7']);
  });

  it('are found before the beginning', async () => {
    await tamper(copy('0'));
    expect(await findings()).toEqual(['inserted 0']);
  });

  it('are found in the middle, where room was made for them', async () => {
    await tamper(
      'UPDATE audit_log SET seq = seq + 1000 WHERE tenant_id = $1 AND seq > 3',
      'UPDATE audit_log SET seq = seq - 999 WHERE tenant_id = $1 AND seq > 1000',
      'UPDATE audit_chains SET last_seq = 7 WHERE tenant_id = $1',
      copy('4').replace('= 6', '= 7'),
      `UPDATE audit_log SET previous_hash = (SELECT hash FROM audit_log ${ROW} 3) ${ROW} 4`,
      rehash(4),
    );
    const found = await findings();
    expect(found.map((each) => each.split(' ')[1])).toEqual(['5', '6', '7']);
  });

  it('are found where they move the end along with them', async () => {
    await tamper(
      `INSERT INTO audit_log SELECT tenant_id, 7, occurred_at, 2, actor, request_id, role, action, table_name, row_key, columns, changes, hash, sha256('x')
       FROM audit_log ${ROW} 6`,
    );
    expect(await findings()).toEqual(['inserted 7']);
  });
});

describe('rows that were reordered', () => {
  it('are found where two exchanged their numbers', async () => {
    await tamper(
      `UPDATE audit_log SET seq = 1002 ${ROW} 2`,
      `UPDATE audit_log SET seq = 2 ${ROW} 5`,
      `UPDATE audit_log SET seq = 5 ${ROW} 1002`,
    );
    const { findings: found } = await verify();
    expect(found.map(({ message }) => message)).toEqual([
      'row 2 holds what was row 5: rows were reordered',
      'row 5 holds what was row 2: rows were reordered',
    ]);
  });

  it('are found where one was put at the end', async () => {
    await tamper(`UPDATE audit_log SET seq = 7 ${ROW} 2`);
    expect(await findings()).toEqual(['missing 2', 'reordered 7']);
  });

  it('are found where two exchanged what they tell, and kept their hashes', async () => {
    await tamper(
      `UPDATE audit_log a SET row_key = b.row_key, changes = b.changes, occurred_at = b.occurred_at
       FROM audit_log b WHERE a.tenant_id = $1 AND b.tenant_id = $1 AND a.seq IN (2, 5) AND b.seq = 7 - a.seq`,
    );
    expect(await findings()).toEqual(['changed 2', 'changed 5']);
  });
});

describe('the row of a chain', () => {
  it.each([
    ['last_seq = 5', ['inserted 6', 'end-changed 5']],
    ['last_seq = 8', ['missing 7']],
    [`last_hash = sha256('x')`, ['end-changed 6']],
    ['first_seq = 3', ['inserted 1', 'inserted 2', 'unlinked 3', 'cut 2']],
    [`first_previous_hash = sha256('x')`, ['unlinked 1']],
  ])('is found where it was changed: %s', async (change, expected) => {
    await tamper(`UPDATE audit_chains SET ${change} WHERE tenant_id = $1`);
    expect(await findings()).toEqual(expected);
  });

  it('is missed where it was removed, and made anew by the next row', async () => {
    await tamper('DELETE FROM audit_chains WHERE tenant_id = $1');
    expect(await findings()).toEqual(['no-chain 6']);
    await addNote('after');
    expect(await findings()).toEqual([]);
  });
});

describe('against heads that were kept', () => {
  /** Every hash from a row on, as somebody would who owns the database. */
  async function rewrite(from: number): Promise<void> {
    for (let seq = from; seq <= 6; seq++) {
      if (seq > 1) {
        await tamper(
          `UPDATE audit_log SET previous_hash = (SELECT hash FROM audit_log ${ROW} ${seq - 1}) ${ROW} ${seq}`,
        );
      }
      await tamper(rehash(seq));
    }
    await tamper(
      `UPDATE audit_chains SET last_hash = (SELECT hash FROM audit_log ${ROW} 6) WHERE tenant_id = $1`,
    );
  }

  it('a chain is found that was written anew with right hashes', async () => {
    const { heads } = await verify();
    await tamper(`UPDATE audit_log SET actor = 'eve' ${ROW} 3`);
    await rewrite(3);
    expect(await findings()).toEqual([]);
    expect(await findings(heads)).toEqual(['rewritten 6']);
  });

  it('a chain is found that was cut to an earlier state', async () => {
    const { heads } = await verify();
    await tamper(
      'DELETE FROM audit_log WHERE tenant_id = $1 AND seq > 4',
      `UPDATE audit_chains SET last_seq = 4, last_hash = (SELECT hash FROM audit_log ${ROW} 4) WHERE tenant_id = $1`,
    );
    expect(await findings()).toEqual([]);
    expect(await findings(heads)).toEqual(['cut 6']);
  });

  it('a chain is found that went altogether', async () => {
    const { heads } = await verify();
    for (const table of ['audit_log', 'audit_chains']) {
      await tamper(`DELETE FROM ${table} WHERE tenant_id = $1`);
    }
    expect(await findings()).toEqual([]);
    expect(await findings(heads)).toEqual(['cut 6']);
  });
});

describe('rows that were taken away as if they were pruned', () => {
  const move = (seq: string, prunedBefore: string) => [
    `UPDATE audit_chains SET first_seq = ${seq}, pruned_before = ${prunedBefore},
       first_previous_hash = (SELECT hash FROM audit_log WHERE tenant_id = $1 AND seq = ${seq} - 1) WHERE tenant_id = $1`,
    `DELETE FROM audit_log WHERE tenant_id = $1 AND seq < (SELECT first_seq FROM audit_chains WHERE tenant_id = $1)`,
  ];

  it.each([
    [
      'all of them, and nothing says when',
      'last_seq + 1',
      'NULL',
      ['missing 6', 'cut 6'],
      ['cut 6'],
    ],
    [
      'all of them, long ago',
      'last_seq + 1',
      `now() - interval '7 years'`,
      ['missing 6'],
      ['cut 6'],
    ],
    ['some, and nothing says when', '4', 'NULL', ['cut 3'], []],
    ['some, not long enough ago', '4', `now() - interval '5 years'`, ['cut 3'], []],
    ['some, in the future', '4', `'infinity'`, ['cut 3'], []],
    ['some, before all time', '4', `'-infinity'`, ['cut 3'], []],
  ])('are found: %s', async (_, seq, before, alone, more) => {
    const { heads } = await verify();
    await tamper(...move(seq, before));
    expect(await findings()).toEqual(alone);
    expect(await findings(heads)).toEqual([...alone, ...more]);
  });

  it('are found where the chain went on behind them, by a head whose row is too young', async () => {
    const { heads } = await verify();
    await addNote('after');
    await tamper(...move('7', `now() - interval '7 years'`));
    expect(await findings()).toEqual([]);
    const { findings: found } = await verify(heads);
    expect(found).toMatchObject([
      { kind: 'cut', seq: 6, message: expect.stringMatching(/row 6 is of 2.*is kept for 6 years/) },
    ]);
  });

  it('are found wherever nobody says how long rows are kept', async () => {
    const unknown = pgTable('audit_log', {
      tenantId: text('tenant_id'),
      seq: bigint('seq', { mode: 'number' }),
      rowKey: jsonb('row_key'),
      previousHash: text('previous_hash'),
      hash: text('hash'),
    });
    const { heads } = await verify();
    await addNote('after');
    await tamper(...move('7', `now() - interval '7 years'`));
    const options = { log: unknown, tenant, against: heads };
    const { findings: found } = await verifyAudit(db, options);
    expect(found.map(({ message }) => message)).toEqual([
      expect.stringContaining('the log does not say how long it keeps them'),
      expect.stringContaining('the log does not say how long it keeps it'),
    ]);
    const known = await verifyAudit(db, { ...options, against: [], keep: '6 years' });
    expect(known.findings).toEqual([]);
  });
});

describe('what stands at the ends of types', () => {
  it.each(['-9223372036854775808', '9223372036854775807'])('is found: seq %s', async (seq) => {
    await tamper(
      `INSERT INTO audit_log SELECT tenant_id, ${seq}, occurred_at, 1, actor, request_id, role, action, table_name, row_key, columns, changes, previous_hash, hash
       FROM audit_log ${ROW} 1`,
      `DELETE FROM audit_log ${ROW} 3`,
    );
    const { findings: found } = await verify();
    expect(found.map(({ kind }) => kind).sort()).toEqual(['inserted', 'missing']);
    expect(found.find(({ kind }) => kind === 'inserted')?.message).toContain(`row ${seq} is`);
  });

  it.each(['infinity', '-infinity', '294276-12-31', '4713-01-01 BC'])(
    'is found: a row of %s',
    async (moment) => {
      await tamper(`UPDATE audit_log SET occurred_at = '${moment}' ${ROW} 3`);
      expect(await findings()).toEqual(['changed 3']);
      await tamper(`UPDATE audit_log SET occurred_at = '${moment}' ${ROW} 6`);
      expect((await verify()).heads).toEqual([]);
    },
  );
});

it('goes on behind a chain that cannot be read, and names it', async () => {
  const second = `${tenant}-second`;
  await superuser.query('INSERT INTO tenants VALUES ($1)', [second]);
  await db.tenant(second).insert(notes).values({ tenantId: second, title: 'there' });
  await superuser.query(`
    CREATE FUNCTION fail(tenant text) RETURNS boolean LANGUAGE plpgsql COST 1 AS
      $$ BEGIN IF tenant = '${tenant}' THEN RAISE 'nothing to see here'; END IF; RETURN true; END $$;
    CREATE POLICY hides ON audit_log AS RESTRICTIVE USING (public.fail(tenant_id))`);
  try {
    const query = `SELECT unnest('{${tenant},${second}}'::text[])`;
    const { findings: found, rows } = await verifyAudit(db, { log: auditLog, tenants: query });
    expect(found).toMatchObject([
      { kind: 'unreadable', tenant, message: expect.stringContaining('nothing to see here') },
    ]);
    expect(rows).toBe(1);
  } finally {
    await superuser.query('DROP POLICY hides ON audit_log; DROP FUNCTION fail');
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
    await superuser.query(`CREATE SCHEMA lies; GRANT USAGE ON SCHEMA lies TO PUBLIC; ${create}`);
    try {
      const options = encodeURIComponent(`-c search_path=${path}`);
      await using other = await connect({
        url: `${asUser(database.url, AUDIT_ROLE)}?options=${options}`,
        poolSize: 1,
      });
      const { rows, findings: found } = await verifyAudit(other, { log: auditLog, tenant });
      expect({ rows, found }).toEqual({ rows: 6, found: [] });
      await other.tenant(tenant).insert(notes).values({ tenantId: tenant, title: 'trapped' });
    } finally {
      await superuser.query('DROP SCHEMA lies CASCADE');
    }
    expect(await findings()).toEqual([]);
  });
});

it('takes a pruned chain for whole, and one with a hole before the rest for what it is', async () => {
  const { heads } = await verify();
  await tamper(
    `UPDATE audit_log SET occurred_at = occurred_at - interval '7 years' WHERE tenant_id = $1 AND seq < 4`,
  );
  const prune = sql`SELECT audit_log_prune(${tenant}, now() - interval '6 years 1 day', 10)`;
  await db.tenant(tenant).execute(prune);
  expect(await findings(heads)).toEqual([]);
  expect(await verify()).toMatchObject({
    rows: 3,
    heads: heads.map((head) => ({ ...head, firstSeq: 4 })),
    pruned: [{ tenant, lastSeq: 3, before: expect.stringContaining('T') }],
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
    url: `${asUser(database.url, AUDIT_ROLE)}?options=${encodeURIComponent(
      '-c TimeZone=Asia/Kathmandu -c DateStyle=SQL,DMY -c IntervalStyle=iso_8601 -c bytea_output=escape -c extra_float_digits=0 -c standard_conforming_strings=off',
    )}`,
    poolSize: 1,
  });
  await odd.withConnection(async (connection) => {
    await connection.query('BEGIN');
    await connection.query(
      `SELECT set_config('app.current_tenant_id', $1, true), set_config('app.actor', $2, true)`,
      [tenant, 'quote " backslash \\ newline \n ü €'],
    );
    await connection.query(
      `INSERT INTO notes (tenant_id, title, tags) VALUES ($1, 'odd', '{"b": 1.50, "a": [null]}')`,
      [tenant],
    );
    await connection.query('COMMIT');
  });
  expect(await findings()).toEqual([]);
});

it('holds when a backend is killed in the middle', async () => {
  const scope = db.tenant(tenant);
  const killed = scope.transaction(
    async (tx) => {
      await tx.insert(notes).values({ tenantId: tenant, title: 'lost' });
      await tx.execute(sql`SET CONSTRAINTS ALL IMMEDIATE`);
      const { rows } = await tx.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
      await superuser.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
      await tx.insert(notes).values({ tenantId: tenant, title: 'lost too' });
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
