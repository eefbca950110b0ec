// Makes a token of development. It reads nothing and prints nothing.

import { SignJWT } from 'jose';
import type { Scope } from './caller.js';
import { DEVELOPMENT_ALGORITHM, type DevelopmentKeys } from './development-keys.js';

export interface TokenRequest {
  readonly subject: string;
  readonly tenant: string | undefined;
  readonly scopes: readonly Scope[];
  /** How long it holds. */
  readonly minutes: number;
}

/** An access token as RFC 9068 has it. */
export async function signToken(
  { signingKey, verifier }: Pick<DevelopmentKeys, 'signingKey' | 'verifier'>,
  { subject, tenant, scopes, minutes }: TokenRequest,
): Promise<string> {
  const claims = { scope: scopes.join(' '), ...(tenant === undefined ? {} : { tenant }) };
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: DEVELOPMENT_ALGORITHM, typ: 'at+jwt' })
    .setIssuer(verifier.issuer)
    .setAudience(verifier.audience)
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime(`${minutes} minutes`)
    .sign(signingKey);
}
