// Creates databases for tests and drops them. It never looks at what is inside.

import { randomBytes } from 'node:crypto';
import { type Engine, openEngine } from '../engine/index.js';
import { quoteIdentifier } from '../sql/index.js';

const NAME_PREFIX = 'plinth_test_';
const STRATEGY_SINCE = 150_000;
const FORCE_SINCE = 130_000;

export interface TestDatabaseOptions {
  /** A database to copy. Nobody may be connected to it meanwhile. Default: an empty database. */
  readonly template?: string;
  /** Default: `plinth_test_` and hexadecimal digits, unique on the server. */
  readonly name?: string;
}

/** A database of its own for one test or one file of tests. */
export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  /** Drops the database and ends the connections to it. Does nothing the second time. */
  drop(): Promise<void>;
}

/**
 * Creates a database on a running server.
 *
 * @param serverUrl A URL of any database of the server; its user must have CREATEDB.
 * @throws PlinthError ENGINE_CONNECT_FAILED; PostgreSQL's own error when the database exists
 * (42P04) or somebody is connected to the template (55006).
 *
 * @example
 * const database = await createDatabase(server.url, { template: 'migrated' });
 * // … tests against database.url …
 * await database.drop();
 */
export async function createDatabase(
  serverUrl: string,
  options: TestDatabaseOptions = {},
): Promise<TestDatabase> {
  const name = options.name ?? newDatabaseName();
  await withServer(serverUrl, async (engine, version) => {
    const copied = options.template === undefined ? '' : templateClause(options.template, version);
    await engine.query(`CREATE DATABASE ${quoteIdentifier(name)}${copied}`);
  });
  return { name, url: withDatabase(serverUrl, name), drop: () => dropDatabase(serverUrl, name) };
}

function templateClause(template: string, version: number): string {
  // Copying files is faster than writing the copy to the log, while templates are small.
  const strategy = version >= STRATEGY_SINCE ? ' STRATEGY file_copy' : '';
  return ` TEMPLATE ${quoteIdentifier(template)}${strategy}`;
}

/**
 * Drops databases that a run which was killed has left on a server.
 *
 * @param olderThanMinutes Younger databases stay: they may belong to a run that is busy elsewhere.
 * Default: 60.
 * @returns The names of the databases that were dropped. One somebody is connected to stays.
 */
export async function sweepDatabases(
  serverUrl: string,
  olderThanMinutes = 60,
): Promise<readonly string[]> {
  const youngest = Date.now() - olderThanMinutes * 60_000;
  const unused = await withServer(serverUrl, listUnusedDatabases);
  const leftovers = unused.filter((name) => createdAt(name) <= youngest);
  for (const name of leftovers) await dropDatabase(serverUrl, name);
  return leftovers;
}

async function listUnusedDatabases(engine: Engine): Promise<readonly string[]> {
  const { rows } = await engine.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database
     WHERE starts_with(datname, $1)
       AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = pg_database.oid)
     ORDER BY datname`,
    [NAME_PREFIX],
  );
  return rows.map((row) => row.name);
}

/** The name carries its time, because PostgreSQL does not know when a database was created. */
function newDatabaseName(): string {
  const seconds = Math.floor(Date.now() / 1000);
  return `${NAME_PREFIX}${seconds.toString(16)}${randomBytes(6).toString('hex')}`;
}

/** When a database was created, in milliseconds; never, for a name that does not say. */
function createdAt(name: string): number {
  const digits = /^plinth_test_([0-9a-f]{8})[0-9a-f]{12}$/.exec(name)?.[1];
  return digits === undefined ? Number.POSITIVE_INFINITY : Number.parseInt(digits, 16) * 1000;
}

async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  const statement = `DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`;
  await withServer(serverUrl, async (engine, version) => {
    if (version >= FORCE_SINCE) return await engine.query(`${statement} WITH (FORCE)`);
    const sessions = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1';
    await engine.query(sessions, [name]);
    return await engine.query(statement);
  });
}

async function withServer<Result>(
  serverUrl: string,
  use: (engine: Engine, version: number) => Promise<Result>,
): Promise<Result> {
  await using engine = await openEngine({
    url: serverUrl,
    variable: 'PLINTH_TEST_DATABASE_URL',
    applicationName: 'plinth testing',
    poolSize: 1,
  });
  const { rows } = await engine.query<{ version: string }>(
    `SELECT current_setting('server_version_num') AS version`,
  );
  return await use(engine, Number(rows[0]?.version));
}

function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}
