// What an engine can be told, with the defaults. Names and meaning follow SQLAlchemy's engine.

import type { SslMode } from './ssl.js';

/** Settings of an engine; every one has a default. Times are in seconds. */
export interface EngineOptions {
  /** A database URL; see `parseDatabaseUrl` for its forms. */
  readonly url: string;
  /** The name of the setting that holds the URL; errors name it. Default: `DATABASE_URL`. */
  readonly variable?: string;
  /** Asked for the password at each new connection, for tokens that expire. */
  readonly password?: () => string | Promise<string>;
  /** Connections kept open. The embedded database always has one. Default: 10. */
  readonly poolSize?: number;
  /** Connections more in a burst, closed when they come back. Default: 10. */
  readonly maxOverflow?: number;
  /** Seconds to wait for a free connection before ENGINE_POOL_TIMEOUT. Default: 30. */
  readonly poolTimeout?: number;
  /** Seconds after which a connection is replaced, ± 10 %; 0 keeps it. Default: 3600. */
  readonly poolRecycle?: number;
  /** Ask a connection whether it lives when it was idle for over a second. Default: true. */
  readonly prePing?: boolean;
  /** Attempts to connect while opening, with exponential back-off and full jitter. Default: 3. */
  readonly connectRetries?: number;
  /** Seconds that one attempt to connect may take. Default: 10. */
  readonly connectTimeout?: number;
  /** Seconds a statement may take on the server; 0 is no limit. Default: 0. */
  readonly statementTimeout?: number;
  /** Seconds a transaction may stand idle on the server; 0 is no limit. Default: 0. */
  readonly idleInTransactionTimeout?: number;
  /** Seconds that `close()` waits for connections in use before it drops them. Default: 10. */
  readonly closeTimeout?: number;
  /** Seconds a connection may be held before a `leak` event; 0 never. Default: 60. */
  readonly leakThreshold?: number;
  /**
   * Seconds after which it is asked whether the server still works on a statement, and again after
   * as many; its connection is broken off when not. 0 never. Default: 10.
   */
  readonly stallCheck?: number;
  /** Seconds from which a statement is reported as `slowQuery`; 0 never. Default: 0. */
  readonly slowQueryThreshold?: number;
  /** Most prepared statements kept on each connection; 0 prepares none. Default: 256. */
  readonly statementCacheSize?: number;
  /**
   * `transaction` when a pooler such as PgBouncer hands each transaction to another server
   * connection: nothing is then prepared or kept in a session. Default: `none`.
   */
  readonly pooler?: 'none' | 'transaction';
  /** libpq's sslmode, where the URL names none. Default: `prefer`. */
  readonly sslMode?: SslMode;
  /** libpq's sslrootcert, where the URL names none: a path, or `system`. Default: none. */
  readonly sslRootCert?: string;
  /** Role that tenant-scoped work is lowered to. Default: none; `app_user` when embedded. */
  readonly tenantRole?: string;
  /**
   * Extensions that CREATE EXTENSION shall find in the embedded database, such as `citext`: it
   * takes their files when it opens. A server has its own, and needs none named. Default: none.
   */
  readonly embeddedExtensions?: readonly string[];
  /** How the connections are called in `pg_stat_activity`. Default: `plinth`. */
  readonly applicationName?: string;
}

export const ENGINE_DEFAULTS = {
  poolSize: 10,
  maxOverflow: 10,
  poolTimeout: 30,
  poolRecycle: 3600,
  prePing: true,
  connectRetries: 3,
  connectTimeout: 10,
  statementTimeout: 0,
  idleInTransactionTimeout: 0,
  closeTimeout: 10,
  leakThreshold: 60,
  stallCheck: 10,
  slowQueryThreshold: 0,
  statementCacheSize: 256,
  pooler: 'none',
  applicationName: 'plinth',
} as const satisfies Partial<EngineOptions>;

export type EngineSettings = EngineOptions &
  Required<Pick<EngineOptions, keyof typeof ENGINE_DEFAULTS>>;

export function withDefaults(options: EngineOptions): EngineSettings {
  return { ...ENGINE_DEFAULTS, ...options };
}
