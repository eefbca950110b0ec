// A node-postgres client with what the pool must know of it: its age, its last use, what it has
// prepared. It decides nothing.

import type { ConnectionOptions } from 'node:tls';
import { Client, type ClientConfig } from 'pg';
import type { EngineSettings } from './engine-options.js';
import type { ConnectAttempt, HostSelector } from './host-selector.js';
import { StatementCache } from './statement-cache.js';

declare module 'pg' {
  interface ClientBase {
    /** The server's process for this connection; left out of the published types. */
    readonly processID?: number | null;
    /** Whether the server waits for a statement. */
    readonly readyForQuery: boolean;
  }
}

/** How much lives differ, so that connections opened together are not replaced together. */
const LIFETIME_JITTER = 0.1;

/** Where clients of a server go; the embedded database has no hosts. */
export interface Route {
  readonly hosts: HostSelector;
  /** Used where an attempt is made with TLS. */
  readonly tls: ConnectionOptions | false;
}

export class PooledClient extends Client {
  /** Where it goes. */
  readonly attempt: ConnectAttempt | undefined;
  /** Settings that the server reported, with their latest values. */
  readonly reported: ReadonlyMap<string, string>;
  readonly #hosts: HostSelector | undefined;
  readonly openedAt = performance.now();
  readonly statements: StatementCache;
  /** When it should be replaced. */
  readonly expiresAt: number;
  /** When it was last given back. */
  idleSince = this.openedAt;
  /** Set when its server was found to be of the wanted kind. */
  accepted = false;
  /** Set when it ended or broke: it must not be used again. */
  broken = false;

  constructor(config: ClientConfig, settings: EngineSettings, route?: Route) {
    const attempt = route?.hosts.next();
    super(limited(located(config, attempt, route), config, settings.connectTimeout * 1000));
    this.attempt = attempt;
    this.#hosts = route?.hosts;
    this.reported = watchReported(this);
    const { poolRecycle, pooler, statementCacheSize } = settings;
    this.statements = new StatementCache(pooler === 'transaction' ? 0 : statementCacheSize);
    const jitter = 1 + LIFETIME_JITTER * (Math.random() * 2 - 1);
    this.expiresAt = poolRecycle === 0 ? Infinity : this.openedAt + poolRecycle * 1000 * jitter;
    const markBroken = () => {
      this.broken = true;
    };
    // A client that dies in use reports it here, perhaps twice; without a listener it would end
    // the process.
    this.on('error', markBroken);
    this.on('end', markBroken);
  }

  override connect(): Promise<Client>;
  override connect(callback: (error: Error | null) => void): void;
  override connect(callback?: (error: Error | null) => void): Promise<Client> | undefined {
    const connected = this.#connect();
    if (callback === undefined) return connected;
    connected.then(() => callback(null), callback);
    return undefined;
  }

  async #connect(): Promise<Client> {
    try {
      return await super.connect();
    } catch (error) {
      // Without a password the driver would leave the server waiting for one.
      this.connection.stream.destroy();
      if (this.attempt !== undefined) this.#hosts?.failed(this.attempt, error);
      throw error;
    }
  }

  /** Drops a prepared statement that the server no longer has, or has in another shape. */
  forgetStatement(text: string, name: string): void {
    this.statements.forget(text);
    delete this.connection.parsedStatements[name];
  }
}

/** The class for pg-pool, which calls it with its own options. */
export function pooledClientClass(settings: EngineSettings, route?: Route): new () => PooledClient {
  return class extends PooledClient {
    constructor(config: ClientConfig = {}) {
      super(config, settings, route);
    }
  };
}

function located(
  config: ClientConfig,
  attempt: ConnectAttempt | undefined,
  route: Route | undefined,
): ClientConfig {
  if (attempt === undefined || route === undefined) return config;
  return { ...config, ...attempt.address, ssl: attempt.tls ? route.tls : false };
}

function limited(
  config: ClientConfig,
  { password }: ClientConfig,
  connectionTimeoutMillis: number,
): ClientConfig {
  // pg-pool hides the password from enumeration, so that spreading alone would lose it.
  return { ...config, connectionTimeoutMillis, ...(password === undefined ? {} : { password }) };
}

/** ParameterStatus messages (PostgreSQL documentation, 54.2.7), from the first one on. */
function watchReported({ connection }: Client): ReadonlyMap<string, string> {
  const reported = new Map<string, string>();
  const note = (message: { readonly parameterName: string; readonly parameterValue: string }) => {
    reported.set(message.parameterName, message.parameterValue);
  };
  connection.on('parameterStatus', note);
  return reported;
}
