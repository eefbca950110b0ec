// The secrets of a tenant on their way into its row: each is encrypted for that tenant, that column
// and that row.

import { isPlinthError, type Transaction } from 'plinth';
import { ProblemError } from 'plinth/fastify';
import type { Keyring } from 'plinth/secrets';
import { SECRET_COLUMNS, type SealedSecrets } from './db/tenants.js';
import type { TenantChanges } from './schemas/tenant.js';

type Secrets = Pick<TenantChanges, keyof typeof SECRET_COLUMNS>;

export interface SecretOwner {
  readonly tenant: string;
  /** Id of the row. */
  readonly row: string;
  /** A transaction in the scope of the tenant. */
  readonly tx: Transaction;
}

/**
 * Encrypts what is given; `null` stays, and takes a secret away.
 *
 * @throws ProblemError 503 where there is no key to encrypt with.
 */
export async function sealSecrets(
  keyring: Keyring | undefined,
  owner: SecretOwner,
  { servicedesk_api_key, webhook_signing_secret }: Secrets,
): Promise<SealedSecrets> {
  return {
    servicedesk_api_key: await seal(keyring, owner, 'servicedesk_api_key', servicedesk_api_key),
    webhook_signing_secret: await seal(
      keyring,
      owner,
      'webhook_signing_secret',
      webhook_signing_secret,
    ),
  };
}

/** Whether anything was encrypted. */
export function hasSecrets(secrets: SealedSecrets): boolean {
  return Object.values(secrets).some((secret) => typeof secret === 'string');
}

async function seal(
  keyring: Keyring | undefined,
  owner: SecretOwner,
  name: keyof typeof SECRET_COLUMNS,
  secret: string | null | undefined,
) {
  if (typeof secret !== 'string') return secret;
  if (keyring === undefined) throw noKey();
  try {
    return await keyring.seal(SECRET_COLUMNS[name], owner, secret);
  } catch (error) {
    // While keys are rotated one process may not have the newest yet, and a key service may be away.
    if (isPlinthError(error) && error.code.startsWith('SECRET_KEY_')) throw noKey(error);
    throw error;
  }
}

function noKey(cause?: unknown): ProblemError {
  const detail = 'Secrets cannot be stored: the service has no key to encrypt them with.';
  return new ProblemError({ status: 503, detail }, cause === undefined ? {} : { cause });
}
