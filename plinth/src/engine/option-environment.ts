// Engine options from environment variables. It reads no file and opens nothing.

import { inspectOptions, optionsError } from './check-options.js';
import { ENGINE_DEFAULTS, type EngineOptions } from './engine-options.js';
import type { OptionName } from './option-rules.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Which variable holds which option. Times are in seconds. */
const VARIABLES = {
  url: 'DATABASE_URL',
  poolSize: 'DB_POOL_SIZE',
  maxOverflow: 'DB_MAX_OVERFLOW',
  poolTimeout: 'DB_POOL_TIMEOUT',
  poolRecycle: 'DB_POOL_RECYCLE',
  prePing: 'DB_POOL_PRE_PING',
  connectRetries: 'DB_CONNECT_RETRIES',
  statementTimeout: 'DB_STATEMENT_TIMEOUT',
  idleInTransactionTimeout: 'DB_IDLE_IN_TRANSACTION_TIMEOUT',
  sslMode: 'DB_SSL_MODE',
  sslRootCert: 'DB_SSL_ROOT_CERT',
  pooler: 'DB_POOLER',
  statementCacheSize: 'DB_STATEMENT_CACHE_SIZE',
  slowQueryThreshold: 'DB_SLOW_QUERY_THRESHOLD',
  leakThreshold: 'DB_LEAK_THRESHOLD',
  tenantRole: 'DB_TENANT_ROLE',
} as const satisfies Partial<Record<OptionName, string>>;

const DEFAULTS: ReadonlyMap<string, unknown> = new Map(Object.entries(ENGINE_DEFAULTS));

/** What holds for every connection, the owner's too. */
const SHARED_OPTIONS: readonly string[] = ['connectRetries', 'sslMode', 'sslRootCert'];

const MIGRATION_VARIABLE = 'MIGRATION_DATABASE_URL';

/** Every variable that is read, for a test that a project documents them all. */
export const ENGINE_VARIABLES: readonly string[] = [
  ...Object.values(VARIABLES),
  MIGRATION_VARIABLE,
];

const FLAGS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
};

const HINT = 'Correct what is named in the environment; docs/engine.md lists the variables.';

/**
 * Reads the options of an engine from `DATABASE_URL` and the `DB_…` variables of docs/engine.md.
 * A variable that is not set, or empty, leaves its default; times are in seconds.
 *
 * @throws PlinthError ENGINE_OPTION_INVALID: every variable that cannot be used, a line each, also
 *   in `details.problems`.
 * @example
 * const db = await connect({ ...engineOptionsFromEnv(process.env), schema });
 */
export function engineOptionsFromEnv(env: Environment): EngineOptions {
  return accept(readVariables(env, Object.entries(VARIABLES)), VARIABLES);
}

/**
 * Reads how the owner of the tables connects, for migrations: `MIGRATION_DATABASE_URL`, or
 * `DATABASE_URL` where it is not set, with what holds for every connection (`DB_SSL_MODE`,
 * `DB_SSL_ROOT_CERT`, `DB_CONNECT_RETRIES`). Time limits of queries are left out: a migration may
 * take long.
 *
 * @throws PlinthError ENGINE_OPTION_INVALID, also where `DB_POOLER=transaction` says that
 *   `DATABASE_URL` leads to a pooler and no other URL is given: the migration lock needs a session.
 */
export function migrationOptionsFromEnv(env: Environment): EngineOptions {
  const isOwn = (env[MIGRATION_VARIABLE]?.trim() ?? '') !== '';
  const variable = isOwn ? MIGRATION_VARIABLE : 'DATABASE_URL';
  if (!isOwn && env.DB_POOLER?.trim().toLowerCase() === 'transaction') {
    const problem = `${MIGRATION_VARIABLE} is not set, and DB_POOLER says that DATABASE_URL leads to a pooler`;
    throw optionsError([problem], 'variables', `Set ${MIGRATION_VARIABLE} to the server itself.`);
  }
  const names = { ...VARIABLES, url: variable };
  const entries = Object.entries(names).filter(
    ([option]) => option === 'url' || SHARED_OPTIONS.includes(option),
  );
  return accept({ ...readVariables(env, entries), poolSize: 1 }, names);
}

function readVariables(env: Environment, names: readonly (readonly [string, string])[]): object {
  const given = names.flatMap(([option, variable]) => {
    const text = env[variable]?.trim() ?? '';
    return text === '' ? [] : [[option, readText(option, text)] as const];
  });
  return Object.fromEntries(given);
}

/** Text that cannot be read stays text, which the rules then refuse. */
function readText(option: string, text: string): unknown {
  switch (typeof DEFAULTS.get(option)) {
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
    case 'boolean':
      return FLAGS[text.toLowerCase()] ?? text;
    default:
      return text;
  }
}

function accept(given: object, names: Readonly<Record<string, string>>): EngineOptions {
  const options = { ...given, variable: names.url };
  const inspection = inspectOptions(options, (option) => names[option] ?? option);
  if (inspection.checked !== undefined) return inspection.checked.settings;
  throw optionsError(inspection.problems, 'variables', HINT);
}
