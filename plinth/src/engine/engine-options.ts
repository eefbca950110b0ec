// What an engine can be told, with the defaults. Names and meaning follow SQLAlchemy's engine.

/** Settings of an engine; every one has a default. */
export interface EngineOptions {
  /** A database URL; see `parseDatabaseUrl` for its forms. */
  readonly url: string;
  /** The name of the setting that holds the URL; errors name it. Default: `DATABASE_URL`. */
  readonly variable?: string;
  /** Most connections open at once. The embedded database always has one. Default: 10. */
  readonly poolSize?: number;
  /** Seconds to wait for a free connection before ENGINE_POOL_TIMEOUT. Default: 30. */
  readonly poolTimeout?: number;
  /** Attempts to connect while opening, with exponential back-off and full jitter. Default: 3. */
  readonly connectRetries?: number;
  /** Seconds that one attempt to connect may take. Default: 10. */
  readonly connectTimeout?: number;
  /** Seconds that `close()` waits for connections in use before it drops them. Default: 10. */
  readonly closeTimeout?: number;
  /** How the connections are called in `pg_stat_activity`. Default: `plinth`. */
  readonly applicationName?: string;
}

export const ENGINE_DEFAULTS = {
  poolSize: 10,
  poolTimeout: 30,
  connectRetries: 3,
  connectTimeout: 10,
  closeTimeout: 10,
  applicationName: 'plinth',
} as const satisfies Partial<EngineOptions>;

export type EngineSettings = EngineOptions & Required<Omit<EngineOptions, 'variable'>>;

export function withDefaults(options: EngineOptions): EngineSettings {
  return { ...ENGINE_DEFAULTS, ...options };
}
