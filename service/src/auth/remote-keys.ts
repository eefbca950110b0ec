// The public keys of an identity provider, fetched from its JWKS URL and kept for a while. What a
// token says about keys (`jwk`, `jku`, `x5u`) is never looked at.

import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import type { FindKey } from './verifier.js';

/** All in milliseconds. */
export interface RemoteKeyOptions {
  /** After it keys are fetched anew. Default: 10 minutes. */
  readonly maxAge?: number;
  /** After a fetch, how long a key that is not known makes no new one. Default: 30 seconds. */
  readonly cooldown?: number;
  /** After a fetch that failed, how long none is tried. Default: 5 seconds. */
  readonly pause?: number;
  /** Longest fetch. Default: 3 seconds. */
  readonly timeout?: number;
  /** How long keys count after they were fetched, where fetching fails. Default: 1 hour. */
  readonly keep?: number;
}

/** The keys of the issuer could not be had. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';

  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`the keys of the issuer cannot be used: ${reason}`, { cause });
  }
}

interface KeptKeys {
  readonly find: JWTVerifyGetKey;
  readonly until: number;
}

/**
 * Finds the key that a token names. Where fetching fails, keys that were fetched before go on
 * counting for a while, and each failed fetch is told once.
 *
 * @throws KeysUnavailable where fetching fails and the key is not known; else it is of the token,
 * or of its key.
 */
export function remoteKeys(url: URL, options: RemoteKeyOptions = {}): FindKey {
  const { pause = 5_000, keep = 3_600_000 } = options;
  let kept: KeptKeys | undefined;
  let failure: { readonly error: KeysUnavailable; readonly until: number } | undefined;
  let untold: KeysUnavailable | undefined;
  const keys = createRemoteJWKSet(url, {
    cacheMaxAge: options.maxAge ?? 600_000,
    cooldownDuration: options.cooldown ?? 30_000,
    timeoutDuration: options.timeout ?? 3_000,
    [customFetch]: async (address, request) => {
      // A provider that is away is not asked once for each request that waits for it.
      if (failure !== undefined && Date.now() < failure.until) throw failure.error;
      try {
        const set = await fetchKeySet(address, request);
        kept = { find: createLocalJWKSet(set), until: Date.now() + keep };
        return Response.json(set);
      } catch (error) {
        untold = new KeysUnavailable(error);
        failure = { error: untold, until: Date.now() + pause };
        throw untold;
      }
    },
  });
  return async (header, token, onOutage) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof KeysUnavailable)) throw error;
      if (kept === undefined || Date.now() >= kept.until) throw error;
      if (untold !== undefined) onOutage?.(untold);
      untold = undefined;
      return await findKept(kept.find, error, header, token);
    }
  };
}

/** The whole answer is read here, so that whatever is wrong with it is an error of fetching. */
async function fetchKeySet(address: string, request: RequestInit): Promise<JSONWebKeySet> {
  const response = await fetch(address, request);
  if (response.status !== 200) throw new Error(`the answer has status ${response.status}`);
  const set: unknown = await response.json();
  if (!isKeySet(set)) throw new Error('the answer is no JSON Web Key Set');
  return set;
}

/** What its keys are like, createLocalJWKSet checks. */
function isKeySet(value: unknown): value is JSONWebKeySet {
  return (
    typeof value === 'object' && value !== null && 'keys' in value && Array.isArray(value.keys)
  );
}

/** A key that is not among those kept may be a new one: nobody can tell. */
async function findKept(
  find: JWTVerifyGetKey,
  outage: KeysUnavailable,
  ...named: Parameters<JWTVerifyGetKey>
): Promise<Awaited<ReturnType<JWTVerifyGetKey>>> {
  try {
    return await find(...named);
  } catch (error) {
    throw error instanceof errors.JWKSNoMatchingKey ? outage : error;
  }
}
