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
      },
      migration: {
        ...ENGINE_DEFAULTS,
        url: 'pglite://./.plinth/data',
        variable: 'DATABASE_URL',
        applicationName: 'plinth-service',
        poolSize: 1,
      },
      dbEcho: false,
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
  ])('refuses %j', (environment, expected) => {
    expect(problemsOf(environment)).toContain(expected);
  });

  it('reports every problem at once', () => {
    const report = problemsOf({
      APP_ENV: 'production',
      DEBUG: 'true',
      PORT: '-1',
      DB_POOL_SIZE: '10x',
      DB_SSL_MODE: 'maybe',
      DATABASE_URL: 'mysql://u:hush@h/db',
    });
    expect(report).toMatch(/^5 settings cannot be used:/);
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
