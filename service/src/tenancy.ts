// Whether this process may serve tenants, found out once, at the start: what its role can see, and
// whether it can read their secrets.

import { getTableName } from 'drizzle-orm';
import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import { auditRole, type Database } from 'plinth';
import { ProblemError } from 'plinth/fastify';
import { type Keyring, keyEncryptionFromEnv, openKeyring } from 'plinth/secrets';
import { dataKeys, tenantConfigs } from './db/schema.js';
import { findTenantWithSecrets } from './db/tenants.js';
import { StartError } from './start-error.js';

export interface Tenancy {
  /** Why tenants are not served, each with what mends it; none where they are. */
  readonly refusals: readonly Refusal[];
  /** None where no key is configured: secrets are refused then. */
  readonly keyring: Keyring | undefined;
  /** Whether row-level security is a wall here; the embedded database is everybody's. */
  readonly isBoundary: boolean;
}

export interface Refusal {
  readonly message: string;
  /** What mends it: mostly SQL. */
  readonly fix: string;
}

/** The query that lists every tenant there ever was. */
const ALL_TENANTS = 'SELECT id FROM tenants';

/**
 * Audits the role of the database's connections, and sees that every key that secrets need is there.
 *
 * @param keyEncryptionKeys As KEY_ENCRYPTION_KEYS has them.
 * @throws PlinthError SECRET_* or StartError where a key is wrong, or one that is needed is missing.
 */
export async function openTenancy(
  db: Database,
  keyEncryptionKeys: string | undefined,
): Promise<Tenancy> {
  const isBoundary = db.engine.kind === 'server';
  const { tenantRole } = db.engine;
  const problems = [
    ...(isBoundary ? (await auditRole(db.engine, { tenantRole })).problems : []),
    ...(await missingTables(db)),
  ];
  if (problems.length > 0) return { refusals: problems, keyring: undefined, isBoundary };
  const keyring = await openKeys(db, keyEncryptionKeys);
  return { refusals: [], keyring, isBoundary };
}

/** A start that does not upgrade may find an older database. */
async function missingTables(db: Database): Promise<readonly Refusal[]> {
  const { rows } = await db.engine.query<{ exist: boolean }>(
    'SELECT to_regclass($1) IS NOT NULL AS exist',
    [TABLE],
  );
  if (rows[0]?.exist === true) return [];
  return [
    {
      message: `there is no table ${TABLE}`,
      fix: 'run the revisions that are pending, then start the service again',
    },
  ];
}

/** The newest of the tables that tenants need. */
const TABLE = getTableName(tenantConfigs);

async function openKeys(db: Database, keys: string | undefined): Promise<Keyring | undefined> {
  if (keys === undefined) {
    const tenant = await findTenantWithSecrets(db);
    if (tenant !== undefined) throw keysMissing(tenant);
    return undefined;
  }
  const keyring = openKeyring(db, {
    keyEncryption: keyEncryptionFromEnv({ KEY_ENCRYPTION_KEYS: keys }),
    table: dataKeys,
    tenants: ALL_TENANTS,
  });
  await keyring.check();
  return keyring;
}

function keysMissing(tenant: string): StartError {
  return new StartError(
    `KEY_ENCRYPTION_KEYS is not set, and the database holds secrets, such as those of tenant ${tenant}`,
    { hint: 'Set it to the keys that they were encrypted under.' },
  );
}

/** Says in the log, once, what anybody should know who serves tenants here. */
export function logTenancy(app: FastifyInstance, { refusals, keyring }: Tenancy): void {
  for (const { message, fix } of refusals) {
    app.log.error({ fix }, `tenant routes are refused: ${message}; to mend it: ${fix}`);
  }
  if (refusals.length > 0) return;
  if (keyring === undefined) {
    app.log.error(
      'KEY_ENCRYPTION_KEYS is not set: secrets of tenants are refused; `npx plinth keys generate` makes a key',
    );
  }
}

/** One line for the banner. */
export function describeTenancy({ refusals, isBoundary }: Tenancy, role: string | undefined) {
  const [refusal] = refusals;
  if (refusal !== undefined) return `refused: ${refusal.message}`;
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
