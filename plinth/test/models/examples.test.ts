// Every feature of PostgreSQL that Drizzle's documentation describes, as models: they become DDL
// that PostgreSQL takes, and a revision made from them leaves no difference to them.

import { is } from 'drizzle-orm';
import { getTableConfig, type PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { type Connection, type Engine, openEngine } from 'plinth';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { useDatabase } from '../../../test/support/database.js';
import { openScratch, type Scratch } from '../../src/scratch/index.js';
import { quoteIdentifier } from '../../src/sql/index.js';
import { columns } from './examples/columns.js';
import { constraints } from './examples/constraints.js';
import { extras, newerExtras } from './examples/extras.js';
import { numberAndTextTypes } from './examples/number-and-text-types.js';
import { objects } from './examples/objects.js';
import { otherTypes } from './examples/other-types.js';
import { rowLevelSecurity } from './examples/row-level-security.js';
import { emitExamples, expectRoundTrip } from './round-trip.js';

const PAGES = {
  'numbers and texts': numberAndTextTypes,
  'other types': otherTypes,
  columns,
  'constraints and indexes': constraints,
  'views and other objects': objects,
  'row-level security': rowLevelSecurity,
};

/** What Drizzle has no words for. */
const EXTRAS = { extras: { ...extras, ...newerExtras } };

const pages = Object.entries({ ...PAGES, ...EXTRAS }).map(([page, its]) => ({
  page,
  its: Object.entries(its),
}));
const examples = pages.flatMap(({ page, its }) =>
  its.map(([name, example]) => ({ name: `${page}: ${name}`, example })),
);

describe('each example by itself', () => {
  const database = useDatabase();
  let engine: Engine;
  let major: number;

  beforeAll(async () => {
    engine = await openEngine({ url: database.url, poolSize: 1 });
    major = await readMajor(engine);
  });
  afterAll(() => engine.close());

  it.for(examples)('runs, and has the columns that Drizzle has: $name', async (shown, context) => {
    const { since = 0 } = shown.example;
    if (since > major) context.skip(`needs PostgreSQL ${since}`);
    await engine.withConnection(async (connection) => {
      await connection.query('BEGIN');
      await makeRoles(connection);
      for (const { sql } of emitExamples([[shown.name, shown.example]])) {
        await connection.query(sql);
      }
      for (const model of Object.values(shown.example.models)) {
        if (is(model, PgTable)) await expectColumnsOfDrizzle(connection, model);
      }
      await connection.rollBack();
    });
  });

  it('are as many as the documentation describes, and those of extras', () => {
    const { extras: ours } = EXTRAS;
    expect(examples.length - Object.keys(ours).length).toBe(117);
    expect(Object.keys(ours).length).toBe(17);
  });
});

describe.each(['the embedded PostgreSQL', 'a server'] as const)('on %s', (place) => {
  let scratch: Scratch;
  let major: number;

  beforeAll(async () => {
    scratch = openScratch(place === 'a server' ? { scratchUrl: inject('serverUrl') } : {});
    const { catalog } = await scratch.load([]);
    major = Math.floor(catalog.serverVersion / 10_000);
  });
  afterAll(() => scratch.close());

  it.each(pages)('a revision makes all of the models of $page', async ({ its }) => {
    const known = its.filter(([, { since = 0 }]) => since <= major);
    const statements = emitExamples(known);
    const { objects: made } = await expectRoundTrip(scratch, statements);
    expect(made.length).toBeGreaterThan(its.length);
  });
});

async function readMajor(engine: Engine): Promise<number> {
  const { rows } = await engine.query<{ version: string }>(
    `SELECT current_setting('server_version_num') AS version`,
  );
  return Math.floor(Number(rows[0]?.version) / 10_000);
}

/** The roles that examples say exist already. */
async function makeRoles(connection: Connection): Promise<void> {
  const { rows } = await connection.query<{ rolname: string }>('SELECT rolname FROM pg_roles');
  const there = new Set(rows.map(({ rolname }) => rolname));
  for (const role of ['authenticated', 'service_role', 'plinth_models_there']) {
    if (!there.has(role)) await connection.query(`CREATE ROLE ${role}`);
  }
}

type SeenColumn = {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly isIdentity: boolean;
  readonly isGenerated: boolean;
};

/** Compares a table with one whose types are those that Drizzle itself gives. */
async function expectColumnsOfDrizzle(connection: Connection, table: PgTable): Promise<void> {
  const { name, schema = 'public', columns: its, primaryKeys } = getTableConfig(table);
  await connection.query(`SET LOCAL search_path = public, ${quoteIdentifier(schema)}`);
  await connection.query(`CREATE TABLE public.said (${its.map(columnOfDrizzle).join(', ')})`);
  const said = await readColumns(connection, 'public', 'said');
  await connection.query('DROP TABLE public.said');
  const keys = primaryKeys.flatMap((key) => key.columns.map((column) => column.name));
  expect(await readColumns(connection, schema, name)).toEqual(
    its.map((column, place) => ({
      name: column.name,
      type: said[place]?.type,
      isRequired: column.notNull || keys.includes(column.name) || isSerial(column),
      isIdentity: column.generatedIdentity !== undefined,
      isGenerated: column.generated !== undefined,
    })),
  );
}

function columnOfDrizzle(column: PgColumn): string {
  // PostgreSQL has no interval of months with digits of a second.
  const type = column.getSQLType().replace('month(6)', 'month');
  return `${quoteIdentifier(column.name)} ${type}`;
}

function isSerial(column: PgColumn): boolean {
  return column.getSQLType().endsWith('serial');
}

async function readColumns(
  connection: Connection,
  schema: string,
  table: string,
): Promise<readonly SeenColumn[]> {
  const { rows } = await connection.query<SeenColumn>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS "isRequired",
       attidentity <> '' AS "isIdentity", attgenerated <> '' AS "isGenerated"
     FROM pg_attribute
     WHERE attrelid = format('%I.%I', $1::text, $2::text)::regclass AND attnum > 0
     ORDER BY attnum`,
    [schema, table],
  );
  return rows;
}
