// Reads a database URL into a target. Pure: opens nothing. A URL is never echoed in an error,
// because part of it may be a password.

import { PlinthError } from '../errors/index.js';
import { type HostAddress, isSocket, type LoadBalanceHosts, showAddress } from './host-selector.js';
import type { TargetSessionAttrs } from './server-kind.js';
import { parseServerUrl } from './server-url.js';
import type { SslMode } from './ssl.js';

/** A PostgreSQL server, reached through node-postgres. */
export interface ServerTarget {
  readonly kind: 'server';
  /** At least one; tried in turn. */
  readonly hosts: readonly HostAddress[];
  /** Which kind of server is wanted. Default: `any`. */
  readonly targetSessionAttrs: TargetSessionAttrs;
  /** `random` tries the hosts in random order. Default: `disable`. */
  readonly loadBalanceHosts: LoadBalanceHosts;
  readonly database: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** `undefined` where the URL names none: then the option `sslMode` holds. */
  readonly sslMode: SslMode | undefined;
  /** Path of the file with the root certificates, or `system`. */
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

export const DEFAULT_VARIABLE = 'DATABASE_URL';

export interface DatabaseUrlOptions {
  /** The name of the setting the URL came from; errors name it. Default: `DATABASE_URL`. */
  readonly variable?: string;
}

/** A target where there are no problems, and the problems otherwise. */
export interface ReadUrl {
  readonly target: DatabaseTarget | undefined;
  readonly problems: readonly string[];
}

/**
 * Reads `postgres://`, `postgresql://`, SQLAlchemy's `postgresql+asyncpg://` and
 * `postgresql+psycopg2://`, and `pglite://` URLs.
 *
 * The grammar of server URLs is libpq's (PostgreSQL documentation, 32.1.1.2 "Connection URIs"); a
 * database name is required.
 *
 * @throws PlinthError ENGINE_URL_INVALID, naming the variable and the expected form.
 */
export function parseDatabaseUrl(url: string, options: DatabaseUrlOptions = {}): DatabaseTarget {
  const { target, problems } = readDatabaseUrl(url);
  if (target === undefined) throw urlError(options.variable ?? DEFAULT_VARIABLE, problems);
  return target;
}

/** As `parseDatabaseUrl`, with the problems as text that repeats nothing of the URL. */
export function readDatabaseUrl(url: string): ReadUrl {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(url);
  if (scheme?.[1] === undefined) {
    return refused(url.trim() === '' ? 'it is empty' : 'it does not start with a scheme');
  }
  const name = scheme[1].toLowerCase();
  const rest = url.slice(scheme[0].length);
  if (name === 'pglite') return readEmbeddedUrl(rest);
  const [dialect = '', driver] = name.split('+');
  if (!SERVER_SCHEMES.has(dialect) || (driver !== undefined && !SQLALCHEMY_DRIVERS.has(driver))) {
    return refused(`its scheme "${name}" is unknown`);
  }
  const { target, problems } = parseServerUrl(rest);
  return { target: problems.length === 0 ? target : undefined, problems };
}

function readEmbeddedUrl(rest: string): ReadUrl {
  if (rest === '') return refused('it names no folder after pglite://');
  if (rest.includes('?')) return refused('a pglite:// URL takes no parameters');
  const dataDir = rest === 'memory' ? undefined : rest;
  return { target: { kind: 'embedded', dataDir }, problems: [] };
}

function refused(problem: string): ReadUrl {
  return { target: undefined, problems: [problem] };
}

export function urlError(variable: string, problems: readonly string[]): PlinthError {
  return new PlinthError('ENGINE_URL_INVALID', urlProblem(variable, problems), {
    hint: `Write ${variable} as ${EXPECTED_URL_FORMS}.`,
    details: { variable },
  });
}

/** One line for everything that is wrong with one URL. */
export function urlProblem(variable: string, problems: readonly string[]): string {
  return `${variable} cannot be used: ${problems.join('; ')}`;
}

/** A target as a person may read it: never with its password. */
export function describeTarget(target: DatabaseTarget): string {
  if (target.kind === 'embedded') return `pglite://${target.dataDir ?? 'memory'}`;
  const user = target.user === undefined ? '' : `${encodeURIComponent(target.user)}@`;
  const database = encodeURIComponent(target.database);
  const parameters = [...socketParameters(target.hosts), ...choiceParameters(target)];
  const query = parameters.length === 0 ? '' : `?${parameters.join('&')}`;
  const hosts = target.hosts.some(isSocket) ? '' : target.hosts.map(showAddress).join(',');
  return `postgres://${user}${hosts}/${database}${query}`;
}

/** A folder does not fit before the database's name. */
function socketParameters(hosts: readonly HostAddress[]): readonly string[] {
  if (!hosts.some(isSocket)) return [];
  const names = hosts.map(({ host }) => host).join(',');
  const ports = [...new Set(hosts.map(({ port }) => port))];
  return [
    `host=${names}`,
    `port=${(ports.length === 1 ? ports : hosts.map(({ port }) => port)).join(',')}`,
  ];
}

function choiceParameters(target: ServerTarget): readonly string[] {
  const { targetSessionAttrs, loadBalanceHosts } = target;
  return [
    ...(targetSessionAttrs === 'any' ? [] : [`target_session_attrs=${targetSessionAttrs}`]),
    ...(loadBalanceHosts === 'disable' ? [] : [`load_balance_hosts=${loadBalanceHosts}`]),
  ];
}
