// The keys that wrap data keys, for the command line: the same that the service takes at its start.

import { type KeyEncryption, keyEncryptionFromEnv } from 'plinth/secrets';
import { developmentKeysOf } from './auth/prepare-authentication.js';
import { type Environment, readEnvironment } from './env-file.js';
import { readSettings } from './settings.js';

/**
 * @param folder Where the service is started: the folder of `.env` and of a relative database.
 * @throws StartError for settings that cannot be used; PlinthError SECRET_KEYS_INVALID where there is
 *   no key.
 */
export async function serviceKeyEncryption(
  environment: Environment,
  folder: string,
): Promise<KeyEncryption> {
  const settings = readSettings(readEnvironment(environment, folder));
  const developmentKeys = await developmentKeysOf(settings, folder);
  const keys = settings.keyEncryptionKeys ?? developmentKeys?.keyEncryptionKeys;
  return keyEncryptionFromEnv({ KEY_ENCRYPTION_KEYS: keys });
}
