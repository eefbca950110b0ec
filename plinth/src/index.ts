// The public face of `plinth`: the engine, the configuration and the errors.

export {
  type AuditDatabase,
  type AuditFinding,
  type AuditHead,
  type AuditVerification,
  type AuditVerificationOptions,
  readHeads,
  verifyAudit,
} from './audit/index.js';
export { defineConfig, type PlinthConfig } from './config/index.js';
export {
  type Actor,
  type CloseReason,
  type Connection,
  type ConnectOptions,
  connect,
  type Database,
  type DatabaseTarget,
  describeTarget,
  type EmbeddedTarget,
  ENGINE_DEFAULTS,
  ENGINE_VARIABLES,
  type Engine,
  type EngineEvents,
  type EngineOptions,
  engineOptionsFromEnv,
  type Health,
  type HostAddress,
  migrationOptionsFromEnv,
  openEngine,
  type PoolStatus,
  parseDatabaseUrl,
  type QueryEvent,
  type QueryExecutor,
  type QueryResult,
  type QueryRow,
  type ServerTarget,
  type Transaction,
} from './engine/index.js';
export { ERROR_CODES, type ErrorCode, isPlinthError, PlinthError } from './errors/index.js';
export {
  type EngineMetricsOptions,
  engineMetrics,
  type RetentionMetrics,
  type RetentionMetricsOptions,
  retentionMetrics,
  traceQueries,
} from './insight/index.js';
export {
  auditRole,
  auditTables,
  type RoleAudit,
  type RoleAuditOptions,
  type RoleProblem,
  type TableAuditOptions,
  type TablePrivilege,
  type TableProblem,
} from './tenancy/index.js';
