// The settings of who may call: whose tokens are accepted, and where one is required.

import type { z } from 'zod';
import type { Environment } from '../env-file.js';
import { flag, secretSetting, setting } from '../setting.js';

/** Whose tokens are accepted, on OpenID Connect's terms. */
export interface IdentityProvider {
  /** As the claim `iss` has it, to the letter. */
  readonly issuer: string;
  /** This service, as the claim `aud` names it. */
  readonly audience: string;
  /** Where its public keys are (JWKS). */
  readonly jwksUrl: URL;
}

export const authVariables = {
  AUTH_REQUIRED: flag().default(false),
  AUTH_ISSUER: setting('the issuer of tokens, without white space', readName).optional(),
  AUTH_AUDIENCE: setting('the audience of tokens, without white space', readName).optional(),
  AUTH_JWKS_URL: secretSetting(
    'an https URL without a password (http only for this machine itself)',
    readJwksUrl,
  ).optional(),
};

const PROVIDER = ['AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_JWKS_URL'] as const;

/** What is wrong with variables that are right one by one. */
export function authProblems(
  environment: Environment,
  { canMakeTokens }: { readonly canMakeTokens: boolean },
): readonly string[] {
  const given = PROVIDER.filter((name) => environment[name] !== undefined);
  if (given.length > 0) {
    return PROVIDER.filter((name) => !given.includes(name)).map(
      (name) =>
        `${name} is not set, and must be where ${given.join(' and ')} ${given.length === 1 ? 'is' : 'are'}`,
    );
  }
  const required = authVariables.AUTH_REQUIRED.safeParse(environment.AUTH_REQUIRED).data;
  if (required !== true || canMakeTokens) return [];
  const where = 'on a server and in production';
  return [`AUTH_REQUIRED must be false without ${PROVIDER.join(', ')}, ${where}`];
}

/** The provider that the variables name; `undefined` where they name none. */
export function identityProviderOf(
  variables: z.infer<z.ZodObject<typeof authVariables>>,
): IdentityProvider | undefined {
  const { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience, AUTH_JWKS_URL: jwksUrl } = variables;
  if (issuer === undefined || audience === undefined || jwksUrl === undefined) return undefined;
  return { issuer, audience, jwksUrl };
}

function readName(text: string): string | undefined {
  return /^[!-~]{1,500}$/.test(text) ? text : undefined;
}

function readJwksUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
  return isSafe && url.username === '' && url.password === '' ? url : undefined;
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
