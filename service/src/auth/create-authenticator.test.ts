import { randomBytes } from 'node:crypto';
import { generateKeyPair, SignJWT } from 'jose';
import { expect, it } from 'vitest';
import { createAuthenticator } from './create-authenticator.js';
import { KeysUnavailable } from './remote-keys.js';
import type { Verifier } from './verifier.js';

const PARTIES = { issuer: 'https://id.test/', audience: 'api' };

async function sign(alg: string, key: Parameters<SignJWT['sign']>[0]): Promise<string> {
  return await new SignJWT({})
    .setProtectedHeader({ alg })
    .setIssuer(PARTIES.issuer)
    .setAudience(PARTIES.audience)
    .setSubject('ada')
    .setExpirationTime('1 minute')
    .sign(key);
}

async function verdictOn(token: string, findKey: Verifier['findKey']) {
  return await createAuthenticator({ ...PARTIES, findKey }).authenticate(token);
}

// A set of public keys would refuse it as well; this is the wall before it.
it.each(['HS256', 'HS384', 'HS512'])('never asks for the key of %s', async (alg) => {
  const secret = randomBytes(64);
  let asked = false;
  const verdict = await verdictOn(await sign(alg, secret), async () => {
    asked = true;
    return secret;
  });
  expect(verdict).toEqual({ kind: 'refused', reason: 'ERR_JOSE_ALG_NOT_ALLOWED' });
  expect(asked).toBe(false);
});

it('has no verdict on a token when the keys are away', async () => {
  const { privateKey } = await generateKeyPair('ES256');
  const cause = new KeysUnavailable(new Error('away'));
  const verdict = await verdictOn(await sign('ES256', privateKey), async () => {
    throw cause;
  });
  expect(verdict).toEqual({ kind: 'unavailable', cause });
});

it('refuses a token whose key cannot be used', async () => {
  const { privateKey } = await generateKeyPair('ES256');
  const verdict = await verdictOn(await sign('ES256', privateKey), async () => {
    throw new TypeError('hush');
  });
  expect(verdict).toEqual({ kind: 'refused', reason: 'the key cannot be used: TypeError' });
});
