// Audited tables: what leaves which row in the log, in which chain, and what cannot touch it.

import { eq, sql } from 'drizzle-orm';
import { type Database, openEngine } from 'plinth';
import { beforeEach, describe, expect, it } from 'vitest';
import { useAuditDatabase } from './support/audit-chain.js';
import { AUDIT_OWNER, AUDIT_ROLE, auditLog, notes, parts, visits } from './support/audit-tables.js';
import { asUser } from './support/tenant-table.js';

const audit = useAuditDatabase();
const { addNote, rowsOf } = audit;
let tenant: string;
let scope: Database;

beforeEach(() => {
  ({ tenant, scope } = audit);
});

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
    const { rows } = await audit.superuser.query<{ text: string }>(
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
    await audit.superuser.query(`
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

  it.each([
    ['level = 100.9', { columns: ['level'], changes: { level: { old: 100.001, new: 100.9 } } }],
    ["levels = '{1.5,2.00001}'", { columns: ['levels'] }],
    ["lasts = '24 hours'", { columns: ['lasts'] }],
    ["spot = '(1.001,2)'", { columns: ['spot'] }],
    ['level = 100.001', undefined],
  ])('records %s whatever the session makes of it as text', async (change, recorded) => {
    await scope.execute(
      sql`INSERT INTO measures VALUES (${tenant}, 1, 100.001, '{1.5,2}', '1 day', '(1,2)')`,
    );
    await scope.transaction(async (tx) => {
      await tx.execute(sql`SET LOCAL extra_float_digits = -15`);
      await tx.execute(sql.raw(`UPDATE measures SET ${change}`));
    });
    const [, ...others] = await storyOf();
    expect(others).toMatchObject(recorded === undefined ? [] : [{ action: 'update', ...recorded }]);
  });

  it('sees that a row moved by less than the session shows', async () => {
    await scope.execute(sql`INSERT INTO measures VALUES (${tenant}, 100.001, 1)`);
    await scope.transaction(async (tx) => {
      await tx.execute(sql`SET LOCAL extra_float_digits = -15`);
      await tx.execute(sql`UPDATE measures SET place = 100.002`);
    });
    expect((await storyOf()).map(({ action, rowKey }) => [action, rowKey])).toEqual([
      ['insert', { place: 100.001 }],
      ['delete', { place: 100.001 }],
      ['insert', { place: 100.002 }],
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
    await audit.superuser.query(`INSERT INTO visits_low VALUES ($1, 2)`, [tenant]);
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
    await audit.superuser.query('UPDATE notes SET tenant_id = $1 WHERE id = $2', [other, id]);
    await audit.superuser.query('DELETE FROM notes WHERE id = $1', [id]);
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
    const { rows } = await audit.superuser.withConnection(async (connection) => {
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

  it('refuses TRUNCATE, of the log and of one partition as well', async () => {
    for (const table of ['notes CASCADE', 'audit_log', 'visits_high']) {
      await expect(audit.superuser.query(`TRUNCATE ${table}`)).rejects.toThrow(
        /TRUNCATE tells of no row/,
      );
    }
  });

  it('writes many rows in a transaction in a time that grows with their number', async () => {
    await audit.superuser.query(
      `INSERT INTO notes (tenant_id, title) SELECT $1, 'note ' || n FROM generate_series(1, 5000) n`,
      [tenant],
    );
    const { rows } = await audit.superuser.query<{ last: string; versions: string }>(
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
    expect(await audit.db.select().from(auditLog)).toEqual([]);
    expect(await rowsOf('somebody-else')).toEqual([]);
    await using owner = await openEngine({ url: asUser(audit.url, AUDIT_OWNER), poolSize: 1 });
    expect((await owner.query('SELECT FROM audit_log')).rows).toEqual([]);
  });

  it('records a read in the scope it is asked in, and in no other', async () => {
    const call = sql`SELECT audit_log_record_read('notes', '{"id": 1}', '{secret}')`;
    await scope.execute(call);
    expect(await storyOf()).toMatchObject([
      { action: 'read', columns: ['secret'], rowKey: { id: 1 } },
    ]);
    await expect(audit.db.execute(call)).rejects.toThrow(/in the scope of a tenant/);
  });
});
