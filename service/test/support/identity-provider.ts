// An identity provider on loopback: keys, tokens, and a real HTTP server for its JWKS that can be
// away, slow or wrong.

import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import {
  CompactSign,
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWSHeaderParameters,
} from 'jose';
import { afterAll, beforeAll } from 'vitest';

export const AUDIENCE = 'https://api.test';
export const KEY_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const;

export interface ProviderKey {
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  /** With `kid` and `alg`, as a JWKS has it. */
  readonly publicJwk: JWK;
}

/** What a JWKS endpoint may do instead of answering well. */
export type Answering =
  | 'well'
  | 'with an error'
  | 'with a page'
  | 'with other JSON'
  | 'with a redirect'
  | 'with damaged keys'
  | 'never';

export class IdentityProvider {
  keys: readonly ProviderKey[] = [];
  answering: Answering = 'well';
  /** How often its keys were fetched. */
  fetches = 0;
  readonly #server: Server = createServer((_request, response) => this.#answer(response));

  async start(): Promise<void> {
    this.keys = await Promise.all(KEY_ALGORITHMS.map((name) => makeKey(name, `${name}-1`)));
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  get issuer(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('it is not started');
    return `http://127.0.0.1:${address.port}/`;
  }

  get jwksUrl(): URL {
    return new URL('jwks.json', this.issuer);
  }

  keyOf(algorithm: string): ProviderKey {
    const key = this.keys.find((known) => known.algorithm === algorithm);
    if (key === undefined) throw new Error(`it has no key for ${algorithm}`);
    return key;
  }

  /** Good claims, and what is to be different; `undefined` leaves a claim out. */
  claims(changes: Record<string, unknown> = {}): Record<string, unknown> {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: this.issuer,
      aud: AUDIENCE,
      sub: 'ada',
      iat: now,
      exp: now + 600,
      tenant: 'acme',
      scope: 'tenant:read',
      ...changes,
    };
  }

  /** A token with good claims, apart from the changes. */
  async token(changes: Record<string, unknown> = {}, algorithm = 'ES256'): Promise<string> {
    return await sign(this.keyOf(algorithm), JSON.stringify(this.claims(changes)));
  }

  #answer(response: ServerResponse): void {
    this.fetches += 1;
    const jwks = JSON.stringify({ keys: this.keys.map(({ publicJwk }) => publicJwk) });
    switch (this.answering) {
      case 'well':
        response.setHeader('content-type', 'application/json').end(jwks);
        return;
      case 'with an error':
        response.writeHead(500).end(jwks);
        return;
      case 'with a page':
        response.setHeader('content-type', 'text/html').end('<html>Down for maintenance</html>');
        return;
      case 'with other JSON':
        response.end('{"keys":{"0":null}}');
        return;
      case 'with a redirect':
        response.writeHead(302, { location: '/elsewhere' }).end();
        return;
      case 'with damaged keys':
        response.end(jwks.replace(/"(x|n)":"[^"]+"/g, '"$1":"AAAA"'));
        return;
      case 'never':
        return;
      default:
        this.answering satisfies never;
    }
  }
}

/** Gives a suite a provider that runs while its tests do. */
export function useIdentityProvider(): IdentityProvider {
  const provider = new IdentityProvider();
  beforeAll(async () => await provider.start());
  afterAll(async () => await provider.stop());
  return provider;
}

export async function makeKey(algorithm: string, kid: string): Promise<ProviderKey> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' };
  return { algorithm, privateKey, publicKey, publicJwk };
}

/** Signs a payload as it is, whatever it holds. */
export async function sign(
  { algorithm, privateKey, publicJwk }: Pick<ProviderKey, 'algorithm' | 'privateKey' | 'publicJwk'>,
  payload: string,
  header: JWSHeaderParameters = {},
): Promise<string> {
  const kid = publicJwk.kid === undefined ? {} : { kid: publicJwk.kid };
  return await new CompactSign(new TextEncoder().encode(payload))
    .setProtectedHeader({ alg: algorithm, typ: 'JWT', ...kid, ...header })
    .sign(privateKey);
}

export function encodePart(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return Buffer.from(text).toString('base64url');
}
