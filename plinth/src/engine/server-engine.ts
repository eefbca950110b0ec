// The engine on a server, or on several: puts hosts, pool, control connections and stall watch
// together.

import { type ClientConfig, Pool } from 'pg';
import { sendCancelRequest } from './cancel-request.js';
import { connectFailed } from './connect-errors.js';
import { ConnectionPool } from './connection-pool.js';
import { ControlConnections } from './control-connections.js';
import { describeTarget, type ServerTarget } from './database-url.js';
import { Engine } from './engine.js';
import type { EngineSettings } from './engine-options.js';
import { serverHealth } from './health.js';
import { HostSelector } from './host-selector.js';
import type { Lease } from './lease.js';
import { checkedPassword } from './password.js';
import { pooledClientClass } from './pooled-client.js';
import { QUERY_TYPES } from './query-types.js';
import type { SslChoice } from './ssl.js';
import { watchStalls } from './stall-watch.js';

const CANCEL_TIMEOUT_MS = 5000;

/** @throws PlinthError ENGINE_CONNECT_FAILED; nothing stays open then. */
export async function openServerEngine(
  target: ServerTarget,
  settings: EngineSettings,
  ssl: SslChoice,
): Promise<Engine> {
  const engine = assemble(target, settings, ssl);
  try {
    await engine.withConnection(async () => undefined);
    return engine;
  } catch (error) {
    await engine.close();
    throw connectFailed(engine.description, error);
  }
}

function assemble(target: ServerTarget, given: EngineSettings, ssl: SslChoice): Engine {
  const description = describeTarget(target);
  const settings = { ...given, connectTimeout: target.connectTimeout ?? given.connectTimeout };
  const config = clientConfig(target, settings);
  const choice = { ...target, sslMode: ssl.mode };
  const hosts = new HostSelector(choice);
  const clientPool = new Pool({
    ...config,
    Client: pooledClientClass(settings, { hosts, tls: ssl.tls }),
    max: settings.poolSize + settings.maxOverflow,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: settings.poolTimeout * 1000,
  });
  const controls = new ControlConnections({ config, settings, choice, hosts, tls: ssl.tls });
  return new Engine(settings, (events) => {
    const pool = new ConnectionPool({ pool: clientPool, settings, description, hosts, events });
    const stopWatches = watchHosts(pool, hosts, controls, settings);
    return {
      kind: 'server',
      description,
      pool,
      health: serverHealth(clientPool, controls.home),
      cancel: (lease) => cancelOn(controls, lease, settings.pooler),
      close: async () => {
        stopWatches();
        controls.close();
      },
    };
  });
}

async function cancelOn(
  controls: ControlConnections,
  { client }: Lease,
  pooler: EngineSettings['pooler'],
): Promise<void> {
  try {
    // A pooler makes up the process id, and only itself knows whom it stands for.
    if (pooler === 'transaction') return await sendCancelRequest(client, CANCEL_TIMEOUT_MS);
    const control = controls.at(client.attempt?.address);
    await control.query('SELECT pg_cancel_backend($1)', [client.processID], CANCEL_TIMEOUT_MS);
  } catch (error) {
    // Nobody can tell the server; breaking the connection off ends the wait all the same.
    client.connection.stream.destroy(error instanceof Error ? error : undefined);
  }
}

/** A watch for each host: a process id means nothing on another one. */
function watchHosts(
  pool: ConnectionPool,
  hosts: HostSelector,
  controls: ControlConnections,
  { stallCheck, pooler }: EngineSettings,
): () => void {
  const stops = hosts.addresses.map((address) => {
    const onHost = {
      runningLongerThan: (ms: number) =>
        pool.runningLongerThan(ms).filter((running) => running.address === address),
    };
    return watchStalls(onHost, controls.at(address), stallCheck * 1000, pooler);
  });
  return () => {
    for (const stop of stops) stop();
  };
}

function clientConfig(target: ServerTarget, settings: EngineSettings): ClientConfig {
  const password =
    settings.password === undefined ? target.password : checkedPassword(settings.password);
  return {
    database: target.database,
    ...(target.user === undefined ? {} : { user: target.user }),
    ...(password === undefined ? {} : { password }),
    ...(target.options === undefined ? {} : { options: target.options }),
    ...timeouts(settings),
    application_name: target.applicationName ?? settings.applicationName,
    keepAlive: true,
    types: QUERY_TYPES,
  };
}

/** As startup parameters, so that they cost no statement; a pooler may refuse these. */
function timeouts(settings: EngineSettings): ClientConfig {
  if (settings.pooler === 'transaction') return {};
  const { statementTimeout, idleInTransactionTimeout } = settings;
  return {
    ...(statementTimeout > 0 ? { statement_timeout: statementTimeout * 1000 } : {}),
    ...(idleInTransactionTimeout > 0
      ? { idle_in_transaction_session_timeout: idleInTransactionTimeout * 1000 }
      : {}),
  };
}
