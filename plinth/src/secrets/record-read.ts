// Writes into the audit log that a secret was read: by whom, of which row and column. It knows no value.

import { sql } from 'drizzle-orm';
import { type AuditLog, nameInLog, namesOfLog, type SecretBinding } from '../models/index.js';
import type { SecretExecutor } from './secret-database.js';

/** @throws PostgreSQL's error where nothing was recorded. */
export async function recordRead(
  executor: SecretExecutor,
  log: AuditLog,
  binding: SecretBinding,
  row: readonly string[],
): Promise<void> {
  const key = Object.fromEntries(binding.row.map(({ column }, index) => [column.name, row[index]]));
  const { recordRead: record } = namesOfLog(log);
  await executor.execute(sql`
    SELECT ${sql.raw(record)}(${nameInLog(binding.table)}, ${JSON.stringify(key)}::jsonb,
      ARRAY[${binding.column.name}]::text[])`);
}
