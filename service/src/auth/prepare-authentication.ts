// Decides at a start who is believed: the identity provider of the settings, the keys of
// development, or nobody.

import { parseDatabaseUrl } from 'plinth';
import type { Settings } from '../settings.js';
import type { Authentication } from './authentication.js';
import { createAuthenticator } from './create-authenticator.js';
import { type DevelopmentKeys, loadDevelopmentKeys } from './development-keys.js';
import { remoteKeys } from './remote-keys.js';
import type { Verifier } from './verifier.js';

/**
 * The keys of development, only where the database is embedded, APP_ENV is not production and no
 * issuer is set.
 *
 * @param folder What a relative folder of the database is relative to.
 * @throws StartError where their file cannot be used.
 */
export async function developmentKeysOf(
  { appEnv, database, identityProvider }: DevelopmentSettings,
  folder: string,
): Promise<DevelopmentKeys | undefined> {
  const target = parseDatabaseUrl(database.url);
  if (target.kind !== 'embedded' || appEnv === 'production' || identityProvider !== undefined) {
    return undefined;
  }
  return await loadDevelopmentKeys(target, folder);
}

export type DevelopmentSettings = Pick<Settings, 'appEnv' | 'database' | 'identityProvider'>;

/** What the log should say where nobody is believed. */
export const NO_AUTHENTICATOR =
  'no tokens are accepted, so routes of tenants answer 503: ' +
  'set AUTH_ISSUER, AUTH_AUDIENCE and AUTH_JWKS_URL';

export function prepareAuthentication(
  { authRequired, identityProvider }: Pick<Settings, 'authRequired' | 'identityProvider'>,
  developmentKeys: DevelopmentKeys | undefined,
): Authentication {
  const verifier = verifierOf(identityProvider) ?? developmentKeys?.verifier;
  const authenticator = verifier && createAuthenticator(verifier);
  return { authenticator, required: authRequired };
}

function verifierOf(provider: Settings['identityProvider']): Verifier | undefined {
  if (provider === undefined) return undefined;
  const { issuer, audience, jwksUrl } = provider;
  return { issuer, audience, findKey: remoteKeys(jwksUrl) };
}
