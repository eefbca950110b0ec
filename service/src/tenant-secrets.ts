// The secrets of a tenant on their way into its row: each is encrypted for that tenant, that column
// and that row.

import type { Transaction } from 'plinth';
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
  secrets: Secrets,
): Promise<SealedSecrets> {
  const { servicedesk_api_key, webhook_signing_secret } = pickSecrets(secrets);
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

async function seal(
  keyring: Keyring | undefined,
  owner: SecretOwner,
  name: keyof typeof SECRET_COLUMNS,
  secret: string | null | undefined,
) {
  if (typeof secret !== 'string') return secret;
  if (keyring === undefined) throw noKey();
  return await keyring.seal(SECRET_COLUMNS[name], owner, secret);
}

function pickSecrets({ servicedesk_api_key, webhook_signing_secret }: Secrets): Secrets {
  return { servicedesk_api_key, webhook_signing_secret };
}

function noKey(): ProblemError {
  const detail = 'Secrets cannot be stored: the service has no key to encrypt them with.';
  return new ProblemError({ status: 503, detail });
}
