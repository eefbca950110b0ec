// Runs the service as it runs for tenants: on a server as a login that is a member of app_user, with
// keys for secrets and with tokens that this file signs.

import { randomUUID } from 'node:crypto';
import { createLocalJWKSet, exportJWK, generateKeyPair } from 'jose';
import { connect, type Database } from 'plinth';
import { generateKeyEncryptionKey } from 'plinth/secrets';
import { afterAll, beforeAll } from 'vitest';
import { useDatabase } from '../../../test/support/database.js';
import type { AppParts } from '../../src/app.js';
import type { Scope } from '../../src/auth/caller.js';
import { createAuthenticator } from '../../src/auth/create-authenticator.js';
import { DEVELOPMENT_ALGORITHM, type DevelopmentKeys } from '../../src/auth/development-keys.js';
import { signToken } from '../../src/auth/sign-token.js';
import { openTenancy, tenantTables } from '../../src/tenancy.js';
import {
  type Answer,
  callUrl,
  type DatabaseKind,
  type RunningApp,
  runApp,
  started,
} from './service.js';
import { connectEither, upgradeService } from './upgraded-database.js';

/** Who calls: no tenant for an admin. */
export interface TestCaller {
  readonly tenant?: string;
  readonly scopes?: readonly Scope[];
  readonly subject?: string;
}

export interface TenantService {
  /** The database as the service has it. */
  readonly db: Database;
  /** The same as its owner, whom no policy holds. */
  readonly owner: Database;
  readonly url: string;
  /** The keys that its secrets are encrypted under. */
  readonly keyEncryptionKeys: string;
  token(caller: TestCaller): Promise<string>;
  call(
    caller: TestCaller | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
}

export const ADMIN: TestCaller = { scopes: ['admin'], subject: 'root' };

/** Somebody who may read and write in the name of a tenant. */
export function tenantCaller(tenant: string): TestCaller {
  return { tenant, scopes: ['tenant:read', 'tenant:write'] };
}

/** A server with pgvector, whose user may create databases and roles: the one from npm has none. */
const VECTOR_SERVER = process.env.PLINTH_TEST_VECTOR_DATABASE_URL;

/** What has vectors: the embedded database, unless a server with pgvector is named. */
export const VECTOR_DATABASE = VECTOR_SERVER ? 'vector server' : 'embedded';

/** Gives a suite the service with tenants; usable inside tests and hooks. */
export function useTenantService(
  kind: DatabaseKind | 'vector server',
  settings: Partial<AppParts['settings']> & { readonly authRequired?: boolean } = {},
): TenantService {
  const database =
    kind === 'embedded'
      ? { url: 'pglite://memory' }
      : useDatabase({}, kind === 'server' ? undefined : VECTOR_SERVER);
  const keyEncryptionKeys = generateKeyEncryptionKey();
  const login = `service_${randomUUID().replaceAll('-', '')}`;
  let owner: Database | undefined;
  let db: Database | undefined;
  let running: RunningApp | undefined;
  let keys: SigningKeys | undefined;
  beforeAll(async () => {
    owner = await connectEither(database.url);
    const upgraded = await upgradeService(owner);
    db = kind === 'embedded' ? owner : await connectAs(owner, database.url, login);
    const made = await makeSigningKeys();
    keys = made;
    const { authRequired = false, ...others } = settings;
    const authenticator = createAuthenticator(made.verifier);
    const authentication = { authenticator, required: authRequired };
    const tables = tenantTables(upgraded.vectors);
    const tenancy = await openTenancy(db, tables, keyEncryptionKeys);
    running = await runApp(db, upgraded, others, authentication, tenancy);
  });
  afterAll(async () => {
    await running?.close();
    if (db !== owner) await db?.close();
    if (kind !== 'embedded') await owner?.engine.query(`DROP ROLE ${login}`);
    await owner?.close();
  });
  const token = async ({ tenant, scopes = [], subject = 'ada' }: TestCaller) =>
    await signToken(started(keys), { subject, tenant, scopes, minutes: 10 });
  return {
    get db() {
      return started(db);
    },
    get owner() {
      return started(owner);
    },
    get url() {
      return started(running).url;
    },
    keyEncryptionKeys,
    token,
    call: async (caller, method, path, body, headers = {}) => {
      const proof = caller && { authorization: `Bearer ${await token(caller)}` };
      return await callUrl(`${started(running).url}${path}`, method, body, {
        ...proof,
        ...headers,
      });
    },
  };
}

async function connectAs(owner: Database, url: string, login: string): Promise<Database> {
  await owner.engine.query(
    `CREATE ROLE ${login} LOGIN PASSWORD 'secret' NOBYPASSRLS IN ROLE app_user`,
  );
  const its = new URL(url);
  its.username = login;
  its.password = 'secret';
  return await connect({ url: its.href, tenantRole: 'app_user' });
}

type SigningKeys = Pick<DevelopmentKeys, 'signingKey' | 'verifier'>;

async function makeSigningKeys(): Promise<SigningKeys> {
  const { privateKey, publicKey } = await generateKeyPair(DEVELOPMENT_ALGORITHM);
  const key = { ...(await exportJWK(publicKey)), alg: DEVELOPMENT_ALGORITHM };
  const findKey = createLocalJWKSet({ keys: [key] });
  return {
    signingKey: privateKey,
    verifier: { issuer: 'urn:test:issuer', audience: 'test', findKey },
  };
}
