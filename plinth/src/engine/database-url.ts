// Reads a database URL into a target. Pure: opens nothing. A URL is never echoed in an error,
// because part of it may be a password.

import { PlinthError } from '../errors/index.js';
import { parseServerUrl } from './server-url.js';
import type { SslMode } from './ssl.js';

/** A PostgreSQL server, reached through node-postgres. */
export interface ServerTarget {
  readonly kind: 'server';
  /** Host name, address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly sslMode: SslMode;
  /** Path of the file with the root certificates, for verify-ca and verify-full. */
  readonly sslRootCert: string | undefined;
  readonly applicationName: string | undefined;
  /** Seconds to wait for a connection; `undefined` leaves the engine's default. */
  readonly connectTimeout: number | undefined;
  /** Command-line options for the server session, as libpq's `options`. */
  readonly options: string | undefined;
}

/** The embedded PostgreSQL (PGlite), in a folder or in memory. */
export interface EmbeddedTarget {
  readonly kind: 'embedded';
  /** Folder of the data; `undefined` keeps everything in memory. */
  readonly dataDir: string | undefined;
}

export type DatabaseTarget = ServerTarget | EmbeddedTarget;

/** The forms a database URL may take, for error messages. */
export const EXPECTED_URL_FORMS =
  'postgres://user:password@host:5432/database, pglite://./path or pglite://memory';

const SERVER_SCHEMES: ReadonlySet<string> = new Set(['postgres', 'postgresql']);
// SQLAlchemy names its driver behind a plus sign; the server is the same.
const SQLALCHEMY_DRIVERS: ReadonlySet<string> = new Set([
  'asyncpg',
  'psycopg',
  'psycopg2',
  'pg8000',
]);

export interface DatabaseUrlOptions {
  /** The name of the setting the URL came from; errors name it. Default: `DATABASE_URL`. */
  readonly variable?: string;
}

/**
 * Reads `postgres://`, `postgresql://`, SQLAlchemy's `postgresql+asyncpg://` and
 * `postgresql+psycopg2://`, and `pglite://` URLs.
 *
 * The grammar of server URLs is libpq's (PostgreSQL documentation, 32.1.1.2 "Connection URIs"),
 * for one host; a database name is required.
 *
 * @throws PlinthError ENGINE_URL_INVALID, naming the variable and the expected form.
 */
export function parseDatabaseUrl(url: string, options: DatabaseUrlOptions = {}): DatabaseTarget {
  const variable = options.variable ?? 'DATABASE_URL';
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(url);
  if (scheme?.[1] === undefined) {
    throw urlError(variable, url.trim() === '' ? 'it is empty' : 'it does not start with a scheme');
  }
  const name = scheme[1].toLowerCase();
  const rest = url.slice(scheme[0].length);
  if (name === 'pglite') return parseEmbeddedUrl(rest, variable);
  const [dialect = '', driver] = name.split('+');
  if (!SERVER_SCHEMES.has(dialect) || (driver !== undefined && !SQLALCHEMY_DRIVERS.has(driver))) {
    throw urlError(variable, `its scheme "${name}" is unknown`);
  }
  const parsed = parseServerUrl(rest);
  if (parsed.problems.length > 0) throw urlError(variable, parsed.problems.join('; '));
  return parsed.target;
}

function parseEmbeddedUrl(rest: string, variable: string): EmbeddedTarget {
  if (rest === 'memory') return { kind: 'embedded', dataDir: undefined };
  if (rest === '') throw urlError(variable, 'it names no folder after pglite://');
  if (rest.includes('?')) throw urlError(variable, 'a pglite:// URL takes no parameters');
  return { kind: 'embedded', dataDir: rest };
}

function urlError(variable: string, problem: string): PlinthError {
  return new PlinthError('ENGINE_URL_INVALID', `${variable} cannot be used: ${problem}`, {
    hint: `Write ${variable} as ${EXPECTED_URL_FORMS}.`,
    details: { variable },
  });
}

/** A target as a person may read it: never with its password. */
export function describeTarget(target: DatabaseTarget): string {
  if (target.kind === 'embedded') return `pglite://${target.dataDir ?? 'memory'}`;
  const user = target.user === undefined ? '' : `${encodeURIComponent(target.user)}@`;
  const database = encodeURIComponent(target.database);
  if (target.host.startsWith('/')) {
    return `postgres://${user}/${database}?host=${target.host}&port=${target.port}`;
  }
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  return `postgres://${user}${host}:${target.port}/${database}`;
}
