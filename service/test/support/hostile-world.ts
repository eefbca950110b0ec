// A service as a process of its own, with a token for everything, and with data of two tenants: one that
// attacks come from, and one that must not notice.

import { randomUUID } from 'node:crypto';
import { connect } from 'plinth';
import { generateKeyEncryptionKey } from 'plinth/secrets';
import { beforeAll } from 'vitest';
import { useDatabase } from '../../../test/support/database.js';
import { AUDIENCE, type IdentityProvider, useIdentityProvider } from './identity-provider.js';
import { type ServiceProcess, useProcesses } from './process.js';
import { callUrl, type DatabaseKind, started } from './service.js';
import { upgradeService } from './upgraded-database.js';

/** Stands in every text of the other tenant. */
export const FOREIGN_MARK = `globex-only-${randomUUID()}`;
/** Stands in every secret. */
export const SECRET_MARK = `secret-${randomUUID()}`;

export const ATTACKER = { sub: 'ada', tenant: 'acme', scope: 'tenant:read tenant:write' };
const OTHER = { sub: 'gus', tenant: 'globex', scope: 'tenant:read tenant:write' };
export const ADMIN = { sub: 'root', tenant: undefined, scope: 'admin' };

export interface HostileWorld {
  readonly url: string;
  readonly provider: IdentityProvider;
  readonly process: ServiceProcess;
  /** The paths of what belongs to the other tenant, and to its user. */
  readonly foreignPaths: readonly string[];
  /** What is at the paths that nobody attacks, as their owners see it. */
  untouched(): Promise<readonly string[]>;
}

type Claims = Record<string, unknown>;

interface Kept {
  readonly caller: Claims;
  readonly path: string;
}

/** Call it at the top of a suite. */
export function useHostileWorld(kind: DatabaseKind): HostileWorld {
  const database = kind === 'server' ? useDatabase() : { url: 'pglite://memory' };
  const provider = useIdentityProvider();
  const processes = useProcesses();
  const kept: Kept[] = [];
  let service: ServiceProcess | undefined;
  let url: string | undefined;
  const call = async (caller: Claims, method: string, path: string, body?: object) => {
    const authorization = `Bearer ${await provider.token(caller)}`;
    const answer = await callUrl(`${url}${path}`, method, body, { authorization });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.text}`);
    return answer;
  };
  const keep = async (caller: Claims, path: string, body: object) => {
    const { headers } = await call(caller, 'POST', path, body);
    kept.push({ caller, path: headers.get('location') ?? '' });
  };
  beforeAll(async () => {
    const own = kind === 'server' ? await serverSettings(database.url) : {};
    service = processes.start(processes.makeFolder(), {
      DATABASE_URL: database.url,
      ...own,
      LOG_LEVEL: 'warn',
      AUTH_REQUIRED: 'true',
      AUTH_ISSUER: provider.issuer,
      AUTH_AUDIENCE: AUDIENCE,
      AUTH_JWKS_URL: provider.jwksUrl.href,
      KEY_ENCRYPTION_KEYS: generateKeyEncryptionKey(),
    });
    url = await service.url;
    for (const [caller, mark] of [
      [ATTACKER, 'own'],
      [OTHER, FOREIGN_MARK],
    ] as const) {
      await keep(caller, '/api/tasks', { title: mark, description: mark });
      await keep(caller, '/api/todos', { description: mark });
      const context = { ticket: mark };
      await keep(caller, '/api/enhancements', { ticket_id: mark, context_gathered: context });
      const changed = kept.at(-1)?.path ?? '';
      await call(caller, 'PATCH', changed, { llm_output: mark, error_message: mark });
      // The server of the tests has no vectors.
      if (kind === 'embedded') await keep(caller, '/api/documents', { title: mark, text: mark });
      await keep(ADMIN, '/api/tenants', {
        tenant_id: caller.tenant,
        name: mark,
        servicedesk_api_key: SECRET_MARK,
        webhook_signing_secret: SECRET_MARK,
      });
    }
  });
  return {
    get url() {
      return started(url);
    },
    get process() {
      return started(service);
    },
    provider,
    get foreignPaths() {
      return kept.filter(({ caller }) => caller === OTHER).map(({ path }) => path);
    },
    untouched: async () => {
      const texts = [];
      for (const { caller, path } of kept) texts.push((await call(caller, 'GET', path)).text);
      return texts;
    },
  };
}

/** Upgrades a database as its owner, and lets a role in that only is a member of app_user. */
async function serverSettings(url: string): Promise<Record<string, string>> {
  await using owner = await connect({ url, poolSize: 1 });
  await upgradeService(owner);
  const login = `hostile_${randomUUID().replaceAll('-', '')}`;
  await owner.engine.query(`CREATE ROLE ${login} LOGIN PASSWORD 'secret' IN ROLE app_user`);
  const its = new URL(url);
  its.username = login;
  its.password = 'secret';
  return { DATABASE_URL: its.href, MIGRATE_ON_START: 'false' };
}
