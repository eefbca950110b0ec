// A named query through Plinth's engine, and through Drizzle on it, beside a bare pg.Pool.

import { eq, sql } from 'drizzle-orm';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { connect } from 'plinth';
import { createDatabase, startPostgres } from 'plinth/testing';
import { judge, measure } from './support/measure.js';

const TEXT = 'SELECT id, body FROM notes WHERE id = $1';
const CALLERS = [1, 10, 100];
const ROWS = 1000;
const notes = pgTable('notes', { id: integer().primaryKey(), body: text().notNull() });

export default async function run(): Promise<void> {
  await using server = await startPostgres();
  const { url } = await createDatabase(server.url);
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  const db = await connect({ url, poolSize: 10, maxOverflow: 0 });
  await db.execute(sql`CREATE TABLE notes (id int PRIMARY KEY, body text NOT NULL)`);
  await db.execute(
    sql`INSERT INTO notes SELECT n, 'note ' || n FROM generate_series(1, ${ROWS}) n`,
  );
  const byId = db
    .select()
    .from(notes)
    .where(eq(notes.id, sql.placeholder('id')))
    .prepare('');
  const anyId = () => 1 + Math.floor(Math.random() * ROWS);
  const contenders = [
    { name: 'pg.Pool', run: () => pool.query({ name: 'note', text: TEXT, values: [anyId()] }) },
    { name: 'engine', run: () => db.engine.query(TEXT, [anyId()]) },
    { name: 'Drizzle, prepared', run: () => byId.execute({ id: anyId() }) },
    {
      name: 'Drizzle, built each time',
      run: () => db.select().from(notes).where(eq(notes.id, anyId())),
    },
  ];
  for (const callers of CALLERS) {
    const operations = callers === 1 ? 3000 : 10_000;
    const [raw, engine, prepared, built] = await measure(contenders, {
      callers,
      operations,
      rounds: 7,
    });
    if (!raw || !engine || !prepared || !built) throw new Error('a contender is missing');
    console.log(`${callers} callers`);
    for (const { name, throughput, p50 } of [raw, engine, prepared, built]) {
      console.log(`  ${name.padEnd(26)} ${Math.round(throughput)}/s, p50 ${p50.toFixed(3)} ms`);
    }
    judge('engine / pg.Pool', engine.throughput / raw.throughput, { atLeast: 0.9 });
    judge('Drizzle, prepared / pg.Pool', prepared.throughput / raw.throughput, { atLeast: 0.75 });
  }
  await pool.end();
  await db.close();
}
