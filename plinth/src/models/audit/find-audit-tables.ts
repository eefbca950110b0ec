// Audit logs among models, and what SQL calls them. It reads models, and no row.

import { is } from 'drizzle-orm';
import { type PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { collectModels } from '../collect-models.js';
import { configWith } from '../drizzle-internals.js';
import type { ModelFile } from '../model-file.js';
import { DEFAULT_SCHEMA } from '../names.js';
import { type AuditNames, auditNames } from './audit-names.js';

/** The columns that a table of audit rows has, whoever made it. */
export interface AuditColumns {
  readonly tenantId: PgColumn;
  readonly seq: PgColumn;
  readonly rowKey: PgColumn;
  readonly previousHash: PgColumn;
  readonly hash: PgColumn;
}

/** A table of audit rows. */
export type AuditLog = PgTable & AuditColumns;

const COLUMNS = {
  tenantId: 'tenant_id',
  seq: 'seq',
  rowKey: 'row_key',
  previousHash: 'previous_hash',
  hash: 'hash',
} as const satisfies Record<keyof AuditColumns, string>;

export function isAuditLog(model: unknown): model is AuditLog {
  if (typeof model !== 'object' || model === null || !is(model, PgTable)) return false;
  const names = new Set(configWith(model, []).columns.map(({ name }) => name));
  return Object.entries(COLUMNS).every(([key, name]) => names.has(name) && key in model);
}

/** The audit logs that files of models export. */
export function collectAuditLogs(files: readonly ModelFile[]): readonly AuditLog[] {
  return collectModels(files)
    .tables.map(({ model }) => model)
    .filter(isAuditLog);
}

/** What audit rows call a table: with its schema where that is not `public`. */
export function nameInLog(table: PgTable): string {
  const { name, schema = DEFAULT_SCHEMA } = configWith(table, []);
  return schema === DEFAULT_SCHEMA ? name : `${schema}.${name}`;
}

/** What SQL calls a log, its chains and its functions. */
export function namesOfLog(log: PgTable): AuditNames {
  const { name, schema } = configWith(log, []);
  return auditNames(name, schema);
}
