// The engine's promises, each on a real server and on the embedded database.

import { eq, sql } from 'drizzle-orm';
import { integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { connect, type Database, isPlinthError, openEngine } from 'plinth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';

const notes = pgTable('notes', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  body: text().notNull(),
  writtenAt: timestamp('written_at', { withTimezone: true, mode: 'string' }).defaultNow(),
});
const schema = { notes };

const server = useDatabase();

describe.each([
  { kind: 'server', url: () => server.url },
  { kind: 'embedded', url: () => 'pglite://memory' },
] as const)('a database on the $kind', ({ kind, url }) => {
  let db: Database<typeof schema>;

  beforeAll(async () => {
    db = await connect({ url: url(), schema, poolSize: 4, maxOverflow: 0, poolTimeout: 1 });
    await db.execute(sql`CREATE TABLE notes (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      body text NOT NULL UNIQUE,
      written_at timestamptz DEFAULT now()
    )`);
  });

  afterAll(async () => {
    await db.close();
  });

  beforeEach(async () => {
    await db.execute(sql`TRUNCATE notes`);
  });

  it('runs Drizzle queries: builders, relational, raw and counts', async () => {
    const [written] = await db.insert(notes).values({ body: 'one' }).returning();
    expect(written).toMatchObject({ body: 'one' });
    expect(await db.select().from(notes).where(eq(notes.body, 'one'))).toEqual([written]);
    expect(await db.query.notes.findMany()).toEqual([written]);
    expect(await db.$count(notes)).toBe(1);
    const raw = await db.execute<{ body: string }>(sql`SELECT body FROM notes`);
    expect(raw.rows).toEqual([{ body: 'one' }]);
  });

  it('runs prepared queries with placeholders', async () => {
    await db.insert(notes).values([{ body: 'a' }, { body: 'b' }]);
    const byBody = db
      .select({ body: notes.body })
      .from(notes)
      .where(eq(notes.body, sql.placeholder('body')))
      .prepare('note_by_body');
    expect(await byBody.execute({ body: 'a' })).toEqual([{ body: 'a' }]);
    expect(await byBody.execute({ body: 'b' })).toEqual([{ body: 'b' }]);
  });

  it('keeps the microseconds of a timestamp', async () => {
    const { rows } = await db.execute<{ at: string }>(
      sql`SELECT timestamptz '2026-01-02 03:04:05.123456+00' AS at`,
    );
    expect(rows[0]?.at).toMatch(/05\.123456/);
  });

  it('commits what a transaction returns from and rolls back what throws', async () => {
    const kept = await db.transaction(async (tx) => {
      await tx.insert(notes).values({ body: 'kept' });
      return 'value';
    });
    expect(kept).toBe('value');
    const failure = new Error('stop');
    await expect(
      db.transaction(async (tx) => {
        await tx.insert(notes).values({ body: 'lost' });
        throw failure;
      }),
    ).rejects.toBe(failure);
    expect(await db.select({ body: notes.body }).from(notes)).toEqual([{ body: 'kept' }]);
  });

  it('makes a savepoint of a transaction inside a transaction', async () => {
    await db.transaction(async (tx) => {
      await tx.insert(notes).values({ body: 'outer' });
      const inner = tx.transaction(async (nested) => {
        await nested.insert(notes).values({ body: 'inner' });
        await nested.insert(notes).values({ body: 'outer' });
      });
      await expect(inner).rejects.toMatchObject({ code: '23505' });
    });
    expect(await db.select({ body: notes.body }).from(notes)).toEqual([{ body: 'outer' }]);
  });

  it('takes a transaction mode', async () => {
    const mode = await db.transaction(
      async (tx) => (await tx.execute(sql`SHOW transaction_isolation`)).rows[0],
      { isolationLevel: 'repeatable read', accessMode: 'read only' },
    );
    expect(mode).toEqual({ transaction_isolation: 'repeatable read' });
  });

  it('gives the next borrower no open transaction', async () => {
    await db.engine.withConnection(async (connection) => {
      await connection.query('BEGIN');
      await connection.query(`INSERT INTO notes (body) VALUES ('left open')`);
    });
    expect(await db.$count(notes)).toBe(0);
    await db.engine.withConnection(async (connection) => {
      await connection.query('BEGIN');
      await expect(connection.query('SELECT 1/0')).rejects.toThrow('division by zero');
      // The error is told before the state.
      await expect.poll(() => connection.transactionState).toBe('failed');
    });
    expect(await db.$count(notes)).toBe(0);
  });

  it('keeps PostgreSQL’s own message, and no bound value in it', async () => {
    const failure = await db.execute(sql`SELECT ${'s3cret'} FROM nowhere`).catch((e: unknown) => e);
    expect(failure).toMatchObject({ code: '42P01', message: 'relation "nowhere" does not exist' });
  });

  it('reports every query with its time and without its values', async () => {
    const seen: { readonly text: string; readonly error: unknown }[] = [];
    const listen = (event: (typeof seen)[number]) => seen.push(event);
    db.engine.on('query', listen);
    await db.execute(sql`SELECT ${'s3cret'}::text`);
    await db.execute(sql`SELECT 1/0`).catch(() => undefined);
    db.engine.off('query', listen);
    expect(seen.map(({ text: query }) => query)).toEqual(['SELECT $1::text', 'SELECT 1/0']);
    expect(seen[1]?.error).toBeInstanceOf(Error);
    expect(JSON.stringify(seen)).not.toContain('s3cret');
  });

  it('hands on what the server notices', async () => {
    const notices: string[] = [];
    await db.engine.withConnection(async (connection) => {
      connection.on('notice', (message) => notices.push(message));
      await connection.query(`DO $$ BEGIN RAISE NOTICE 'look here'; END $$`);
    });
    expect(notices).toEqual(['look here']);
  });

  it('says how many connections are in use when none becomes free', async () => {
    const held = kind === 'server' ? 4 : 1;
    let release = () => {};
    const wait = new Promise<void>((resolve) => {
      release = resolve;
    });
    const holders = Array.from({ length: held }, () =>
      db.engine.withConnection(async (connection) => {
        await connection.query('SELECT 1');
        await wait;
      }),
    );
    const failure = await db.execute(sql`SELECT 1`).catch((error: unknown) => error);
    release();
    await Promise.all(holders);
    expect(isPlinthError(failure, 'ENGINE_POOL_TIMEOUT')).toBe(true);
    expect(String(failure)).toContain(`${held} of ${held} in use`);
    expect(await db.$count(notes)).toBe(0);
  });

  it('is healthy while every connection is in use', async () => {
    await db.transaction(async () => {
      expect(await db.health()).toMatchObject({ status: 'connected' });
    });
    expect(await db.health()).toEqual({ status: 'connected', saturated: false });
  });

  it('answers many at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => db.execute<{ i: number }>(sql`SELECT ${i}::int AS i`)),
    );
    expect(answers.map(({ rows }) => rows[0]?.i)).toEqual(Array.from({ length: 200 }, (_, i) => i));
  });

  it('is closed once and for all', async () => {
    const other = await openEngine({ url: url() });
    await Promise.all([other.close(), other.close()]);
    await expect(other.query('SELECT 1')).rejects.toMatchObject({ code: 'ENGINE_CLOSED' });
    expect(await other.health()).toEqual({ status: 'disconnected', reason: 'closed' });
  });

  it('never shows a password when it is inspected', async () => {
    const { inspect } = await import('node:util');
    const secret = new URL(server.url);
    secret.password = 's3cret';
    const engine = await openEngine({ url: secret.href });
    expect(inspect(engine, { depth: 8, showHidden: true })).not.toContain('s3cret');
    expect(engine.description).not.toContain('s3cret');
    await engine.close();
  });
});

describe('opening a server', () => {
  it('refuses a database that does not exist without trying again', async () => {
    const url = new URL(server.url);
    url.pathname = '/no_such_database';
    await expect(openEngine({ url: url.href })).rejects.toMatchObject({
      code: 'ENGINE_CONNECT_FAILED',
      hint: expect.stringContaining('Create the database first'),
    });
  });

  it('fails clearly when nobody listens', async () => {
    const failure = await openEngine({ url: 'postgres://u:s3cret@127.0.0.1:1/d' }).catch(
      (error: unknown) => error,
    );
    expect(isPlinthError(failure, 'ENGINE_CONNECT_FAILED')).toBe(true);
    expect(String(failure)).toContain('postgres://u@127.0.0.1:1/d');
    expect(String(failure)).not.toContain('s3cret');
  });

  it('insists on TLS where the URL does', async () => {
    await expect(openEngine({ url: `${server.url}?sslmode=require` })).rejects.toThrow(
      /does not support SSL/,
    );
    const plain = await openEngine({ url: `${server.url}?sslmode=disable` });
    await plain.close();
  });
});
