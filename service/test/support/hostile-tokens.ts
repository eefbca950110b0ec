// Tokens that no service may accept, each with the reason in its name. The provider's own keys
// sign most of them, so that only one thing is wrong with each.

import { createHmac } from 'node:crypto';
import { exportSPKI, type JWSHeaderParameters } from 'jose';
import {
  encodePart,
  type IdentityProvider,
  makeKey,
  type ProviderKey,
  sign,
} from './identity-provider.js';

type MakeToken = (provider: IdentityProvider) => Promise<string>;

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

/** A token of the provider's with other claims. */
function claims(changes: () => Record<string, unknown>): MakeToken {
  return async (provider) => await provider.token(changes());
}

/** One whose payload is this text, signed by the provider. */
function payload(write: (claims: Record<string, unknown>) => string): MakeToken {
  return async (provider) => await sign(provider.keyOf('ES256'), write(provider.claims()));
}

/** One with another header, signed by the provider. */
function header(changes: JWSHeaderParameters, algorithm = 'ES256'): MakeToken {
  return async (provider) =>
    await sign(provider.keyOf(algorithm), JSON.stringify(provider.claims()), changes);
}

/** One with this very header, whose signature is right. */
function rawHeader(head: string): MakeToken {
  return async (provider) => {
    const input = `${encodePart(head)}.${encodePart(provider.claims())}`;
    const { privateKey } = provider.keyOf('ES256');
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
    const signature = await crypto.subtle.sign(algorithm, privateKey, Buffer.from(input));
    return `${input}.${Buffer.from(signature).toString('base64url')}`;
  };
}

type Parts = { readonly head: string; readonly body: string; readonly signature: string };

/** One of the provider's whose parts were changed after it was signed. */
function tampered(change: (parts: Parts) => string): MakeToken {
  return async (provider) => {
    const [head = '', body = '', signature = ''] = (await provider.token()).split('.');
    return change({ head, body, signature });
  };
}

/** One with another header than the one that was signed. */
function swapped(from: string, to: string): MakeToken {
  return async (provider) => {
    const [, body, signature] = (await provider.token({}, from)).split('.');
    const { kid } = provider.keyOf(from).publicJwk;
    return `${encodePart({ alg: to, typ: 'JWT', kid })}.${body}.${signature}`;
  };
}

function unsigned(alg: string): MakeToken {
  return async (provider) => `${encodePart({ alg, typ: 'JWT' })}.${encodePart(provider.claims())}.`;
}

/** One of a shared key, for which the provider's public key is taken. */
function sharedKey(
  alg: 'HS256' | 'HS512',
  from: string,
  secretOf: (key: ProviderKey) => Promise<string> | string,
): MakeToken {
  return async (provider) => {
    const key = provider.keyOf(from);
    const head = encodePart({ alg, typ: 'JWT', kid: key.publicJwk.kid });
    const input = `${head}.${encodePart(provider.claims())}`;
    const mac = createHmac(alg.replace('HS', 'sha'), await secretOf(key)).update(input);
    return `${input}.${mac.digest('base64url')}`;
  };
}

/** One of somebody else's key, with a header that speaks for it. */
function foreign(
  headerOf: (key: ProviderKey, provider: IdentityProvider) => JWSHeaderParameters,
  kid = 'ES256-1',
): MakeToken {
  return async (provider) => {
    const key = await makeKey('ES256', kid);
    return await sign(key, JSON.stringify(provider.claims()), headerOf(key, provider));
  };
}

/** As `foreign`, without a key id. */
function anonymous(headerOf: (key: ProviderKey) => JWSHeaderParameters): MakeToken {
  return async (provider) => {
    const key = await makeKey('ES256', 'mine');
    const { kid: _, ...publicJwk } = key.publicJwk;
    const payload = JSON.stringify(provider.claims());
    return await sign({ ...key, publicJwk }, payload, headerOf(key));
  };
}

const pemOf = async ({ publicKey }: ProviderKey) => await exportSPKI(publicKey);
const jwkOf = ({ publicJwk }: ProviderKey) => JSON.stringify(publicJwk);
const modulusOf = ({ publicJwk }: ProviderKey) => publicJwk.n ?? '';

const TIME: readonly (readonly [string, MakeToken])[] = [
  ['expired', claims(() => ({ exp: inSeconds(-60) }))],
  ['expired long ago', claims(() => ({ exp: 1 }))],
  ['not valid yet', claims(() => ({ nbf: inSeconds(600) }))],
  ['without exp', claims(() => ({ exp: undefined }))],
  ['exp as text', claims(() => ({ exp: String(inSeconds(600)) }))],
  ['exp null', claims(() => ({ exp: null }))],
  ['nbf as text', claims(() => ({ nbf: '0' }))],
  [
    'exp twice, the last one past',
    payload((all) => JSON.stringify(all).replace(/}$/, ',"exp":1}')),
  ],
];

const PARTIES: readonly (readonly [string, MakeToken])[] = [
  ['of another issuer', claims(() => ({ iss: 'https://elsewhere.test/' }))],
  [
    'of almost the issuer',
    async (provider) => await provider.token({ iss: provider.issuer.replace(/\/$/, '') }),
  ],
  ['without issuer', claims(() => ({ iss: undefined }))],
  ['of a list of issuers', async (provider) => await provider.token({ iss: [provider.issuer] })],
  ['for another audience', claims(() => ({ aud: 'https://other.test' }))],
  ['for others in a list', claims(() => ({ aud: ['https://a.test', 'https://b.test'] }))],
  ['for nobody', claims(() => ({ aud: [] }))],
  ['without audience', claims(() => ({ aud: undefined }))],
  ['audience as object', claims(() => ({ aud: { 0: 'https://api.test' } }))],
];

const SUBJECTS: readonly (readonly [string, MakeToken])[] = [
  ['without subject', claims(() => ({ sub: undefined }))],
  ['subject empty', claims(() => ({ sub: '' }))],
  ['subject blank', claims(() => ({ sub: ' \u00A0' }))],
  ['subject number', claims(() => ({ sub: 42 }))],
  ['subject null', claims(() => ({ sub: null }))],
  ['subject list', claims(() => ({ sub: ['ada'] }))],
  ['subject with U+0000', claims(() => ({ sub: 'ada\u0000' }))],
  ['subject with half a pair', payload((all) => JSON.stringify(all).replace('"ada"', '"\\ud800"'))],
  ['subject of 256 characters', claims(() => ({ sub: 'a'.repeat(256) }))],
];

const TENANTS: readonly (readonly [string, MakeToken])[] = [
  ...[
    ['with a Cyrillic letter', '\u0430cme'],
    ['in full width', '\uFF41cme'],
    ['with a combining mark', 'acme\u0301'],
    ['with a zero-width space', 'ac\u200Bme'],
    ['with an override', '\u202Eacme'],
    ['with U+0000', 'acme\u0000'],
    ['with a newline', 'acme\n'],
    ['with a space', 'acme '],
    ['with SQL', "acme' OR '1'='1"],
    ['with a path', '../acme'],
    ['empty', ''],
    ['too long', 'a'.repeat(101)],
  ].map(([name = '', tenant]) => [`tenant ${name}`, claims(() => ({ tenant }))] as const),
  ['tenant null', claims(() => ({ tenant: null }))],
  ['tenant number', claims(() => ({ tenant: 1 }))],
  ['tenant list', claims(() => ({ tenant: ['acme'] }))],
  ['two tenants', claims(() => ({ tenant: 'acme', tenant_id: 'globex' }))],
  ['tenant_id with a Cyrillic letter', claims(() => ({ tenant_id: '\u0430cme' }))],
];

const SCOPES: readonly (readonly [string, MakeToken])[] = [
  ['scope number', claims(() => ({ scope: 7 }))],
  ['scope null', claims(() => ({ scope: null }))],
  ['scope object', claims(() => ({ scope: { admin: true } }))],
  ['scope list of numbers', claims(() => ({ scope: ['admin', 1] }))],
  ['scopes true', claims(() => ({ scopes: true }))],
];

const SIGNATURES: readonly (readonly [string, MakeToken])[] = [
  ['unsigned', unsigned('none')],
  ['unsigned, NONE', unsigned('NONE')],
  ['unsigned, empty', unsigned('')],
  ['signature cut off', tampered(({ head, body }) => `${head}.${body}.`)],
  ['signature of nothing', tampered(({ head, body }) => `${head}.${body}.AAAA`)],
  [
    'payload changed',
    tampered(({ head, signature }) => `${head}.${encodePart({ sub: 'eve' })}.${signature}`),
  ],
  [
    'algorithm dropped',
    tampered(({ body }) => `${encodePart({ alg: 'none', kid: 'ES256-1' })}.${body}.`),
  ],
  ['RS256 said to be PS256', swapped('RS256', 'PS256')],
  ['RS256 said to be RS512', swapped('RS256', 'RS512')],
  ['ES256 said to be ES384', swapped('ES256', 'ES384')],
  ['ES256 said to be EdDSA', swapped('ES256', 'EdDSA')],
  ['RS256 said to be HS256', swapped('RS256', 'HS256')],
  ['ES256 said to be ES256K', swapped('ES256', 'ES256K')],
  ['ES256 said to be dir', swapped('ES256', 'dir')],
  ['HS256 with the PEM of RS256', sharedKey('HS256', 'RS256', pemOf)],
  ['HS256 with the JWK of RS256', sharedKey('HS256', 'RS256', jwkOf)],
  ['HS256 with the modulus of RS256', sharedKey('HS256', 'RS256', modulusOf)],
  ['HS256 with the PEM of ES256', sharedKey('HS256', 'ES256', pemOf)],
  ['HS512 with the JWK of EdDSA', sharedKey('HS512', 'EdDSA', jwkOf)],
  ['HS256 with an empty key', sharedKey('HS256', 'RS256', () => '')],
];

const KEYS: readonly (readonly [string, MakeToken])[] = [
  ['of another key, under a known id', foreign(() => ({}))],
  ['of another key, under its own id', foreign(() => ({}), 'mine')],
  ['with its key in the header', foreign(({ publicJwk }) => ({ jwk: publicJwk }))],
  ['with its key in the header, without an id', anonymous(({ publicJwk }) => ({ jwk: publicJwk }))],
  ['with a URL of keys', foreign((_key, { issuer }) => ({ jku: `${issuer}jku.json` }), 'mine')],
  ['with a URL of certificates', foreign((_key, { issuer }) => ({ x5u: `${issuer}x5u.pem` }))],
  ['with certificates', foreign(() => ({ x5c: ['MIIB'] }))],
  ['with the id of a key of another kind', header({ kid: 'RS256-1' })],
  ['with SQL for an id', header({ kid: "' UNION SELECT 'key" })],
  ['with a path for an id', header({ kid: '../../../../dev/null' })],
];

const FORMS: readonly (readonly [string, MakeToken])[] = [
  ['of another type', header({ typ: 'logout+jwt' })],
  ['of a type that is no text', rawHeader('{"alg":"ES256","typ":1}')],
  ['with a number for an id', rawHeader('{"alg":"ES256","kid":1}')],
  ['with a list of algorithms', rawHeader('{"alg":["ES256"]}')],
  ['without algorithm', rawHeader('{"kid":"ES256-1"}')],
  ['with two algorithms', rawHeader('{"alg":"ES256","alg":"none"}')],
  ['payload no JSON', payload(() => 'ada')],
  ['payload a list', payload((all) => JSON.stringify([all]))],
  ['payload null', payload(() => 'null')],
  ['payload empty', payload(() => '')],
  ['payload nested deep', payload(() => `${'['.repeat(3000)}${']'.repeat(3000)}`)],
  ['claims in the prototype', payload((all) => `{"__proto__":${JSON.stringify(all)}}`)],
  ['one part', async () => 'token'],
  ['two parts', tampered(({ head, body }) => `${head}.${body}`)],
  ['five parts', tampered(({ head, body, signature }) => `${head}.${body}.${signature}.a.b`)],
  ['three empty parts', async () => '..'],
  ['header no JSON', tampered(({ body, signature }) => `e30x.${body}.${signature}`)],
  ['header a list', tampered(({ body, signature }) => `W10.${body}.${signature}`)],
  [
    'header with an extension it must know',
    rawHeader('{"alg":"ES256","kid":"ES256-1","crit":["exp"],"exp":1}'),
  ],
  [
    'header with a payload that is not encoded',
    rawHeader('{"alg":"ES256","kid":"ES256-1","b64":false,"crit":["b64"]}'),
  ],
  ['padded', tampered(({ head, body, signature }) => `${head}.${body}.${signature}==`)],
  ['of 8193 characters', async () => 'a'.repeat(8193)],
  ['of 12000 characters', claims(() => ({ more: 'a'.repeat(9000) }))],
];

/** Each is answered with 401, by every route that wants a token. */
export const HOSTILE_TOKENS: readonly (readonly [string, MakeToken])[] = [
  ...TIME,
  ...PARTIES,
  ...SUBJECTS,
  ...TENANTS,
  ...SCOPES,
  ...SIGNATURES,
  ...KEYS,
  ...FORMS,
];
