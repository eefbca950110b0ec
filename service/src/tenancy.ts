// Whether this process may serve tenants, found out once, at the start: what its role can see, and
// whether it can read their secrets.

import { getTableName } from 'drizzle-orm';
import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import { auditRole, auditTables, type Database } from 'plinth';
import { ProblemError } from 'plinth/fastify';
import {
  type DamagedDataKey,
  type Keyring,
  keyEncryptionFromEnv,
  openKeyring,
} from 'plinth/secrets';
import { ALL_TENANTS } from './db/all-tenants.js';
import {
  auditLog,
  dataKeys,
  documentEmbeddings,
  documents,
  enhancementHistory,
  tenantConfigs,
} from './db/schema.js';
import { findTenantWithSecrets } from './db/tenants.js';
import { StartError } from './start-error.js';
import type { VectorSupport } from './vector-support.js';

export interface Tenancy {
  /** Why tenants are not served, each with what mends it; none where they are. */
  readonly refusals: readonly Refusal[];
  /** None where no key is configured: secrets are refused then. */
  readonly keyring: Keyring | undefined;
  /** Data keys that do not open: their tenants' secrets cannot be read. */
  readonly damagedDataKeys: readonly DamagedDataKey[];
  /** Whether row-level security is a wall here; the embedded database is everybody's. */
  readonly isBoundary: boolean;
}

export interface Refusal {
  readonly message: string;
  /** What mends it: mostly SQL. */
  readonly fix: string;
}

/**
 * Audits the role of the database's connections, and sees that every key that secrets need is there.
 *
 * @param tables Names of the tables that have to be isolated: {@link tenantTables}.
 * @param keyEncryptionKeys As KEY_ENCRYPTION_KEYS has them.
 * @throws PlinthError SECRET_* or StartError where a key is wrong, or one that is needed is missing.
 */
export async function openTenancy(
  db: Database,
  tables: readonly string[],
  keyEncryptionKeys: string | undefined,
): Promise<Tenancy> {
  const isBoundary = db.engine.kind === 'server';
  const refusals = await findRefusals(db, tables, isBoundary);
  if (refusals.length > 0) return { ...NO_KEYS, refusals, isBoundary };
  return { refusals: [], isBoundary, ...(await openKeys(db, keyEncryptionKeys)) };
}

async function findRefusals(
  db: Database,
  tables: readonly string[],
  isBoundary: boolean,
): Promise<readonly Refusal[]> {
  const { engine } = db;
  const { tenantRole } = engine;
  // On the embedded database only the role that work is lowered to is held by policies.
  const roles = isBoundary ? (await auditRole(engine, { tenantRole })).problems : [];
  if (roles.some(({ kind }) => kind === 'no-tenant-role')) return roles;
  const isolated = await auditTables(engine, { tables, tenantRole });
  const audit = await auditTables(engine, {
    tables: AUDIT_TABLES,
    tenantRole,
    privileges: ['SELECT'],
    forbidden: ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'],
  });
  return [...roles, ...isolated, ...audit];
}

const ISOLATED_TABLES = [tenantConfigs, enhancementHistory, dataKeys];
/** Nobody but functions writes them. */
const AUDIT_TABLES = [getTableName(auditLog), 'audit_chains'];
const VECTOR_TABLES = [documents, documentEmbeddings];

/** Names of the tables whose rows belong to tenants, as far as the database has them. */
export function tenantTables({ kind }: VectorSupport): readonly string[] {
  const tables = kind === 'enabled' ? [...ISOLATED_TABLES, ...VECTOR_TABLES] : ISOLATED_TABLES;
  return tables.map((table) => getTableName(table));
}

type OpenKeys = Pick<Tenancy, 'keyring' | 'damagedDataKeys'>;

const NO_KEYS: OpenKeys = { keyring: undefined, damagedDataKeys: [] };

async function openKeys(db: Database, keys: string | undefined): Promise<OpenKeys> {
  if (keys === undefined) {
    const tenant = await findTenantWithSecrets(db);
    if (tenant !== undefined) throw keysMissing(tenant);
    return NO_KEYS;
  }
  const keyring = openKeyring(db, {
    keyEncryption: keyEncryptionFromEnv({ KEY_ENCRYPTION_KEYS: keys }),
    table: dataKeys,
    tenants: ALL_TENANTS,
    audit: auditLog,
  });
  const { damagedDataKeys } = await keyring.check();
  return { keyring, damagedDataKeys };
}

function keysMissing(tenant: string): StartError {
  return new StartError(
    `KEY_ENCRYPTION_KEYS is not set, and the database holds secrets, such as those of tenant ${tenant}`,
    {
      hint: 'Set it to the keys that they were encrypted under; those of development are the keyEncryptionKeys in the .keys.json beside the embedded data.',
    },
  );
}

/** Says in the log, once, what anybody should know who serves tenants here. */
export function logTenancy(app: FastifyInstance, tenancy: Tenancy): void {
  const { refusals, keyring, damagedDataKeys } = tenancy;
  for (const { message, fix } of refusals) {
    app.log.error({ fix }, `tenant routes are refused: ${message}; to mend it: ${fix}`);
  }
  if (refusals.length > 0) return;
  for (const { tenant, dataKeyId, reason } of damagedDataKeys) {
    app.log.error(
      { tenant, dataKeyId, reason },
      'a data key does not open; plinth keys status tells more',
    );
  }
  if (keyring === undefined) {
    app.log.error(
      'KEY_ENCRYPTION_KEYS is not set: secrets of tenants are refused; `npx plinth keys generate` makes a key',
    );
  }
}

/**
 * One line for the banner.
 *
 * @param believes Whether anybody's tokens are accepted.
 */
export function describeTenancy(
  { refusals, isBoundary }: Tenancy,
  role: string | undefined,
  believes: boolean,
): string {
  const [refusal] = refusals;
  if (refusal !== undefined) return `refused: ${refusal.message}`;
  if (!believes) return 'refused: nobody’s tokens are accepted; set AUTH_ISSUER and its like';
  if (!isBoundary) return 'served; an embedded database is no security boundary between them';
  return `served as ${role ?? 'the role of the connection'}, held apart by row-level security`;
}

/** The `onRequest` hook of routes that work in the name of a tenant. */
export function tenantsServed({ refusals }: Tenancy): onRequestHookHandler {
  return (_request, _reply, done) => {
    if (refusals.length === 0) done();
    else done(new ProblemError({ status: 503, detail: REFUSED }));
  };
}

const REFUSED = 'Tenants are not served: their isolation is not safe here. The log says why.';
