// The settings of the service, read from environment variables. All problems are reported at
// once, and no value that may hold a secret is repeated.

import {
  type EngineOptions,
  engineOptionsFromEnv,
  isPlinthError,
  migrationOptionsFromEnv,
  parseDatabaseUrl,
} from 'plinth';
import { z } from 'zod';
import {
  authProblems,
  authVariables,
  type IdentityProvider,
  identityProviderOf,
} from './auth/auth-settings.js';
import {
  type DocumentSettings,
  documentProblems,
  documentSettingsOf,
  documentVariables,
} from './embedding/embedding-settings.js';
import type { Environment } from './env-file.js';
import {
  type RetentionSettings,
  retentionSettingsOf,
  retentionVariables,
} from './retention-settings.js';
import { choice, flag, setting } from './setting.js';
import { StartError } from './start-error.js';

const APPLICATION_NAME = 'plinth-service';
/** What the revisions create of them; a server brings its own. */
const EXTENSIONS = ['vector'];
/** The role that the revisions grant what requests need. */
const TENANT_ROLE = 'app_user';
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const APP_ENVS = ['development', 'test', 'production'] as const;

/** One field for each variable of the service's own; the engine reads those of the database. */
export const environmentSchema = z
  .object({
    APP_ENV: choice(APP_ENVS).default('development'),
    DEBUG: flag().default(false),
    LOG_LEVEL: choice(LOG_LEVELS).optional(),
    HOST: setting('a host name or an address', readHost).default('127.0.0.1'),
    PORT: setting('a port from 0 to 65535', readPort).default(8000),
    ALLOWED_ORIGINS: setting(
      'a list of origins, such as https://app.example.com,http://localhost:3000, or *',
      readOrigins,
    ).default([]),
    DB_ECHO: flag().default(false),
    MIGRATE_ON_START: flag().default(true),
    ...authVariables,
    KEY_ENCRYPTION_KEYS: z.string().optional(),
    ...documentVariables,
    ...retentionVariables,
  })
  .refine(({ APP_ENV, DEBUG }) => !(APP_ENV === 'production' && DEBUG === true), {
    path: ['DEBUG'],
    error: 'must be false where APP_ENV is production',
    // Also when another variable is wrong: the report names every problem.
    when: () => true,
  })
  .refine(
    ({ APP_ENV, DB_ECHO }) =>
      !((APP_ENV === 'production' || APP_ENV === 'test') && DB_ECHO === true),
    {
      path: ['DB_ECHO'],
      error: 'must be false unless APP_ENV is development',
      when: () => true,
    },
  );

export interface Settings {
  readonly appEnv: (typeof APP_ENVS)[number];
  readonly debug: boolean;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly allowedOrigins: '*' | readonly string[];
  readonly database: EngineOptions;
  /** How the owner of the tables connects; `undefined` where starts do not upgrade. */
  readonly migration: EngineOptions | undefined;
  readonly dbEcho: boolean;
  /** Whether tasks and todos want a token too. */
  readonly authRequired: boolean;
  /** Whose tokens are accepted; `undefined` leaves the keys of development, where there are any. */
  readonly identityProvider: IdentityProvider | undefined;
  /** The keys that wrap data keys, as the variable has them. A secret. */
  readonly keyEncryptionKeys: string | undefined;
  readonly documents: DocumentSettings;
  readonly retention: RetentionSettings;
}

const DEFAULT_URL = 'pglite://./.plinth/data';

/** @throws StartError with every variable that cannot be used. */
export function readSettings(environment: Environment): Settings {
  const own = environmentSchema.safeParse(environment);
  const databaseEnvironment = {
    ...environment,
    DATABASE_URL: environment.DATABASE_URL || DEFAULT_URL,
  };
  const database = readOptions(() => engineOptionsFromEnv(databaseEnvironment));
  const migrates = own.data?.MIGRATE_ON_START !== false;
  const migration = migrates
    ? readOptions(() => migrationOptionsFromEnv(databaseEnvironment))
    : { options: undefined, problems: [] };
  const problems = new Set([
    ...(own.error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`),
    ...database.problems,
    ...migration.problems,
    ...documentProblems(environment),
    ...authProblems(environment, { canMakeTokens: canMakeTokens(environment, database.options) }),
  ]);
  if (problems.size > 0 || !own.success || database.options === undefined) {
    throw settingsError([...problems]);
  }
  const { data } = own;
  return {
    appEnv: data.APP_ENV,
    debug: data.DEBUG,
    logLevel: data.LOG_LEVEL ?? (data.DEBUG ? 'debug' : 'info'),
    host: data.HOST,
    port: data.PORT,
    allowedOrigins: data.ALLOWED_ORIGINS,
    database: {
      ...database.options,
      applicationName: APPLICATION_NAME,
      tenantRole: database.options.tenantRole ?? TENANT_ROLE,
      embeddedExtensions: EXTENSIONS,
    },
    migration: migration.options && {
      ...migration.options,
      applicationName: APPLICATION_NAME,
      embeddedExtensions: EXTENSIONS,
    },
    dbEcho: data.DB_ECHO,
    authRequired: data.AUTH_REQUIRED,
    identityProvider: identityProviderOf(data),
    keyEncryptionKeys: data.KEY_ENCRYPTION_KEYS,
    documents: documentSettingsOf(data),
    retention: retentionSettingsOf(data),
  };
}

/** Whether there are keys of development; also true while nobody can tell. */
function canMakeTokens(environment: Environment, database: EngineOptions | undefined): boolean {
  if (environmentSchema.shape.APP_ENV.safeParse(environment.APP_ENV).data === 'production') {
    return false;
  }
  return database === undefined || isEmbedded(database);
}

/** Whether a database is the embedded one. */
export function isEmbedded({ url }: EngineOptions): boolean {
  return parseDatabaseUrl(url).kind === 'embedded';
}

interface ReadOptions {
  readonly options: EngineOptions | undefined;
  readonly problems: readonly string[];
}

const problemsSchema = z.object({ problems: z.array(z.string()) });

function readOptions(read: () => EngineOptions): ReadOptions {
  try {
    return { options: read(), problems: [] };
  } catch (error) {
    if (!isPlinthError(error, 'ENGINE_OPTION_INVALID')) throw error;
    return { options: undefined, problems: problemsSchema.parse(error.details).problems };
  }
}

function settingsError(problems: readonly string[]): StartError {
  const count = problems.length === 1 ? 'a setting' : `${problems.length} settings`;
  const lines = problems.map((problem) => `\n  ${problem}`);
  return new StartError(`${count} cannot be used:${lines.join('')}`, {
    hint: 'Correct what is named, in the environment or in .env; .env.example describes it.',
  });
}

function readHost(text: string): string | undefined {
  return /^[\w.:%-]+$/.test(text) ? text : undefined;
}

function readPort(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;
}

function readOrigins(text: string): '*' | readonly string[] | undefined {
  if (text === '*') return '*';
  const origins = text.split(',').map((origin) => origin.trim());
  return origins.every(isOrigin) ? origins : undefined;
}

/** As a browser writes it in the Origin header: scheme, host and, unless usual, the port. */
function isOrigin(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
