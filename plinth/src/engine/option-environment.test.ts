// Options from the environment: what is read, and a line for each variable that cannot be.

import { describe, expect, it } from 'vitest';
import { PlinthError } from '../errors/index.js';
import { ENGINE_DEFAULTS } from './engine-options.js';
import {
  ENGINE_VARIABLES,
  type Environment,
  engineOptionsFromEnv,
  migrationOptionsFromEnv,
} from './option-environment.js';

const DATABASE_URL = 'postgres://u:hush@h/d';

function refusal(read: (env: Environment) => unknown, env: Environment): PlinthError {
  try {
    read(env);
  } catch (error) {
    if (error instanceof PlinthError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('engineOptionsFromEnv', () => {
  it('leaves the defaults where nothing, or nothing but space, is set', () => {
    const empty = Object.fromEntries(ENGINE_VARIABLES.map((name) => [name, ' ']));
    expect(engineOptionsFromEnv({ ...empty, DATABASE_URL })).toEqual({
      ...ENGINE_DEFAULTS,
      url: DATABASE_URL,
      variable: 'DATABASE_URL',
    });
  });

  it.each([
    ['DB_POOL_SIZE', '5', { poolSize: 5 }],
    ['DB_MAX_OVERFLOW', '0', { maxOverflow: 0 }],
    ['DB_POOL_TIMEOUT', ' 2.5 ', { poolTimeout: 2.5 }],
    ['DB_POOL_RECYCLE', '0', { poolRecycle: 0 }],
    ['DB_POOL_PRE_PING', 'Off', { prePing: false }],
    ['DB_CONNECT_RETRIES', '1', { connectRetries: 1 }],
    ['DB_STATEMENT_TIMEOUT', '30', { statementTimeout: 30 }],
    ['DB_IDLE_IN_TRANSACTION_TIMEOUT', '60', { idleInTransactionTimeout: 60 }],
    ['DB_SSL_MODE', 'require', { sslMode: 'require' }],
    ['DB_SSL_ROOT_CERT', 'system', { sslRootCert: 'system' }],
    ['DB_POOLER', 'transaction', { pooler: 'transaction' }],
    ['DB_STATEMENT_CACHE_SIZE', '0', { statementCacheSize: 0 }],
    ['DB_SLOW_QUERY_THRESHOLD', '0.5', { slowQueryThreshold: 0.5 }],
    ['DB_LEAK_THRESHOLD', '0', { leakThreshold: 0 }],
    ['DB_TENANT_ROLE', '123', { tenantRole: '123' }],
  ])('reads %s=%s', (name, text, expected) => {
    expect(engineOptionsFromEnv({ DATABASE_URL, [name]: text })).toMatchObject(expected);
  });

  it.each([
    ['DB_POOL_SIZE', '0', 'DB_POOL_SIZE is 0, and must be a whole number from 1 to 1000'],
    ['DB_POOL_SIZE', '-1', 'DB_POOL_SIZE is -1, and must be a whole number'],
    ['DB_POOL_SIZE', '0x10', 'DB_POOL_SIZE is "0x10", and must be a whole number'],
    ['DB_POOL_TIMEOUT', '10x', 'DB_POOL_TIMEOUT is "10x", and must be a number of seconds'],
    ['DB_POOL_TIMEOUT', '10s', 'such as 30'],
    ['DB_POOL_PRE_PING', 'maybe', 'DB_POOL_PRE_PING is "maybe", and must be true or false'],
    ['DB_SSL_MODE', 'maybe', 'DB_SSL_MODE is "maybe", and must be one of disable, prefer'],
    ['DB_SSL_MODE', 'verify-ca', 'set DB_SSL_ROOT_CERT to its file'],
    ['DB_SSL_ROOT_CERT', '/nowhere', 'DB_SSL_ROOT_CERT is /nowhere, and cannot be read (ENOENT)'],
    ['DB_POOLER', 'pgbouncer', 'DB_POOLER is "pgbouncer", and must be one of none, transaction'],
    ['DATABASE_URL', '', 'DATABASE_URL cannot be used: it is not set (write it as postgres://'],
    ['DATABASE_URL', 'postgres://u:hush me@h/d', 'write a space as %20'],
    ['DATABASE_URL', 'postgres://u:hu@sh@h/d', 'write "@" in a user name or password as %40'],
  ])('refuses %s=%s', (name, text, line) => {
    const { message } = refusal(engineOptionsFromEnv, { DATABASE_URL, [name]: text });
    expect(message).toContain(line);
    expect(message).not.toMatch(/hush|sh@/);
  });

  it('says everything that is wrong at once', () => {
    const error = refusal(engineOptionsFromEnv, {
      DB_POOL_SIZE: '10x',
      DB_MAX_OVERFLOW: '-1',
      DB_SSL_MODE: 'maybe',
    });
    expect(error.code).toBe('ENGINE_OPTION_INVALID');
    expect(error.message).toMatch(/^4 variables cannot be used:\n {2}DATABASE_URL/);
  });
});

describe('migrationOptionsFromEnv', () => {
  it('takes the owner’s URL, and no limit or pooler of the service', () => {
    const env = {
      DATABASE_URL,
      MIGRATION_DATABASE_URL: 'postgres://owner@h/d',
      DB_POOLER: 'transaction',
      DB_STATEMENT_TIMEOUT: '5',
      DB_TENANT_ROLE: 'app_user',
      DB_SSL_MODE: 'require',
    };
    expect(migrationOptionsFromEnv(env)).toEqual({
      ...ENGINE_DEFAULTS,
      poolSize: 1,
      url: 'postgres://owner@h/d',
      variable: 'MIGRATION_DATABASE_URL',
      sslMode: 'require',
    });
  });

  it('falls back to DATABASE_URL', () => {
    expect(migrationOptionsFromEnv({ DATABASE_URL, MIGRATION_DATABASE_URL: '' })).toMatchObject({
      url: DATABASE_URL,
      variable: 'DATABASE_URL',
    });
  });

  it('refuses to go through a pooler', () => {
    const { message, hint } = refusal(migrationOptionsFromEnv, {
      DATABASE_URL,
      DB_POOLER: 'transaction',
    });
    expect(message).toContain('MIGRATION_DATABASE_URL is not set');
    expect(hint).toContain('Set MIGRATION_DATABASE_URL');
  });

  it('names its own variable', () => {
    const env = { DATABASE_URL, MIGRATION_DATABASE_URL: 'mysql://h/d' };
    expect(refusal(migrationOptionsFromEnv, env).message).toMatch(/^MIGRATION_DATABASE_URL /);
  });
});
