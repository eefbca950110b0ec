// The room for connections: URLs, drivers, the pool, sessions, health. It knows no tables.

export { type ConnectOptions, connect } from './connect.js';
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
export type { Engine, EngineEvents } from './engine.js';
export { ENGINE_DEFAULTS, type EngineOptions } from './engine-options.js';
export type { Health } from './health.js';
export { openEngine } from './open-engine.js';
export type { QueryEvent, QueryExecutor, QueryResult, QueryRow } from './query.js';
