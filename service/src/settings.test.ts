import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { ENGINE_DEFAULTS, ENGINE_VARIABLES } from 'plinth';
import { describe, expect, it } from 'vitest';
import { environmentSchema, readSettings } from './settings.js';
import { StartError } from './start-error.js';

function problemsOf(environment: Record<string, string>): string {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  }
  return 'none';
}

const PROVIDER = {
  AUTH_ISSUER: 'https://id.test/realms/a',
  AUTH_AUDIENCE: 'api',
  AUTH_JWKS_URL: 'https://id.test/jwks',
};

describe('readSettings', () => {
  it('has a default for everything', () => {
    expect(readSettings({})).toEqual({
      appEnv: 'development',
      debug: false,
      logLevel: 'info',
      host: '127.0.0.1',
      port: 8000,
      allowedOrigins: [],
      database: {
        ...ENGINE_DEFAULTS,
        url: 'pglite://./.plinth/data',
        variable: 'DATABASE_URL',
        applicationName: 'plinth-service',
        tenantRole: 'app_user',
        embeddedExtensions: ['vector'],
      },
      migration: {
        ...ENGINE_DEFAULTS,
        url: 'pglite://./.plinth/data',
        variable: 'DATABASE_URL',
        applicationName: 'plinth-service',
        embeddedExtensions: ['vector'],
        poolSize: 1,
      },
      dbEcho: false,
      authRequired: false,
      identityProvider: undefined,
      keyEncryptionKeys: undefined,
      documents: {
        endpoint: undefined,
        chunks: { size: 1000, overlap: 150 },
        exactUpTo: 10_000,
      },
      retention: {
        interval: 3600,
        times: { enhancements: '90 days', audit: '6 years', deletedTasks: '30 days' },
      },
    });
  });

  it.each([
    [{ DEBUG: 'yes' }, { debug: true, logLevel: 'debug' }],
    [
      { DEBUG: '1', LOG_LEVEL: 'WARN' },
      { debug: true, logLevel: 'warn' },
    ],
    [{ MIGRATE_ON_START: 'Off' }, { migration: undefined }],
    [{ PORT: '0' }, { port: 0 }],
    [{ ALLOWED_ORIGINS: '*' }, { allowedOrigins: '*' }],
    [
      { ALLOWED_ORIGINS: 'https://a.example, http://localhost:3000' },
      { allowedOrigins: ['https://a.example', 'http://localhost:3000'] },
    ],
    [
      { DATABASE_URL: 'postgresql+asyncpg://u:p@h/db' },
      { database: { url: 'postgresql+asyncpg://u:p@h/db' } },
    ],
    [
      { DATABASE_URL: 'postgres://app@h/db', MIGRATION_DATABASE_URL: 'postgres://owner@h/db' },
      { database: { url: 'postgres://app@h/db' }, migration: { url: 'postgres://owner@h/db' } },
    ],
    [{ DB_POOL_SIZE: '3', DB_POOLER: '' }, { database: { poolSize: 3, pooler: 'none' } }],
    [{ APP_ENV: 'development', DB_ECHO: 'true' }, { dbEcho: true }],
    [{ AUTH_REQUIRED: 'true' }, { authRequired: true, identityProvider: undefined }],
    [
      { ...PROVIDER, DATABASE_URL: 'postgres://h/db', AUTH_REQUIRED: 'true' },
      {
        authRequired: true,
        identityProvider: {
          issuer: 'https://id.test/realms/a',
          audience: 'api',
          jwksUrl: new URL('https://id.test/jwks'),
        },
      },
    ],
    [{ KEY_ENCRYPTION_KEYS: 'a:b' }, { keyEncryptionKeys: 'a:b' }],
  ])('reads %j', (environment, expected) => {
    expect(readSettings(environment)).toMatchObject(expected);
  });

  it.each([
    [{ PORT: 'abc' }, 'PORT is "abc", and must be a port from 0 to 65535'],
    [{ PORT: '65536' }, 'PORT is "65536"'],
    [{ DEBUG: 'maybe' }, 'DEBUG is "maybe", and must be true or false'],
    [{ APP_ENV: 'staging' }, 'must be one of development, test, production'],
    [{ HOST: 'http://x' }, 'HOST is "http://x", and must be a host name or an address'],
    [{ ALLOWED_ORIGINS: 'https://a.example/' }, 'ALLOWED_ORIGINS is "https://a.example/"'],
    [{ ALLOWED_ORIGINS: 'ftp://a.example' }, 'ALLOWED_ORIGINS is'],
    [{ ALLOWED_ORIGINS: '*,https://a.example' }, 'ALLOWED_ORIGINS is'],
    [{ APP_ENV: 'production', DEBUG: 'true' }, 'DEBUG must be false where APP_ENV is production'],
    [{ APP_ENV: 'production', DB_ECHO: 'true' }, 'DB_ECHO must be false unless APP_ENV is'],
    [{ APP_ENV: 'test', DB_ECHO: 'true' }, 'DB_ECHO must be false unless APP_ENV is development'],
    [{ DEBUG: 'constructor' }, 'DEBUG is "constructor", and must be true or false'],
    [{ MIGRATE_ON_START: '__proto__' }, 'MIGRATE_ON_START is "__proto__", and must be true'],
    [{ AUTH_REQUIRED: 'maybe' }, 'AUTH_REQUIRED is "maybe", and must be true or false'],
    [
      { AUTH_ISSUER: 'https://id.test' },
      'AUTH_AUDIENCE is not set, and must be where AUTH_ISSUER is',
    ],
    [
      { AUTH_ISSUER: 'https://id.test' },
      'AUTH_JWKS_URL is not set, and must be where AUTH_ISSUER is',
    ],
    [{ ...PROVIDER, AUTH_AUDIENCE: 'a b' }, 'AUTH_AUDIENCE is "a b", and must be the audience'],
    [
      { AUTH_REQUIRED: 'true', DATABASE_URL: 'postgres://h/db' },
      'AUTH_REQUIRED must be false without',
    ],
    [
      { AUTH_REQUIRED: 'true', APP_ENV: 'production' },
      'AUTH_REQUIRED must be false without AUTH_ISSUER',
    ],
  ])('refuses %j', (environment, expected) => {
    expect(problemsOf(environment)).toContain(expected);
  });

  it.each([
    'https://id.test/jwks?a=b',
    'http://localhost:9/jwks',
    'http://127.0.0.1/jwks',
    'http://127.9.9.9/',
    'http://[::1]:9/',
  ])('takes keys from %s', (url) => {
    const { identityProvider } = readSettings({ ...PROVIDER, AUTH_JWKS_URL: url });
    expect(identityProvider?.jwksUrl.href).toBe(url);
  });

  it.each([
    'id.test/jwks',
    'http://id.test/jwks',
    'http://127.0.0.1.id.test/',
    'http://localhost.id.test/',
    'ftp://id.test/jwks',
    'file:///etc/passwd',
    'https://ada:hush@id.test/jwks',
  ])('takes no keys from %s', (url) => {
    const report = problemsOf({ ...PROVIDER, AUTH_JWKS_URL: url });
    expect(report).toContain('AUTH_JWKS_URL must be an https URL without a password');
    expect(report).not.toContain(url);
  });

  it('repeats no URL that may hold a password, and no key', () => {
    const report = problemsOf({
      ...PROVIDER,
      AUTH_JWKS_URL: 'http://ada:hush@id.test/',
      KEY_ENCRYPTION_KEYS: 'id:secret',
      PORT: 'none',
    });
    expect(report).toMatch(/^2 settings/);
    expect(report).not.toMatch(/hush|secret/);
  });

  it('reports every problem at once', () => {
    const report = problemsOf({
      APP_ENV: 'production',
      DEBUG: 'true',
      PORT: '-1',
      DB_POOL_SIZE: '10x',
      DB_SSL_MODE: 'maybe',
      DATABASE_URL: 'mysql://u:hush@h/db',
      AUTH_REQUIRED: 'true',
      AUTH_ISSUER: ' ',
      AUTH_JWKS_URL: 'http://id.test/',
    });
    expect(report).toMatch(/^8 settings cannot be used:/);
    expect(report).toContain('\n  PORT is "-1"');
    expect(report).toContain('\n  DATABASE_URL cannot be used: its scheme "mysql" is unknown');
    expect(report).toContain(
      '\n  DB_POOL_SIZE is "10x", and must be a whole number from 1 to 1000',
    );
    expect(report).toContain('\n  DB_SSL_MODE is "maybe", and must be one of disable, prefer');
    expect(report).toContain('\n  DEBUG must be false');
    expect(report).not.toContain('hush');
  });
});

it('.env.example describes every setting with its default', () => {
  const example = parseEnv(
    readFileSync(new URL('../../.env.example', import.meta.url), { encoding: 'utf8' }),
  );
  const known = [...Object.keys(environmentSchema.shape), ...ENGINE_VARIABLES];
  expect(Object.keys(example).sort()).toEqual(known.sort());
  const given = Object.fromEntries(Object.entries(example).filter(([, value]) => value !== ''));
  expect(readSettings(given)).toEqual(readSettings({}));
});
