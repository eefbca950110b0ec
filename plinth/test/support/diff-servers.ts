// The servers on which a change is tried: the run's own, and one of the system's packages where
// only that one has a pg_dump that can read it. Databases and roles made here are dropped again.

import { type Connection, type Engine, openEngine } from 'plinth';
import { createDatabase, type PostgresServer, startPostgres } from 'plinth/testing';
import { afterAll, inject } from 'vitest';
import { findPgDump, systemBinDirs } from '../../../test/support/pg-dump.js';
import { roleOf } from '../../src/scratch/created-names.js';
import { quoteIdentifier, splitStatements } from '../../src/sql/index.js';

export interface DiffServer {
  readonly url: string;
  readonly major: number;
  /** The program that judges; none where no pg_dump reads servers of this major. */
  readonly pgDump: string | undefined;
}

/** A database of its own for one side of a change. */
export interface SideDatabase {
  readonly url: string;
  readonly engine: Engine;
  /** Runs every statement of a text by itself, outside of a transaction, as psql does. */
  run(sql: string): Promise<void>;
}

let started: PostgresServer | undefined;
let servers: Promise<readonly DiffServer[]> | undefined;
const createdRoles = new Map<string, Set<string>>();

afterAll(async () => {
  await started?.remove();
});

/** The run's server first. */
export async function diffServers(): Promise<readonly DiffServer[]> {
  servers ??= findServers();
  return await servers;
}

async function findServers(): Promise<readonly DiffServer[]> {
  const own = await describe(inject('serverUrl'));
  const [binDir] = systemBinDirs();
  if (own.pgDump !== undefined) return [own];
  if (process.env.PLINTH_TEST_DATABASE_URL || binDir === undefined) {
    process.stderr.write(`no pg_dump reads PostgreSQL ${own.major}: only Plinth's reader judges\n`);
    return [own];
  }
  started = await startPostgres({ binDir });
  return [own, await describe(started.url)];
}

async function describe(url: string): Promise<DiffServer> {
  await using engine = await openEngine({ url, poolSize: 1 });
  const { rows } = await engine.query<{ version: string }>(
    `SELECT current_setting('server_version_num') AS version`,
  );
  const major = Math.floor(Number(rows[0]?.version) / 10_000);
  return { url, major, pgDump: await findPgDump(major) };
}

/** Runs the work with a new database, and drops it whatever happens. */
export async function withDatabase<Result>(
  server: DiffServer,
  work: (database: SideDatabase) => Promise<Result>,
): Promise<Result> {
  const database = await createDatabase(server.url);
  try {
    await using engine = await openEngine({ url: database.url, poolSize: 1, maxOverflow: 0 });
    const run = (sql: string) => engine.withConnection((one) => runAll(one, sql, server.url));
    return await work({ url: database.url, engine, run });
  } finally {
    await database.drop();
  }
}

async function runAll(connection: Connection, sql: string, serverUrl: string): Promise<void> {
  await connection.query('SET check_function_bodies = off');
  for (const { text } of splitStatements(sql)) {
    try {
      await connection.query(text);
      noteRole(text, serverUrl);
    } catch (error) {
      // Roles belong to the server: the other side may have made it.
      if (roleOf(text) !== undefined && sqlStateOf(error) === '42710') continue;
      const said = error instanceof Error ? error.message : String(error);
      throw new Error(`PostgreSQL says: ${said}\n\nto:\n${text}`, { cause: error });
    }
  }
}

function noteRole(statement: string, serverUrl: string): void {
  const role = roleOf(statement);
  if (role === undefined) return;
  const roles = createdRoles.get(serverUrl) ?? new Set();
  createdRoles.set(serverUrl, roles.add(role));
}

/** Drops the roles that were created on a server so far; call it when their databases are gone. */
export async function dropRoles({ url }: DiffServer): Promise<void> {
  const roles = createdRoles.get(url);
  if (roles === undefined) return;
  createdRoles.delete(url);
  await using engine = await openEngine({ url, poolSize: 1 });
  for (const role of roles) {
    try {
      await engine.query(`DROP ROLE IF EXISTS ${quoteIdentifier(role)}`);
    } catch (error) {
      // Another file may use a role of the same name.
      if (sqlStateOf(error) !== '2BP01') throw error;
    }
  }
}

function sqlStateOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
