// Whose tokens are accepted, and which algorithms at all.

import type { JWTVerifyGetKey } from 'jose';

export interface Verifier {
  readonly issuer: string;
  readonly audience: string;
  readonly findKey: FindKey;
}

/**
 * @param onOutage Told when the keys cannot be fetched, though the key is known from before.
 * @throws KeysUnavailable where the keys are away; else there is no key for the token.
 */
export type FindKey = (
  ...args: [...named: Parameters<JWTVerifyGetKey>, onOutage?: (cause: unknown) => void]
) => ReturnType<JWTVerifyGetKey>;

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
