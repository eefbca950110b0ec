// The room for models: Drizzle's tables to DDL, columns and rules that most tables share, and words
// for what Drizzle cannot say. It asks no database.

export { writeAuditHash } from './audit/audit-hash.js';
export { keepOfLog } from './audit/audit-keep.js';
export type { AuditNames } from './audit/audit-names.js';
export { type AuditTable, type AuditTableOptions, auditTable } from './audit/audit-table.js';
export { type AuditedOptions, audited } from './audit/audited.js';
export {
  type AuditLog,
  collectAuditLogs,
  nameInLog,
  namesOfLog,
} from './audit/find-audit-tables.js';
export { youngestPrunable } from './audit/log-functions.js';
export { base, timestamps } from './base.js';
export {
  type DataKeyTable,
  type DataKeyTableOptions,
  dataKeyTable,
  KEY_ID_MAX,
} from './data-key-table.js';
export { emitModels } from './emit-models.js';
export {
  type BlindIndexOptions,
  blindIndex,
  type EncryptedOptions,
  encrypted,
} from './encrypted.js';
export {
  type BlindIndex,
  type Ciphertext,
  ENVELOPE_PREFIX,
  type Envelope,
  isBlindIndex,
  isCiphertext,
  NONCE_BYTES,
  readEnvelope,
  type SecretKind,
  TAG_BYTES,
  writeBlindIndex,
  writeCiphertext,
} from './envelope.js';
export { comment } from './extras/comment.js';
export { type DomainOptions, domain } from './extras/domain.js';
export { type ExclusionOptions, exclusion, virtual } from './extras/exclusion.js';
export { type ExtensionOptions, extension } from './extras/extension.js';
export type { Extra } from './extras/extra.js';
export { type Attachable, on } from './extras/on.js';
export { type PartitionOptions, partition, partitionBy } from './extras/partition.js';
export {
  forceRls,
  type GrantOptions,
  grant,
  type Privilege,
  type RevokeOptions,
  revoke,
} from './extras/privileges.js';
export { deferrable, include, notValid, nullsNotDistinct } from './extras/refinements.js';
export { type RoleAttributes, roleAttributes } from './extras/role-attributes.js';
export { type FunctionOptions, sqlFunction } from './extras/sql-function.js';
export { sqlObject } from './extras/sql-object.js';
export { type TriggerOptions, trigger } from './extras/trigger.js';
export { inspectRow } from './inspect-row.js';
export { type IsolationOptions, isolated } from './isolated.js';
export type { EmittedStatement, ModelFile } from './model-file.js';
export type { RoleName, RoleNames } from './role-name.js';
export {
  bindSecret,
  collectSecrets,
  nameTable,
  type RowColumn,
  type SecretBinding,
  type SecretModels,
  type TenantTable,
} from './secret-binding.js';
export type { BlindIndexConfig, EncryptedConfig } from './secret-column.js';
export { type Json, toRecord } from './to-record.js';
