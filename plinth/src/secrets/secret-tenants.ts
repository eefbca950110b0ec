// All tenants whose keys and values are to be looked at.

import { nameTable, type TenantTable } from '../models/index.js';
import { listTenants, type TenantList } from '../tenancy/index.js';
import type { SecretDatabase } from './secret-database.js';

/** @throws PlinthError TENANCY_TENANTS_UNKNOWN where policies hide some and no query lists them. */
export async function listSecretTenants(
  db: Pick<SecretDatabase, 'engine'>,
  tables: readonly TenantTable[],
  query: string | undefined,
): Promise<TenantList> {
  const sources = tables.map(({ table, tenant }) => ({
    table: nameTable(table),
    column: tenant.name,
  }));
  return await listTenants(db, sources, query);
}
