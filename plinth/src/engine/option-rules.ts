// What each option of an engine may be, apart from what its URL says.

import { z } from 'zod';
import type { EngineOptions } from './engine-options.js';
import { SSL_MODES } from './ssl.js';

/** The longest time an option takes: what a timer of Node and PostgreSQL can both hold. */
const A_DAY = 86_400;
const A_MONTH = 30 * A_DAY;

/** Every message ends a sentence that begins with the option, its value, "and must be". */
export const optionsSchema = z.strictObject({
  url: z.string(),
  variable: text('the name of the setting that holds the URL'),
  password: z
    .custom<() => string | Promise<string>>((value) => typeof value === 'function', {
      error: 'a function that returns the password',
    })
    .exactOptional(),
  poolSize: whole(1, 1000, 10),
  maxOverflow: whole(0, 1000, 10),
  poolTimeout: seconds(30),
  poolRecycle: secondsOrNone(A_MONTH, 3600),
  prePing: z.boolean({ error: 'true or false' }).exactOptional(),
  connectRetries: whole(1, 100, 3),
  connectTimeout: seconds(10),
  statementTimeout: secondsOrNone(A_DAY, 30),
  idleInTransactionTimeout: secondsOrNone(A_DAY, 60),
  closeTimeout: secondsOrNone(A_DAY, 10),
  leakThreshold: secondsOrNone(A_DAY, 60),
  stallCheck: secondsOrNone(A_DAY, 10),
  slowQueryThreshold: secondsOrNone(A_DAY, 0.5),
  statementCacheSize: whole(0, 100_000, 256),
  pooler: oneOf(['none', 'transaction']),
  tenantRole: text('the name of a role, such as app_user'),
  embeddedExtensions: namesList('a list of names, such as ["citext"]'),
  applicationName: text('a name, such as my-service'),
  sslMode: oneOf(SSL_MODES),
  sslRootCert: text('the path of a file with a root certificate, or system'),
} satisfies Record<keyof EngineOptions, z.ZodType>);

export type OptionName = keyof typeof optionsSchema.shape;

export const OPTION_NAMES: readonly string[] = Object.keys(optionsSchema.shape);

function text(expected: string) {
  // A value with U+0000 cannot be sent to PostgreSQL.
  return z
    .string({ error: expected })
    .refine((value) => value.trim() !== '' && !value.includes('\u0000'), { error: expected })
    .exactOptional();
}

function namesList(error: string) {
  return z.array(z.string({ error }), { error }).readonly().exactOptional();
}

function whole(least: number, most: number, example: number) {
  const error = `a whole number from ${least} to ${most}, such as ${example}`;
  return z.int({ error }).min(least, { error }).max(most, { error }).exactOptional();
}

function seconds(example: number) {
  const error = `a number of seconds from 0.001 to ${A_DAY}, such as ${example}`;
  return z.number({ error }).min(0.001, { error }).max(A_DAY, { error }).exactOptional();
}

function secondsOrNone(most: number, example: number) {
  const error = `a number of seconds from 0.001 to ${most}, such as ${example}, or 0 for none`;
  // PostgreSQL rounds less than a millisecond to 0, which would mean none.
  return z
    .number({ error })
    .max(most, { error })
    .refine((value) => value === 0 || value >= 0.001, { error })
    .exactOptional();
}

function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, { error: `one of ${words.join(', ')}` }).exactOptional();
}
