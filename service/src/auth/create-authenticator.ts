// Verifies tokens: JSON Web Tokens (RFC 7519) under the advice of RFC 8725. It fetches nothing
// itself and throws nothing: whatever a token holds, there is a verdict.

import { errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Authenticator, Verdict } from './authenticator.js';
import { readClaims } from './read-claims.js';
import { KeysUnavailable } from './remote-keys.js';
import { ALGORITHMS, type Verifier } from './verifier.js';

/** How far the clocks of issuer and service may differ, in seconds. */
const CLOCK_TOLERANCE_S = 30;

/** RFC 7519, section 5.1, and RFC 9068, section 2.1. A token for another purpose has another one. */
const TYPE = /^(?:application\/)?(?:at\+)?jwt$/i;

/** Three parts of base64url without padding (RFC 7515, sections 2 and 7.1). */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** An authenticator that accepts the tokens of one issuer for one audience. */
export function createAuthenticator(verifier: Verifier): Authenticator {
  return {
    async authenticate(token, onOutage) {
      if (!COMPACT.test(token)) return refused('not of three parts');
      try {
        return await verify(verifier, token, onOutage);
      } catch (error) {
        if (error instanceof KeysUnavailable) return { kind: 'unavailable', cause: error };
        return refused(describe(error));
      }
    },
  };
}

async function verify(
  verifier: Verifier,
  token: string,
  onOutage?: (cause: unknown) => void,
): Promise<Verdict> {
  const { issuer, audience, findKey } = verifier;
  const find: JWTVerifyGetKey = (header, jws) => findKey(header, jws, onOutage);
  const { payload, protectedHeader } = await jwtVerify(token, find, {
    issuer,
    audience,
    algorithms: ALGORITHMS,
    requiredClaims: ['exp', 'sub'],
    clockTolerance: CLOCK_TOLERANCE_S,
  });
  const type: unknown = protectedHeader.typ;
  if (type !== undefined && !(typeof type === 'string' && TYPE.test(type))) return refused('typ');
  const read = readClaims(issuer, payload);
  if (read.kind === 'unusable') return refused(`claims: ${read.claims.join(', ')}`);
  return { kind: 'accepted', caller: read.caller };
}

function refused(reason: string): Verdict {
  return { kind: 'refused', reason };
}

/** The kind of error alone: its text, and more so its members, may repeat the token's. */
function describe(error: unknown): string {
  if (!(error instanceof errors.JOSEError)) {
    // The issuer's own key: one that cannot be imported, or that is too short.
    return `the key cannot be used: ${error instanceof Error ? error.name : typeof error}`;
  }
  const isOfClaim =
    error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired;
  return isOfClaim ? `${error.code} ${error.claim}` : error.code;
}
