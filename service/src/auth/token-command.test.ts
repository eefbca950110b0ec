import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { StartError } from '../start-error.js';
import { makeToken } from './token-command.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plinth-token-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function claimsOf(args: readonly string[]) {
  const token = await makeToken(args, {}, folder);
  expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', typ: 'at+jwt' });
  const { iat = 0, exp = 0, iss, aud, ...claims } = decodeJwt(token);
  expect([iss, aud]).toEqual(['urn:plinth:development', 'plinth-service']);
  return { ...claims, minutes: (exp - iat) / 60 };
}

async function errorOf(args: readonly string[], environment: Record<string, string> = {}) {
  const error: unknown = await makeToken(args, environment, folder).catch((reason) => reason);
  if (error instanceof StartError) return `${error.message} / ${error.hint}`;
  throw new Error('there is no StartError', { cause: error });
}

it.each([
  [[], { sub: 'developer', scope: 'tenant:read tenant:write', minutes: 60 }],
  [
    ['--tenant', 'acme', '--scope', 'tenant:read', '--subject', 'ada', '--minutes', '5'],
    { sub: 'ada', tenant: 'acme', scope: 'tenant:read', minutes: 5 },
  ],
  [['--scope=admin,tenant:read'], { scope: 'admin tenant:read' }],
  [
    ['--scope', 'admin', '--scope', 'tenant:read tenant:write'],
    { scope: 'admin tenant:read tenant:write' },
  ],
  [['--minutes', '10080'], { minutes: 10_080 }],
])('%j makes a token', async (args, expected) => {
  expect(await claimsOf(args)).toMatchObject(expected);
});

it('names no tenant unless told', async () => {
  expect(await claimsOf([])).not.toHaveProperty('tenant');
});

it.each([
  [['--tenant', '\u0430cme'], '--tenant is 1 to 100 letters'],
  [['--tenant', ''], '--tenant is 1 to 100 letters'],
  [['--scope', 'everything'], '--scope is some of tenant:read, tenant:write, admin'],
  [['--scope', ''], '--scope is some of'],
  [['--subject', ' '], '--subject is a text of 1 to 255 characters'],
  [['--minutes', '0'], '--minutes is a whole number from 1 to 10080'],
  [['--minutes', '10081'], '--minutes is a whole number from 1 to 10080'],
  [['--minutes', '1.5'], '--minutes is a whole number'],
  [['--minutes', '0', '--tenant', '/'], '--tenant is 1 to 100'],
  [['--tenat', 'acme'], "Unknown option '--tenat'"],
  [['acme'], "Unexpected argument 'acme'"],
  [['--tenant'], "Option '--tenant <value>' argument missing"],
])('%j is refused, with how it is used', async (args, message) => {
  const error = await errorOf(args);
  expect(error).toContain(message);
  expect(error).toContain('/ Run it as: npm run -s token -- [--tenant acme]');
  expect(readdirSync(folder)).toEqual([]);
});

const PROVIDER = {
  AUTH_ISSUER: 'https://id.test/',
  AUTH_AUDIENCE: 'api',
  AUTH_JWKS_URL: 'https://id.test/jwks',
};

it.each([
  [
    { DATABASE_URL: 'postgres://ada:hush@db.test/app' },
    'there are no tokens of development on a server',
  ],
  [{ APP_ENV: 'production' }, 'there are no tokens of development where APP_ENV is production'],
  [PROVIDER, 'the service accepts tokens of https://id.test/ only'],
  [{ PORT: 'none' }, 'a setting cannot be used'],
])('%j is refused, and leaves no key', async (environment, message) => {
  const error = await errorOf([], environment);
  expect(error).toContain(message);
  expect(error).not.toContain('hush');
  expect(readdirSync(folder)).toEqual([]);
});

it('reads .env as the service does', async () => {
  writeFileSync(join(folder, '.env'), 'DATABASE_URL=pglite://./elsewhere\n');
  await makeToken([], {}, folder);
  expect(readdirSync(folder)).toContain('elsewhere.keys.json');
});
