// The keys that wrap data keys: which ones the service takes at its start, and the same for the command
// line.

import { PlinthError } from 'plinth';
import { type KeyEncryption, keyEncryptionFromEnv } from 'plinth/secrets';
import type { DevelopmentKeys } from './auth/development-keys.js';
import { developmentKeysOf } from './auth/prepare-authentication.js';
import { type Environment, readEnvironment } from './env-file.js';
import { readSettings, type Settings } from './settings.js';
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
  return chooseKeys(settings, developmentKeys);
}

/** As KEY_ENCRYPTION_KEYS has them: those of the settings, else those of development. */
export function chooseKeys(
  { keyEncryptionKeys }: Pick<Settings, 'keyEncryptionKeys'>,
  developmentKeys: DevelopmentKeys | undefined,
): string | undefined {
  return keyEncryptionKeys ?? developmentKeys?.keyEncryptionKeys;
}

/** In the words of the command line, which knows nothing of the service's own errors. */
function explain(cause: unknown): never {
  if (!(cause instanceof StartError)) throw cause;
  throw new PlinthError('CONFIG_INVALID', cause.message, { hint: cause.hint, cause });
}
