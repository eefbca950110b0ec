// The queries on tenants, each in the scope of the tenant it is about; only the registry, which
// holds nothing but ids, is read without one. They know nothing of HTTP.

import { and, asc, eq, gt, type SQL, sql } from 'drizzle-orm';
import type { Database, Transaction } from 'plinth';
import type { Ciphertext } from 'plinth/models';
import { toRfc3339 } from '../rfc3339.js';
import type { NewTenant, Tenant, TenantChanges } from '../schemas/tenant.js';
import { cutPage } from './page.js';
import { perDatabase } from './per-database.js';
import { tenantConfigs, tenants } from './schema.js';

/** How many tenants of a page are read at once: each is a scope, and a statement, of its own. */
const AT_ONCE = 4;

const COLUMNS = {
  id: tenantConfigs.id,
  tenant_id: tenantConfigs.tenantId,
  name: tenantConfigs.name,
  servicedesk_url: tenantConfigs.servicedeskUrl,
  has_servicedesk_api_key: sql<boolean>`${tenantConfigs.servicedeskApiKey} IS NOT NULL`,
  has_webhook_signing_secret: sql<boolean>`${tenantConfigs.webhookSigningSecret} IS NOT NULL`,
  enhancement_preferences: sql<
    Tenant['enhancement_preferences']
  >`${tenantConfigs.enhancementPreferences}`,
  created_at: tenantConfigs.createdAt,
  updated_at: tenantConfigs.updatedAt,
};

const OF_TENANT = eq(tenantConfigs.tenantId, sql.placeholder('tenant'));

const prepared = perDatabase((db) => {
  const list = (name: string, condition: SQL | undefined) =>
    db
      .select({ id: tenants.id })
      .from(tenants)
      .where(and(eq(tenants.configured, true), condition))
      .orderBy(asc(tenants.id))
      .limit(sql.placeholder('count'))
      .prepare(name);
  return {
    list: list('tenants_list', undefined),
    listAfter: list('tenants_list_after', gt(tenants.id, sql.placeholder('after'))),
    find: db.select(COLUMNS).from(tenantConfigs).where(OF_TENANT).prepare('tenants_find'),
  };
});

/** The columns for secrets, by their names in a request. */
export const SECRET_COLUMNS = {
  servicedesk_api_key: tenantConfigs.servicedeskApiKey,
  webhook_signing_secret: tenantConfigs.webhookSigningSecret,
} as const;

/** Secrets as they are stored: `null` takes one away, one that is not given stays. */
export type SealedSecrets = {
  readonly [Name in keyof typeof SECRET_COLUMNS]?: Ciphertext | null | undefined;
};

/** A tenant that has secrets; `undefined` where none has. */
export async function findTenantWithSecrets(db: Database): Promise<string | undefined> {
  const configured = await db
    .select({ id: tenants.id })
    .from(tenants)
    .where(eq(tenants.configured, true));
  for (const { id } of configured) {
    const [tenant] = await db.tenant(id).run(prepared(db).find, { tenant: id });
    if (tenant?.has_servicedesk_api_key || tenant?.has_webhook_signing_secret) return id;
  }
  return undefined;
}

/**
 * Without its secrets, which are encrypted for the row that it becomes. `undefined` where there is one
 * with this id already.
 *
 * @param tx A transaction in the scope of the tenant.
 */
export async function insertTenant(
  tx: Pick<Transaction, 'insert'>,
  tenant: NewTenant,
): Promise<Tenant | undefined> {
  const [row] = await tx
    .insert(tenantConfigs)
    .values({ tenantId: tenant.tenant_id, name: tenant.name, ...columnsOf(tenant, {}) })
    .onConflictDoNothing({ target: tenantConfigs.tenantId })
    .returning(COLUMNS);
  return row && toTenant(row);
}

export async function findTenant(db: Database, tenant: string): Promise<Tenant | undefined> {
  const [row] = await db.tenant(tenant).run(prepared(db).find, { tenant });
  return row && toTenant(row);
}

/** A page of tenants, and the id that the next one begins after; none for the last page. */
export interface TenantPage {
  readonly rows: Tenant[];
  readonly next: string | undefined;
}

/** In the order of their ids. */
export async function listTenants(
  db: Database,
  limit: number,
  after: string | undefined,
): Promise<TenantPage> {
  const { list, listAfter } = prepared(db);
  const query = after === undefined ? list : listAfter;
  const { rows: ids, hasMore } = cutPage(await db.run(query, { count: limit + 1, after }), limit);
  const found: Tenant[] = [];
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const some = ids.slice(start, start + AT_ONCE);
    const read = await Promise.all(some.map(({ id }) => findTenant(db, id)));
    // One may have gone meanwhile.
    found.push(...read.filter((tenant) => tenant !== undefined));
  }
  return { rows: found, next: hasMore ? ids.at(-1)?.id : undefined };
}

/** Reads it as {@link findTenant} does, and keeps others from changing it. */
export async function lockTenant(
  tx: Pick<Transaction, 'select'>,
  tenant: string,
): Promise<Tenant | undefined> {
  const [row] = await tx
    .select(COLUMNS)
    .from(tenantConfigs)
    .where(eq(tenantConfigs.tenantId, tenant))
    .for('update');
  return row && toTenant(row);
}

/**
 * Changes only the fields that are given; `undefined` when there is no such tenant.
 *
 * @param db The scope of the tenant, or a transaction in it.
 */
export async function updateTenant(
  db: Pick<Transaction, 'update'>,
  tenant: string,
  changes: TenantChanges,
  secrets: SealedSecrets,
): Promise<Tenant | undefined> {
  const [row] = await db
    .update(tenantConfigs)
    // An UPDATE has to set something.
    .set({ id: sql`${tenantConfigs.id}`, name: changes.name, ...columnsOf(changes, secrets) })
    .where(eq(tenantConfigs.tenantId, tenant))
    .returning(COLUMNS);
  return row && toTenant(row);
}

/**
 * Takes the configuration away, and with it the secrets; says whether there was one. The tenant's
 * data key stays: another process may be about to encrypt with it.
 *
 * @param db The scope of the tenant.
 */
export async function deleteTenant(
  db: Pick<Transaction, 'delete'>,
  tenant: string,
): Promise<boolean> {
  const gone = await db
    .delete(tenantConfigs)
    .where(eq(tenantConfigs.tenantId, tenant))
    .returning({ id: tenantConfigs.id });
  return gone.length > 0;
}

function columnsOf(
  { servicedesk_url, enhancement_preferences }: TenantChanges,
  { servicedesk_api_key, webhook_signing_secret }: SealedSecrets,
) {
  return {
    servicedeskUrl: servicedesk_url,
    enhancementPreferences: enhancement_preferences,
    servicedeskApiKey: servicedesk_api_key,
    webhookSigningSecret: webhook_signing_secret,
  };
}

function toTenant(row: Tenant): Tenant {
  return {
    ...row,
    created_at: toRfc3339(row.created_at),
    updated_at: toRfc3339(row.updated_at),
  };
}
