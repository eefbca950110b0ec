// The keys that wrap data keys, for the command line: the same that the service takes at its start.

import { PlinthError } from 'plinth';
import { type KeyEncryption, keyEncryptionFromEnv } from 'plinth/secrets';
import { developmentKeysOf } from './auth/prepare-authentication.js';
import { type Environment, readEnvironment } from './env-file.js';
import { readSettings } from './settings.js';
import { StartError } from './start-error.js';

/**
 * @param folder Where the service is started: the folder of `.env` and of a relative database.
 * @throws PlinthError CONFIG_INVALID for settings or keys of development that cannot be used,
 *   SECRET_KEYS_INVALID where there is no key.
 */
export async function serviceKeyEncryption(
  environment: Environment,
  folder: string,
): Promise<KeyEncryption> {
  const keys = await findKeys(environment, folder).catch(explain);
  return keyEncryptionFromEnv({ KEY_ENCRYPTION_KEYS: keys });
}

async function findKeys(environment: Environment, folder: string): Promise<string | undefined> {
  const settings = readSettings(readEnvironment(environment, folder));
  const developmentKeys = await developmentKeysOf(settings, folder);
  return settings.keyEncryptionKeys ?? developmentKeys?.keyEncryptionKeys;
}

/** In the words of the command line, which knows nothing of the service's own errors. */
function explain(cause: unknown): never {
  if (!(cause instanceof StartError)) throw cause;
  throw new PlinthError('CONFIG_INVALID', cause.message, { hint: cause.hint, cause });
}
