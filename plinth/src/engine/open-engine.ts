// Opens an engine: reads the URL, opens the embedded database or reaches the server, and tries
// again where an error can pass.

import { backOff } from 'exponential-backoff';
import { Client, type ClientConfig, Pool, type PoolConfig } from 'pg';
import { PlinthError } from '../errors/index.js';
import { canPass, connectFailed } from './connect-errors.js';
import type { EmbeddedTarget } from './database-url.js';
import { describeTarget, parseDatabaseUrl, type ServerTarget } from './database-url.js';
import { Engine, type EngineBackend } from './engine.js';
import { type EngineOptions, type EngineSettings, withDefaults } from './engine-options.js';
import { embeddedHealth, serverHealth } from './health.js';
import { QUERY_TYPES } from './query-types.js';
import { tlsOptions } from './ssl.js';

const FIRST_BACK_OFF_MS = 200;
const LONGEST_BACK_OFF_MS = 5000;

/**
 * Opens an engine and proves that it connects. For queries with Drizzle, use `connect`.
 *
 * Errors that can pass (a server starting up, a refused connection, a network away) are tried
 * again `connectRetries` times in all, with exponential back-off and full jitter.
 *
 * @throws PlinthError ENGINE_URL_INVALID before anything is opened; ENGINE_CONNECT_FAILED,
 *   ENGINE_EMBEDDED_LOCKED or ENGINE_EMBEDDED_FAILED.
 * @example
 * await using engine = await openEngine({ url: 'pglite://memory' });
 * const { rows } = await engine.query('SELECT $1::int AS one', [1]);
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const settings = withDefaults(options);
  const target = parseDatabaseUrl(
    options.url,
    options.variable === undefined ? {} : { variable: options.variable },
  );
  const backend =
    target.kind === 'embedded'
      ? await openEmbeddedBackend(target, settings)
      : await openServerBackend(target, settings);
  return new Engine(backend, settings);
}

async function openEmbeddedBackend(
  target: EmbeddedTarget,
  settings: EngineSettings,
): Promise<EngineBackend> {
  const { openEmbedded } = await import('./open-embedded.js');
  const server = await openEmbedded(target);
  const pool = new Pool({
    user: 'postgres',
    database: 'postgres',
    stream: () => server.openStream(),
    types: QUERY_TYPES,
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: settings.poolTimeout * 1000,
    // Every connection is the same session of the database: a new one starts it afresh.
    onConnect: async (client) => {
      await client.query('ROLLBACK');
      await client.query('DISCARD ALL');
    },
  });
  return {
    kind: 'embedded',
    description: describeTarget(target),
    pool,
    health: embeddedHealth(pool),
    close: () => server.close(),
  };
}

async function openServerBackend(
  target: ServerTarget,
  settings: EngineSettings,
): Promise<EngineBackend> {
  const description = describeTarget(target);
  const { pool, config } = await backOff(() => reachServer(target, settings), {
    numOfAttempts: settings.connectRetries,
    startingDelay: FIRST_BACK_OFF_MS,
    maxDelay: LONGEST_BACK_OFF_MS,
    jitter: 'full',
    retry: canPass,
  }).catch((error: unknown) => {
    throw error instanceof PlinthError ? error : connectFailed(description, error);
  });
  const openClient = async (timeoutMs: number) => {
    const client = new Client({ ...config, connectionTimeoutMillis: timeoutMs });
    await client.connect();
    return client;
  };
  return {
    kind: 'server',
    description,
    pool,
    health: serverHealth(pool, openClient),
    close: async () => undefined,
  };
}

interface ReachedServer {
  readonly pool: Pool;
  readonly config: ClientConfig;
}

/** Opens the first connection, and finds out whether the server speaks TLS where that is open. */
async function reachServer(target: ServerTarget, settings: EngineSettings): Promise<ReachedServer> {
  const onSocket = target.host.startsWith('/');
  const config = clientConfig(target, settings);
  const ssl = onSocket ? false : tlsOptions(target.sslMode, target.sslRootCert);
  try {
    return await openPool({ ...config, ssl }, target, settings);
  } catch (error) {
    if (target.sslMode !== 'prefer' || !refusesTls(error)) throw error;
    return await openPool({ ...config, ssl: false }, target, settings);
  }
}

async function openPool(
  config: ClientConfig,
  target: ServerTarget,
  settings: EngineSettings,
): Promise<ReachedServer> {
  const poolConfig: PoolConfig = {
    ...config,
    Client: clientWithTimeout((target.connectTimeout ?? settings.connectTimeout) * 1000),
    max: settings.poolSize,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: settings.poolTimeout * 1000,
  };
  const pool = new Pool(poolConfig);
  try {
    const client = await pool.connect();
    client.release();
    return { pool, config };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

function clientConfig(target: ServerTarget, settings: EngineSettings): ClientConfig {
  return {
    host: target.host,
    port: target.port,
    database: target.database,
    ...(target.user === undefined ? {} : { user: target.user }),
    ...(target.password === undefined ? {} : { password: target.password }),
    ...(target.options === undefined ? {} : { options: target.options }),
    application_name: target.applicationName ?? settings.applicationName,
    keepAlive: true,
    types: QUERY_TYPES,
  };
}

// In pg-pool one time limit serves both waiting for a free connection and opening one.
function clientWithTimeout(connectionTimeoutMillis: number): typeof Client {
  return class extends Client {
    constructor(config?: string | ClientConfig) {
      super(config === undefined || typeof config === 'string' ? config : limited(config));
    }
  };

  function limited(config: ClientConfig): ClientConfig {
    // pg-pool hides the password from enumeration, so that spreading alone would lose it.
    const { password } = config;
    return {
      ...config,
      connectionTimeoutMillis,
      ...(password === undefined ? {} : { password }),
    };
  }
}

function refusesTls(error: unknown): boolean {
  return error instanceof Error && error.message.includes('does not support SSL');
}
