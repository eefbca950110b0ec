// Audited tables: what leaves which row in the log, in which chain, and what cannot touch it.

import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { connect, type Database, type Engine, openEngine } from 'plinth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import {
  AUDIT_OWNER,
  AUDIT_ROLE,
  auditLog,
  createAuditTables,
  dropAuditRoles,
  notes,
  parts,
  visits,
} from './support/audit-tables.js';
import { asUser } from './support/tenant-table.js';

const database = useDatabase();
let superuser: Engine;
let db: Database;
let tenant: string;
let scope: Database;

beforeAll(async () => {
  await createAuditTables(database.url);
  superuser = await openEngine({ url: database.url, poolSize: 1 });
  db = await connect({ url: asUser(database.url, AUDIT_ROLE), poolSize: 10, maxOverflow: 10 });
});

afterAll(async () => {
  await db.close();
  await superuser.close();
  await dropAuditRoles(database.url);
});

beforeEach(() => {
  tenant = `tenant-${randomUUID()}`;
  scope = db.tenant(tenant, { actor: 'ada', requestId: 'request-1' });
});

async function rowsOf(id = tenant) {
  return await db.tenant(id).select().from(auditLog).orderBy(auditLog.seq);
}

/** What rows are about. */
async function storyOf(id = tenant) {
  return (await rowsOf(id)).map(({ seq, action, tableName, rowKey, columns, changes }) => ({
    seq,
    action,
    tableName,
    rowKey,
    columns,
    changes,
  }));
}

async function addNote(title = 'first'): Promise<string> {
  const id = randomUUID();
  await scope.insert(notes).values({ id, tenantId: tenant, title });
  return id;
}

describe('an audited table', () => {
  it('records who did what to which row, and which columns', async () => {
    const id = await addNote();
    await scope.update(notes).set({ body: 'text', title: 'second' }).where(eq(notes.id, id));
    await scope.delete(notes).where(eq(notes.id, id));
    const about = { tableName: 'notes', rowKey: { id } };
    expect(await storyOf()).toEqual([
      {
        ...about,
        seq: 1,
        action: 'insert',
        columns: ['id', 'created_at', 'tenant_id', 'title'],
        changes: { title: { new: 'first' } },
      },
      {
        ...about,
        seq: 2,
        action: 'update',
        columns: ['title', 'body'],
        changes: { title: { old: 'first', new: 'second' } },
      },
      { ...about, seq: 3, action: 'delete', columns: [], changes: { title: { old: 'second' } } },
    ]);
    const [first, second] = await rowsOf();
    expect(first).toMatchObject({ actor: 'ada', requestId: 'request-1', role: AUDIT_ROLE });
    expect(first?.previousHash).toHaveLength(0);
    expect(second?.previousHash).toEqual(first?.hash);
    expect(first?.hash).toHaveLength(32);
  });

  it('names a secret, and never its value', async () => {
    const id = await addNote();
    const ciphertext =
      'plinth:1:9b2f7a40-0000-4000-8000-000000000000:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    await scope.execute(sql`UPDATE notes SET secret = ${ciphertext} WHERE id = ${id}`);
    const { rows } = await superuser.query<{ text: string }>(
      'SELECT l::text AS text FROM audit_log l WHERE tenant_id = $1 ORDER BY seq',
      [tenant],
    );
    expect(rows[1]?.text).toContain('secret');
    expect(rows.map(({ text }) => text).join()).not.toContain(ciphertext.slice(10));
  });

  it('records no update that changes nothing, or only updated_at', async () => {
    const id = await addNote();
    await scope.update(notes).set({ title: 'first' }).where(eq(notes.id, id));
    expect(await storyOf()).toHaveLength(1);
  });

  it.each([
    ['a number in JSON with more zeros', `tags = '{"a": 1}'`, `tags = '{"a": 1.00}'`, 'tags'],
    ['a text that its collation holds for equal', `body = 'a'`, `body = 'A'`, 'body'],
  ])('records %s', async (_, before, after, column) => {
    await superuser.query(`
      CREATE COLLATION IF NOT EXISTS any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      ALTER TABLE notes ALTER COLUMN body TYPE text COLLATE any_case`);
    await addNote();
    await scope.execute(sql.raw(`UPDATE notes SET ${before}`));
    await scope.execute(sql.raw(`UPDATE notes SET ${after}`));
    const about = await storyOf();
    expect(about.map(({ action, columns }) => [action, columns])).toEqual([
      ['insert', expect.anything()],
      ['update', [column]],
      ['update', [column]],
    ]);
  });

  it('has a row for each row of a statement, and one for each time in a transaction', async () => {
    await scope.transaction(async (tx) => {
      const many = Array.from({ length: 5 }, (_, index) => ({
        tenantId: tenant,
        title: `${index}`,
      }));
      await tx.insert(notes).values(many);
      await tx.update(notes).set({ body: 'x' });
      await tx.delete(notes);
    });
    const rows = await rowsOf();
    expect(rows.map(({ action }) => action)).toEqual([
      ...Array<string>(5).fill('insert'),
      ...Array<string>(5).fill('update'),
      ...Array<string>(5).fill('delete'),
    ]);
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
    expect(rows.map(({ transactionRow }) => transactionRow)).toEqual(rows.map(({ seq }) => seq));
  });

  it('leaves nothing of what was rolled back', async () => {
    await addNote();
    const failed = scope.transaction(async (tx) => {
      await tx.insert(notes).values({ tenantId: tenant, title: 'gone' });
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    await scope.transaction(async (tx) => {
      const inner = tx.transaction(async (savepoint) => {
        await savepoint.insert(notes).values({ tenantId: tenant, title: 'gone too' });
        throw new Error('no');
      });
      await expect(inner).rejects.toThrow('no');
      await tx.insert(notes).values({ tenantId: tenant, title: 'kept' });
    });
    expect((await storyOf()).map(({ changes }) => changes)).toEqual([
      { title: { new: 'first' } },
      { title: { new: 'kept' } },
    ]);
  });

  it('sees upserts, MERGE, COPY-like inserts and cascades', async () => {
    const note = await addNote();
    const values = { tenantId: tenant, note, number: 1, text: 'one' };
    const target = [parts.tenantId, parts.note, parts.number];
    for (const text of ['one', 'two']) {
      await scope
        .insert(parts)
        .values({ ...values, text })
        .onConflictDoUpdate({ target, set: { text } });
    }
    await scope.execute(sql`
      MERGE INTO parts USING (VALUES (${tenant}, ${note}::uuid, 1), (${tenant}, ${note}::uuid, 2)) AS v (t, n, i)
      ON parts.tenant_id = v.t AND parts.note = v.n AND parts.number = v.i
      WHEN MATCHED THEN UPDATE SET text = 'merged'
      WHEN NOT MATCHED THEN INSERT VALUES (v.t, v.n, v.i, 'merged')`);
    await scope.delete(notes).where(eq(notes.id, note));
    const rows = (await storyOf()).slice(1);
    expect(rows.map(({ tableName, action }) => `${tableName} ${action}`).sort()).toEqual(
      [
        'parts insert',
        'parts update',
        'parts update',
        'parts insert',
        'notes delete',
        'parts delete',
        'parts delete',
      ].sort(),
    );
    expect(rows[0]?.rowKey).toEqual({ note, number: 1 });
  });

  it('takes another key for a row that went and one that came', async () => {
    const note = await addNote();
    await scope.insert(parts).values({ tenantId: tenant, note, number: 1, text: 'one' });
    await scope.update(parts).set({ number: 7 });
    expect((await storyOf()).slice(2).map(({ action, rowKey }) => [action, rowKey])).toEqual([
      ['delete', { note, number: 1 }],
      ['insert', { note, number: 7 }],
    ]);
  });

  it('is one table, whatever partition a row is in', async () => {
    await scope.insert(visits).values({ tenantId: tenant, number: 1 });
    await scope.update(visits).set({ place: 'here' });
    await scope.update(visits).set({ number: 11 });
    await superuser.query(`INSERT INTO visits_low VALUES ($1, 2)`, [tenant]);
    const rows = await storyOf();
    expect(rows.map(({ action, tableName, rowKey }) => [action, tableName, rowKey])).toEqual([
      ['insert', 'visits', { number: 1 }],
      ['update', 'visits', { number: 1 }],
      ['delete', 'visits', { number: 1 }],
      ['insert', 'visits', { number: 11 }],
      ['insert', 'visits', { number: 2 }],
    ]);
  });

  it('has a chain for each tenant, also for who sees past policies', async () => {
    const other = `${tenant}-other`;
    const id = await addNote();
    await superuser.query('UPDATE notes SET tenant_id = $1 WHERE id = $2', [other, id]);
    await superuser.query('DELETE FROM notes WHERE id = $1', [id]);
    expect((await storyOf()).map(({ seq, action }) => [seq, action])).toEqual([
      [1, 'insert'],
      [2, 'delete'],
    ]);
    expect((await storyOf(other)).map(({ seq, action }) => [seq, action])).toEqual([
      [1, 'insert'],
      [2, 'delete'],
    ]);
    const [row] = await rowsOf(other);
    expect(row).toMatchObject({ actor: null, requestId: null, role: 'postgres' });
  });

  it('puts the scope back after it', async () => {
    const id = await addNote();
    const { rows } = await superuser.withConnection(async (connection) => {
      await connection.query('BEGIN');
      await connection.query(`SELECT set_config('app.current_tenant_id', 'elsewhere', true)`);
      await connection.query('UPDATE notes SET body = $1 WHERE id = $2', ['x', id]);
      await connection.query('SET CONSTRAINTS ALL IMMEDIATE');
      const found = await connection.query<{ scope: string }>(
        `SELECT current_setting('app.current_tenant_id') AS scope`,
      );
      await connection.query('COMMIT');
      return found;
    });
    expect(rows).toEqual([{ scope: 'elsewhere' }]);
    expect(await storyOf()).toHaveLength(2);
  });

  it('refuses TRUNCATE, of the log as well', async () => {
    for (const table of ['notes CASCADE', 'audit_log']) {
      await expect(superuser.query(`TRUNCATE ${table}`)).rejects.toThrow(
        /TRUNCATE tells of no row/,
      );
    }
  });

  it('writes many rows in a transaction in a time that grows with their number', async () => {
    await superuser.query(
      `INSERT INTO notes (tenant_id, title) SELECT $1, 'note ' || n FROM generate_series(1, 5000) n`,
      [tenant],
    );
    const { rows } = await superuser.query<{ last: string; versions: string }>(
      `SELECT last_seq::text AS last, count(*)::text AS versions FROM audit_chains
       WHERE tenant_id = $1 GROUP BY last_seq`,
      [tenant],
    );
    expect(rows).toEqual([{ last: '5000', versions: '1' }]);
  });
});

describe('the log', () => {
  it.each([
    ['insert', `INSERT INTO audit_log SELECT * FROM audit_log LIMIT 1`],
    ['update', `UPDATE audit_log SET actor = 'nobody'`],
    ['delete', 'DELETE FROM audit_log'],
    ['truncate', 'TRUNCATE audit_log'],
    ['update of its chain', 'UPDATE audit_chains SET last_seq = 0'],
    ['delete of its chain', 'DELETE FROM audit_chains'],
    ['call of append', `SELECT audit_log_append('t', 'insert', 'notes', '{}', '{}', NULL)`],
    [
      'call of hash',
      `SELECT audit_log_hash('', 1, 1, '', now(), '', '', '', '', '', '{}', '{}', '{}')`,
    ],
  ])('takes no %s from the tenant role', async (_, statement) => {
    await addNote();
    await expect(scope.execute(sql.raw(statement))).rejects.toThrow(/permission denied/);
  });

  it('shows a tenant its own rows, and nobody any without a scope', async () => {
    await addNote();
    expect(await db.select().from(auditLog)).toEqual([]);
    expect(await rowsOf('somebody-else')).toEqual([]);
    await using owner = await openEngine({ url: asUser(database.url, AUDIT_OWNER), poolSize: 1 });
    expect((await owner.query('SELECT FROM audit_log')).rows).toEqual([]);
  });

  it('records a read in the scope it is asked in, and in no other', async () => {
    const call = sql`SELECT audit_log_record_read('notes', '{"id": 1}', '{secret}')`;
    await scope.execute(call);
    expect(await storyOf()).toMatchObject([
      { action: 'read', columns: ['secret'], rowKey: { id: 1 } },
    ]);
    await expect(db.execute(call)).rejects.toThrow(/in the scope of a tenant/);
  });
});

describe('writers at once', () => {
  it('make one chain of one tenant without holes, and do not lock each other out', async () => {
    const [one, two] = [await addNote(), await addNote()];
    // With the chain locked by the first statement this would be a deadlock: one waits for the
    // other's row, and the other for its chain.
    const write = async (index: number) =>
      await scope.transaction(
        async (tx) => {
          const order = index % 2 === 0 ? [one, two] : [two];
          for (const id of order) {
            await tx
              .update(notes)
              .set({ body: `${index}` })
              .where(eq(notes.id, id));
          }
          await tx.insert(notes).values({ tenantId: tenant, title: `${index}` });
        },
        { retries: 0 },
      );
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        for (let turn = 0; turn < 5; turn++) {
          if (index < 4) await write(index);
          else await addNote(`${index}`);
        }
      }),
    );
    const rows = await rowsOf();
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
    const inserts = rows.filter(({ action }) => action === 'insert');
    expect(inserts).toHaveLength(2 + 20 * 5);
  });

  it('of many tenants each make their own chain', async () => {
    const many = Array.from({ length: 10 }, (_, index) => `${tenant}-${index}`);
    await Promise.all(
      many.map(async (id) => {
        for (let turn = 0; turn < 5; turn++) {
          await db
            .tenant(id)
            .insert(notes)
            .values({ tenantId: id, title: `${turn}` });
        }
      }),
    );
    for (const id of many) {
      expect((await rowsOf(id)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    }
  });

  it('make one chain of a tenant that has none yet', async () => {
    await Promise.all(Array.from({ length: 10 }, async (_, index) => await addNote(`${index}`)));
    expect((await rowsOf()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('are told to begin again under REPEATABLE READ, and the engine does', async () => {
    await addNote();
    await Promise.all(
      Array.from({ length: 6 }, async (_, index) => {
        await scope.transaction(
          async (tx) => {
            await tx.select().from(notes);
            await tx.insert(notes).values({ tenantId: tenant, title: `${index}` });
          },
          { isolationLevel: 'repeatable read', retries: 20 },
        );
      }),
    );
    expect((await rowsOf()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('prune', () => {
  async function age(interval: string, from: number, to: number): Promise<void> {
    await superuser.query(
      `UPDATE audit_log SET occurred_at = occurred_at - $1::interval WHERE tenant_id = $2 AND seq BETWEEN $3 AND $4`,
      [interval, tenant, from, to],
    );
  }
  const prune = async (before: string, most: number) => {
    const { rows } = await scope.execute<{ removed: number }>(
      sql`SELECT audit_log_prune(${tenant}, now() - ${before}::interval, ${most}) AS removed`,
    );
    return rows[0]?.removed;
  };

  it('removes the oldest rows, without holes, and none that is young', async () => {
    for (let index = 0; index < 6; index++) await addNote(`${index}`);
    await age('7 years', 1, 3);
    await age('7 years', 5, 5);
    expect(await prune('6 years 1 day', 2)).toBe(2);
    expect(await prune('6 years 1 day', 2)).toBe(1);
    expect(await prune('6 years 1 day', 2)).toBe(0);
    expect((await rowsOf()).map(({ seq }) => seq)).toEqual([4, 5, 6]);
    const { rows } = await superuser.query(
      `SELECT first_seq::int, first_previous_hash = (SELECT previous_hash FROM audit_log l WHERE l.tenant_id = c.tenant_id AND seq = 4) AS linked
       FROM audit_chains c WHERE tenant_id = $1`,
      [tenant],
    );
    expect(rows).toEqual([{ first_seq: 4, linked: true }]);
  });

  it('removes nothing that is too young, whatever it is told, and of no other tenant', async () => {
    await addNote();
    await age('5 years', 1, 1);
    expect(await prune('4 years', 10)).toBe(0);
    expect(await rowsOf()).toHaveLength(1);
    const foreign = db
      .tenant('somebody-else')
      .execute(sql`SELECT audit_log_prune(${tenant}, now() - interval '7 years', 10)`);
    await expect(foreign).rejects.toThrow(/own scope only/);
  });

  it('never removes the last row of a chain, and says how old what went was', async () => {
    await addNote();
    await addNote();
    await age('7 years', 1, 2);
    expect(await prune('6 years 1 day', 10)).toBe(1);
    expect(await prune('6 years 1 day', 10)).toBe(0);
    await addNote();
    const [, row] = await rowsOf();
    expect(row).toMatchObject({ seq: 3 });
    const { rows } = await superuser.query(
      `SELECT pruned_before BETWEEN now() - interval '6 years 2 days' AND now() - interval '6 years' AS is_told
       FROM audit_chains WHERE tenant_id = $1`,
      [tenant],
    );
    expect(rows).toEqual([{ is_told: true }]);
  });

  it.each([
    ['at most so many as there are', '9223372036854775807', 1],
    ['none for less than none', '-9223372036854775808', 0],
  ])('takes %s', async (_, most, removed) => {
    await addNote();
    await addNote();
    await age('7 years', 1, 2);
    const { rows } = await scope.execute(
      sql.raw(
        `SELECT audit_log_prune('${tenant}', now() - interval '6 years 1 day', ${most}) AS removed`,
      ),
    );
    expect(rows).toEqual([{ removed }]);
  });

  it.each(['NULL, now(), 1', `'tenant', NULL, 1`, `'tenant', now(), NULL`])(
    'refuses NULL: %s',
    async (args) => {
      const call = sql.raw(`SELECT audit_log_prune(${args})`);
      await expect(db.execute(call)).rejects.toThrow(/can be NULL/);
    },
  );
});
