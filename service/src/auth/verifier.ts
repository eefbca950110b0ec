// Whose tokens are accepted, and which algorithms at all.

import type { JWTVerifyGetKey } from 'jose';

export interface Verifier {
  readonly issuer: string;
  readonly audience: string;
  /** @throws JOSEError where the token names no key of the issuer's; else the keys are away. */
  readonly findKey: JWTVerifyGetKey;
}

/**
 * Those with a public and a private key. With a shared key whoever can verify a token can make
 * one, and a public key must never pass for it.
 */
export const ALGORITHMS: string[] = [
  'EdDSA',
  'Ed25519',
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
];
