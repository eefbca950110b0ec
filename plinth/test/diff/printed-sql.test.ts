// A property of the SQL that Plinth writes from what PostgreSQL printed: read again, it is printed
// as before. It prints its seed; PLINTH_TEST_SEED gives another one.

import { type Connection, openEngine } from 'plinth';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '../../../test/support/database.js';
import { readable } from '../../src/catalog/printed/readable.js';
import { RANDOM_TABLE, RandomSql } from '../support/random-sql.js';

const ROUNDS = 200;
// The same each time, so that a run of all tests says something about the change it follows.
const seed = Number(process.env.PLINTH_TEST_SEED ?? 1);
const database = useDatabase();

/** How a text is given to PostgreSQL, and how PostgreSQL prints it then. */
interface Form {
  readonly name: 'query' | 'condition';
  create(text: string): string;
  readonly read: string;
}

const FORMS: readonly Form[] = [
  {
    name: 'query',
    create: (text) => `CREATE VIEW v AS ${text}`,
    read: "SELECT rtrim(pg_get_viewdef('public.v'::regclass), ';') AS printed",
  },
  {
    name: 'condition',
    create: (text) => `CREATE POLICY p ON t USING (${text})`,
    read: 'SELECT pg_get_expr(polqual, polrelid) AS printed FROM pg_policy',
  },
];

describe.each(FORMS)('a printed $name', ({ name, create, read }) => {
  /** `undefined` where PostgreSQL refuses the text: not every random one makes sense. */
  async function print(connection: Connection, text: string): Promise<string | undefined> {
    await connection.query('BEGIN');
    try {
      await connection.query(create(text));
      await connection.query("SET LOCAL search_path = ''");
      return (await connection.query<{ printed: string }>(read)).rows[0]?.printed;
    } catch {
      return undefined;
    } finally {
      await connection.query('ROLLBACK');
    }
  }

  it(`comes back as it was (seed ${seed})`, async () => {
    await using engine = await openEngine({ url: database.url, poolSize: 1 });
    const tried = await engine.withConnection(async (connection) => {
      await connection.query(RANDOM_TABLE.replace('TABLE', 'TABLE IF NOT EXISTS'));
      let count = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const printed = await print(connection, new RandomSql(seed + round)[name]());
        if (printed === undefined) continue;
        const written = readable(printed);
        const again = await print(connection, written);
        expect(again, `seed ${seed + round}:\n${written}`).toBe(printed);
        count += 1;
      }
      return count;
    });
    expect(tried).toBeGreaterThan(ROUNDS / 2);
  });
});
