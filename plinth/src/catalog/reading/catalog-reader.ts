// The connection that introspection needs, and the snapshot it reads in. It sends only reads.

import { PlinthError } from '../../errors/index.js';
import { OLDEST_MAJOR, sqlStateOf } from '../../sql/index.js';

/** What can run one statement and return its rows: a connection of the engine is one. */
export interface CatalogReader {
  readonly transactionState: 'idle' | 'open' | 'failed';
  query<Row extends Record<string, unknown>>(
    text: string,
  ): Promise<{ readonly rows: readonly Row[] }>;
}

export interface Reading {
  readonly serverVersion: number;
  readonly role: string;
}

/**
 * PostgreSQL deparses the same object to the same text under the first of these, whatever the
 * session's. The others are for speed. It guesses wrong how many rows of its catalogs a condition
 * leaves, and would go through one for each row of another, or start workers for a millisecond's
 * work; and weighing every order of ten joins takes it longer than the joins, so they are written
 * in a good one.
 */
const SETTINGS = `set_config('search_path', '', true), set_config('datestyle', 'ISO, YMD', true),
  set_config('intervalstyle', 'postgres', true), set_config('timezone', 'UTC', true),
  set_config('extra_float_digits', '1', true), set_config('quote_all_identifiers', 'off', true),
  set_config('bytea_output', 'hex', true),
  set_config('jit', 'off', true), set_config('enable_nestloop', 'off', true),
  set_config('max_parallel_workers_per_gather', '0', true),
  set_config('join_collapse_limit', '1', true)`;

/**
 * Runs the work in one snapshot and leaves no setting behind: in a transaction of its own, or,
 * where one is open, up to a savepoint of it.
 */
export async function withSnapshot<Result>(
  connection: CatalogReader,
  work: (reading: Reading) => Promise<Result>,
): Promise<Result> {
  const open = connection.transactionState === 'open';
  await connection.query(
    open ? 'SAVEPOINT plinth_introspect' : 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
  );
  try {
    const { rows } = await connection.query<{ version: string; role: string }>(
      `SELECT current_setting('server_version_num') AS version, current_user::text AS role,
        ${SETTINGS}`,
    );
    const [reading] = rows;
    const serverVersion = Number(reading?.version);
    if (serverVersion < OLDEST_MAJOR * 10_000) throw tooOld(serverVersion);
    return await work({ serverVersion, role: reading?.role ?? '' });
  } finally {
    await connection.query(open ? 'ROLLBACK TO SAVEPOINT plinth_introspect' : 'ROLLBACK');
  }
}

/**
 * The rows of a query.
 *
 * @throws PlinthError CATALOG_UNREADABLE where the role may not read a catalog.
 */
export async function readRows<Row extends Record<string, unknown>>(
  connection: CatalogReader,
  text: string,
): Promise<readonly Row[]> {
  try {
    const { rows } = await connection.query<Row>(text);
    return rows;
  } catch (error) {
    throw isDenied(error) ? unreadable(error) : error;
  }
}

const INSUFFICIENT_PRIVILEGE = '42501';

function isDenied(error: unknown): error is Error {
  return error instanceof Error && sqlStateOf(error) === INSUFFICIENT_PRIVILEGE;
}

function unreadable(error: Error): PlinthError {
  return new PlinthError('CATALOG_UNREADABLE', `The schema cannot be read: ${error.message}.`, {
    hint: 'Connect as a role that may read this catalog, such as the owner of the database.',
    cause: error,
  });
}

function tooOld(serverVersion: number): PlinthError {
  const major = Math.floor(serverVersion / 10_000);
  return new PlinthError(
    'CATALOG_SERVER_TOO_OLD',
    `The server is PostgreSQL ${major}; its catalogs can be read from 14 on.`,
    { hint: 'Use a server of PostgreSQL 14 to 18.', details: { serverVersion } },
  );
}
