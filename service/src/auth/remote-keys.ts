// The public keys of an identity provider, fetched from its JWKS URL and kept for a while. What a
// token says about keys (`jwk`, `jku`, `x5u`) is never looked at.

import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';

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
}

/** The keys of the issuer could not be had. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';

  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`the keys of the issuer cannot be used: ${reason}`, { cause });
  }
}

/** Finds the key that a token names; throws KeysUnavailable where none could be fetched. */
export function remoteKeys(url: URL, options: RemoteKeyOptions = {}): JWTVerifyGetKey {
  const pause = options.pause ?? 5_000;
  let failure: { readonly error: KeysUnavailable; readonly until: number } | undefined;
  const keys = createRemoteJWKSet(url, {
    cacheMaxAge: options.maxAge ?? 600_000,
    cooldownDuration: options.cooldown ?? 30_000,
    timeoutDuration: options.timeout ?? 3_000,
    [customFetch]: async (address, request) => {
      // A provider that is away is not asked once for each request that waits for it.
      if (failure !== undefined && Date.now() < failure.until) throw failure.error;
      return await fetch(address, request);
    },
  });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (isOfToken(error) || error instanceof KeysUnavailable) throw error;
      failure = { error: new KeysUnavailable(error), until: Date.now() + pause };
      throw failure.error;
    }
  };
}

/** Whether the token, and not the set of keys, is to blame. */
function isOfToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}
