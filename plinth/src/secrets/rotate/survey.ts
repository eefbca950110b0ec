// Which keys there are, and how many values are encrypted with each: read from what the envelopes
// say, tenant by tenant. It opens nothing.

import { type SQL, sql } from 'drizzle-orm';
import { type DataKeyTable, ENVELOPE_PREFIX, type SecretBinding } from '../../models/index.js';
import { type DataKeyRow, readDataKeys } from '../data-key-rows.js';
import type { SecretDatabase, SecretExecutor } from '../secret-database.js';

/** Values of one column of one tenant that name the same data key. */
export interface ValueCount {
  readonly place: string;
  /** `undefined` for texts that are not encrypted. */
  readonly dataKeyId: string | undefined;
  readonly values: number;
}

export interface TenantSurvey {
  readonly tenant: string;
  /** Newest first. */
  readonly dataKeys: readonly DataKeyRow[];
  readonly counts: readonly ValueCount[];
}

export async function surveyTenant(
  db: SecretDatabase,
  table: DataKeyTable,
  bindings: readonly SecretBinding[],
  tenant: string,
): Promise<TenantSurvey> {
  const scope = db.tenant(tenant);
  const dataKeys = await readDataKeys(scope, table, tenant);
  return { tenant, dataKeys, counts: await countValues(scope, bindings, tenant) };
}

async function countValues(
  executor: SecretExecutor,
  bindings: readonly SecretBinding[],
  tenant: string,
): Promise<readonly ValueCount[]> {
  if (bindings.length === 0) return [];
  const parts = bindings.map((binding) => countColumn(binding, tenant));
  const { rows } = await executor.execute(sql.join(parts, sql` UNION ALL `));
  return rows.map((row) => ({
    place: String(row.place),
    dataKeyId: typeof row.key === 'string' ? row.key : undefined,
    values: Number(row.values),
  }));
}

function countColumn(
  { place, table, column, tenant: owner, kind }: SecretBinding,
  tenant: string,
): SQL {
  const pattern = `^${ENVELOPE_PREFIX[kind]}[0-9a-f-]{36}:[A-Za-z0-9_-]+$`;
  return sql`
    SELECT ${place}::text AS place,
      CASE WHEN ${column} ~ ${pattern} THEN split_part(${column}, ':', 3) END AS key,
      count(*) AS values
    FROM ${table} WHERE ${owner} = ${tenant} AND ${column} IS NOT NULL GROUP BY 2`;
}
