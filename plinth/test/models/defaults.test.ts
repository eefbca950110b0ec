// Default values: what PostgreSQL puts into a row that says nothing is what the model says, and
// Drizzle reads it back as the value it was given.

import { getTableColumns, is, SQL, sql } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { connect, type Database } from 'plinth';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useDatabase } from '../../../test/support/database.js';
import { columns } from './examples/columns.js';
import type { Example } from './examples/example.js';
import { numberAndTextTypes } from './examples/number-and-text-types.js';
import { objects } from './examples/objects.js';
import { otherTypes } from './examples/other-types.js';
import { emitExamples } from './round-trip.js';

const server = useDatabase();
let db: Database;

beforeAll(async () => {
  db = await connect({ url: server.url, poolSize: 1 });
});
afterAll(() => db.close());

/** The values that a table gives by itself, by the keys of its columns. */
function valuesOf(table: PgTable): Readonly<Record<string, unknown>> {
  const its = Object.entries(getTableColumns(table)).flatMap(([key, column]) => {
    const value: unknown = column.default;
    return value === undefined || is(value, SQL) ? [] : [[key, value] as const];
  });
  return Object.fromEntries(its);
}

const cases = Object.entries({ ...numberAndTextTypes, ...otherTypes, ...columns, ...objects })
  .flatMap(([name, example]) =>
    Object.values(example.models).flatMap((model) =>
      is(model, PgTable) ? [{ name, example, table: model, values: valuesOf(model) }] : [],
    ),
  )
  .filter(({ values }) => Object.keys(values).length > 0)
  // They have required columns without a default.
  .filter(({ name }) => !['custom types', 'a small project'].includes(name));

class Undo extends Error {}

/** The row that an INSERT without values makes, in a database that is as it was afterwards. */
async function insertNothing(example: Example, table: PgTable): Promise<unknown> {
  let row: unknown;
  const run = db.transaction(async (tx) => {
    for (const statement of emitExamples([['models.ts', example]])) {
      await tx.execute(sql.raw(statement.sql));
    }
    [row] = await tx.insert(table).values({}).returning();
    throw new Undo();
  });
  await expect(run).rejects.toBeInstanceOf(Undo);
  return row;
}

it.each(cases)('come back as they were given: $name', async ({ example, table, values }) => {
  expect(await insertNothing(example, table)).toMatchObject(values);
});

it('are tried with many tables', () => {
  expect(cases.length).toBeGreaterThan(20);
});
