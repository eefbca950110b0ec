// Where sample data goes: to the service that runs at the address of the settings, or to one that is
// started for the time it takes.

import { isPlinthError, type PlinthError, parseDatabaseUrl } from 'plinth';
import { z } from 'zod';
import { developmentKeysOf } from '../auth/prepare-authentication.js';
import { signToken } from '../auth/sign-token.js';
import type { Environment } from '../env-file.js';
import type { Settings } from '../settings.js';
import { startService } from '../start.js';
import { StartError } from '../start-error.js';
import type { Target } from './fill.js';

export interface OpenTarget extends Target {
  /** What a command line sends as a token of a tenant. */
  readonly commandOf: (tenant: string) => string;
  /** Whether it was started here, and so ends with `close`. */
  readonly isOwn: boolean;
  close(): Promise<void>;
}

const MINUTES = 10;

/** @throws StartError where nobody gives tokens, or the service cannot be started. */
export async function openTarget(
  settings: Settings,
  environment: Environment,
  folder: string,
): Promise<OpenTarget> {
  const tokens = await tokenSource(settings, environment, folder);
  const url = addressOf(settings);
  if (await isAlive(url)) return { ...tokens, url, isOwn: false, close: async () => undefined };
  if (isInMemory(settings)) throw nothingStays(url);
  const service = await startService({ ...settings, port: 0, logLevel: 'error' }).catch((error) => {
    throw isPlinthError(error, 'ENGINE_EMBEDDED_LOCKED') ? elsewhere(url, error) : error;
  });
  const { report, stop } = service;
  return { ...tokens, url: report.url, isOwn: true, close: stop };
}

function isInMemory({ database }: Settings): boolean {
  const target = parseDatabaseUrl(database.url);
  return target.kind === 'embedded' && target.dataDir === undefined;
}

function nothingStays(url: string): StartError {
  return new StartError('what is seeded in memory would be gone at once', {
    hint: `Start the service at ${url} first, or set DATABASE_URL to a folder or a server.`,
  });
}

/** Whoever has the folder open is not at this address. */
function elsewhere(url: string, cause: PlinthError): StartError {
  return new StartError(`${cause.message}; no service answers at ${url}`, {
    hint: 'Set PORT and HOST to where that service listens, as in PORT=8080 npm run seed, or stop it.',
    cause,
  });
}

/** Where a service with these settings listens. */
export function addressOf({ host, port }: Pick<Settings, 'host' | 'port'>): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

type TokenSource = Pick<OpenTarget, 'tokenOf' | 'commandOf'>;

async function tokenSource(
  settings: Settings,
  environment: Environment,
  folder: string,
): Promise<TokenSource> {
  const keys =
    settings.identityProvider === undefined ? await developmentKeysOf(settings, folder) : undefined;
  if (keys === undefined) {
    return {
      tokenOf: async (tenant) => readToken(environment, variableOf(tenant)),
      commandOf: (tenant) => `$${variableOf(tenant)}`,
    };
  }
  return {
    tokenOf: async (tenant, scopes) =>
      await signToken(keys, { subject: 'seed', tenant, scopes, minutes: MINUTES }),
    commandOf: (tenant) => `$(npm run -s token -- --tenant ${tenant} --scope tenant:read)`,
  };
}

function variableOf(tenant: string | undefined): string {
  return `SEED_${tenant?.toUpperCase() ?? 'ADMIN'}_TOKEN`;
}

function readToken(environment: Environment, name: string): string {
  const token = environment[name];
  if (token !== undefined) return token;
  throw new StartError(`${name} is not set, and there is no key of development to sign tokens`, {
    hint: 'Set SEED_ADMIN_TOKEN, SEED_ACME_TOKEN and SEED_GLOBEX_TOKEN to tokens of the issuer.',
  });
}

const aliveSchema = z.object({ status: z.literal('alive') });

/** Whether a service like this one answers there. */
async function isAlive(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(2000) });
    return aliveSchema.safeParse(await response.json()).success;
  } catch {
    // Nothing listens there, or something else does.
    return false;
  }
}
