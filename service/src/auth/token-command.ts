// The work of `npm run token`: from its arguments to a token. It opens no database, so that it runs
// beside the service, prints nothing and ends nothing.

import { parseArgs } from 'node:util';
import { parseDatabaseUrl } from 'plinth';
import { z } from 'zod';
import { type Environment, readEnvironment } from '../env-file.js';
import { TENANT_ID } from '../schemas/tenant-id.js';
import { readSettings, type Settings } from '../settings.js';
import { StartError } from '../start-error.js';
import { SCOPES, type Scope } from './caller.js';
import { developmentKeysOf } from './prepare-authentication.js';
import { SUBJECT } from './read-claims.js';
import { signToken, type TokenRequest } from './sign-token.js';

const MAX_MINUTES = 10_080;

const HINT =
  'Run it as: npm run -s token -- [--tenant acme] [--scope tenant:read,tenant:write] ' +
  '[--subject ada] [--minutes 60].';

const requestSchema = z.object({
  subject: z.string().regex(SUBJECT, 'is a text of 1 to 255 characters').default('developer'),
  tenant: z
    .string()
    .regex(TENANT_ID, 'is 1 to 100 letters, digits, ".", "_" or "-", the first a letter or a digit')
    .optional(),
  scope: z
    .array(z.string())
    .transform((texts) => texts.flatMap((text) => text.split(/[\s,]+/)))
    .pipe(z.array(z.enum(SCOPES, `is some of ${SCOPES.join(', ')}`)))
    .default(['tenant:read', 'tenant:write']),
  minutes: z
    .string()
    .regex(/^\d{1,5}$/, `is a whole number from 1 to ${MAX_MINUTES}`)
    .default('60')
    .transform(Number)
    .refine((minutes) => minutes >= 1 && minutes <= MAX_MINUTES, {
      error: `is a whole number from 1 to ${MAX_MINUTES}`,
    }),
});

/**
 * A token for the service that is started in this folder with these settings.
 *
 * @throws StartError for arguments it does not know, and where the service has no keys of
 *   development: on a server, in production, with an issuer of its own.
 */
export async function makeToken(
  args: readonly string[],
  environment: Environment,
  folder: string,
): Promise<string> {
  const request = readRequest(args);
  const settings = readSettings(readEnvironment(environment, folder));
  const keys = await developmentKeysOf(settings, folder);
  if (keys === undefined) throw noKeys(settings);
  return await signToken(keys, request);
}

function readRequest(args: readonly string[]): TokenRequest {
  const { data, error } = requestSchema.safeParse(readArguments(args));
  if (data === undefined) {
    const problems = error.issues.map(({ path, message }) => `--${String(path[0])} ${message}`);
    throw new StartError([...new Set(problems)].join('; '), { hint: HINT });
  }
  const scopes: readonly Scope[] = data.scope;
  return { subject: data.subject, tenant: data.tenant, scopes, minutes: data.minutes };
}

function readArguments(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({
      args: [...args],
      options: { tenant: text, scope: { ...text, multiple: true }, subject: text, minutes: text },
    });
    return values;
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new StartError(cause.message, { hint: HINT, cause });
  }
}

function noKeys({ appEnv, database, identityProvider }: Settings): StartError {
  if (identityProvider !== undefined) {
    return new StartError(`the service accepts tokens of ${identityProvider.issuer} only`, {
      hint: 'Get one there, or unset AUTH_ISSUER, AUTH_AUDIENCE and AUTH_JWKS_URL.',
    });
  }
  const where =
    parseDatabaseUrl(database.url).kind === 'server' ? 'on a server' : `where APP_ENV is ${appEnv}`;
  return new StartError(`there are no tokens of development ${where}`, {
    hint: 'Set AUTH_ISSUER, AUTH_AUDIENCE and AUTH_JWKS_URL, and get tokens of that issuer.',
  });
}
