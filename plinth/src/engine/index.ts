// The room for connections: URLs, drivers, the pool, sessions, health. It knows no tables.

export type { CancelSignal } from './cancellation.js';
export { type ConnectOptions, connect } from './connect.js';
export { isBrokenConnection } from './connect-errors.js';
export type { Connection, TransactionState } from './connection.js';
export type { Database, Transaction } from './database.js';
export {
  type DatabaseTarget,
  describeTarget,
  type EmbeddedTarget,
  parseDatabaseUrl,
  type ServerTarget,
} from './database-url.js';
export { type DirectoryLock, lockDirectory } from './directory-lock.js';
export { missingEmbeddedExtensions } from './embedded-extensions.js';
export { cacheFolder, embeddedVersions } from './embedded-package.js';
export type { Engine, RunOptions } from './engine.js';
export { ENGINE_DEFAULTS, type EngineOptions } from './engine-options.js';
export type { Health } from './health.js';
export type { HostAddress, LoadBalanceHosts } from './host-selector.js';
export { openEngine } from './open-engine.js';
export {
  ENGINE_VARIABLES,
  engineOptionsFromEnv,
  migrationOptionsFromEnv,
} from './option-environment.js';
export type { CloseReason, EngineEvents, PoolStatus } from './pool-events.js';
export type { QueryEvent, QueryExecutor, QueryResult, QueryRow } from './query.js';
export type { ScriptStatement } from './script-query.js';
export type { TargetSessionAttrs } from './server-kind.js';
export type { SslMode } from './ssl.js';
export type { SentStatement, StatementHook } from './statement-hook.js';
export {
  ACTOR_SETTING,
  type Actor,
  REQUEST_ID_SETTING,
  TENANT_ID_MAX,
  TENANT_SETTING,
} from './tenant-scope.js';
export type { TransactionOptions } from './transaction-options.js';
