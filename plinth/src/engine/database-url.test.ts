// Database URLs: what is read, what is refused, and that no password ever shows.

import { describe, expect, it } from 'vitest';
import { PlinthError } from '../errors/index.js';
import { describeTarget, parseDatabaseUrl } from './database-url.js';

function serverTarget(url: string) {
  const target = parseDatabaseUrl(url);
  if (target.kind !== 'server') throw new Error(`${url} is no server`);
  return target;
}

function refusal(url: string, variable?: string): PlinthError {
  try {
    parseDatabaseUrl(url, variable === undefined ? {} : { variable });
  } catch (error) {
    if (error instanceof PlinthError) return error;
    throw error;
  }
  throw new Error(`${url} was accepted`);
}

describe('server URLs', () => {
  it.each([
    'postgres://ada:lovelace@db.example:6543/notes',
    'postgresql://ada:lovelace@db.example:6543/notes',
    'postgresql+asyncpg://ada:lovelace@db.example:6543/notes',
    'postgresql+psycopg2://ada:lovelace@db.example:6543/notes',
    'POSTGRES://ada:lovelace@db.example:6543/notes',
  ])('reads %s', (url) => {
    expect(serverTarget(url)).toMatchObject({
      hosts: [{ host: 'db.example', port: 6543 }],
      database: 'notes',
      user: 'ada',
      password: 'lovelace',
    });
  });

  it('fills host and port, and leaves user and password open', () => {
    expect(serverTarget('postgres:///notes')).toMatchObject({
      hosts: [{ host: 'localhost', port: 5432 }],
      database: 'notes',
      user: undefined,
      password: undefined,
    });
  });

  it.each([
    ['postgres://a%40b:p%3Aw%2F%23@h/d%20b', { user: 'a@b', password: 'p:w/#', database: 'd b' }],
    ['postgres://u@[::1]:5433/d', { hosts: [{ host: '::1', port: 5433 }] }],
    ['postgres://h/d', { sslMode: undefined, targetSessionAttrs: 'any' }],
    [
      'postgres://u:p,@a:1,b,[::1]:3/d?target_session_attrs=read-write&load_balance_hosts=random',
      {
        hosts: [
          { host: 'a', port: 1 },
          { host: 'b', port: 5432 },
          { host: '::1', port: 3 },
        ],
        targetSessionAttrs: 'read-write',
        loadBalanceHosts: 'random',
      },
    ],
    [
      'postgres:///d?host=a,/tmp&port=6000',
      {
        hosts: [
          { host: 'a', port: 6000 },
          { host: '/tmp', port: 6000 },
        ],
      },
    ],
    [
      'postgres://a,b/d?port=1,2',
      {
        hosts: [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
        ],
      },
    ],
    [
      'postgres://u@/d?host=/var/run/postgresql',
      { hosts: [{ host: '/var/run/postgresql', port: 5432 }], database: 'd' },
    ],
    ['postgres://h/d?sslmode=verify-full&application_name=x', { sslMode: 'verify-full' }],
    ['postgresql+asyncpg://h/d?ssl=require', { sslMode: 'require' }],
    ['postgres://h?dbname=d', { database: 'd' }],
    ['postgres://u:p:w@h/d', { user: 'u', password: 'p:w' }],
  ])('reads %s', (url, expected) => {
    expect(serverTarget(url)).toMatchObject(expected);
  });
});

describe('embedded URLs', () => {
  it.each([
    ['pglite://memory', undefined],
    ['pglite://./.plinth/data', './.plinth/data'],
    ['pglite:///var/lib/data', '/var/lib/data'],
    ['pglite://a folder/data', 'a folder/data'],
  ])('reads %s', (url, dataDir) => {
    expect(parseDatabaseUrl(url)).toEqual({ kind: 'embedded', dataDir });
  });
});

describe('refused URLs', () => {
  it.each([
    ['', 'it is empty'],
    ['localhost/db', 'does not start with a scheme'],
    ['mysql://h/d', '"mysql" is unknown'],
    ['postgresql+mysql://h/d', '"postgresql+mysql" is unknown'],
    ['postgres://h', 'database name is missing'],
    ['postgres://h/', 'database name is missing'],
    ['postgres://h:0/d', 'port is not a number from 1 to 65535'],
    ['postgres://h:99999/d', 'port is not a number from 1 to 65535'],
    ['postgres://h/d?sslmode=maybe', 'sslmode is none of disable, prefer'],
    ['postgres://h/d?sslmode=allow', 'sslmode allow is not supported (write prefer, or disable)'],
    ['postgres://a,b/d?port=1,2,3', 'it names 2 hosts and 3 ports (write one port for all'],
    ['postgres://a,b:x/d', 'port is not a number from 1 to 65535'],
    ['postgres://a,b/d?target_session_attrs=master', 'target_session_attrs is none of any, read-w'],
    ['postgres://a,b/d?load_balance_hosts=yes', 'load_balance_hosts is none of disable, random'],
    ['postgres://h/d?colour=red', 'unknown parameter'],
    ['postgres://h/d?connect_timeout=10x', 'connect_timeout is not a number of seconds'],
    ['postgres://u:a b@h/d', 'write a space as %20'],
    ['postgres://h/d%', 'write "%" in its database name as %25'],
    ['pglite://', 'names no folder'],
  ])('says why %s cannot be used', (url, problem) => {
    const error = refusal(url);
    expect(error.code).toBe('ENGINE_URL_INVALID');
    expect(error.message).toContain(problem);
  });

  it('names the variable and the expected form', () => {
    const error = refusal('nonsense', 'MIGRATION_DATABASE_URL');
    expect(error.message).toMatch(/^MIGRATION_DATABASE_URL /);
    expect(error.hint).toContain('postgres://user:password@host:5432/database');
    expect(error.hint).toContain('pglite://./path');
  });

  it.each([
    'postgres://u:s3cr@et@h/d',
    'postgres://u:s3cr/et@h/d',
    'postgres://u:s3cr#et@h/d',
    'postgres://u:s3cr?et@h/d',
    'postgres://u:s3cr%et@h/d',
    'mysql://u:s3cret@h/d',
    's3cret',
    'postgres://u:p@h/d?s3cret=s3cret',
  ])('never repeats a secret of %s', (url) => {
    const { message, hint, details } = refusal(url);
    expect(JSON.stringify({ message, hint, details })).not.toMatch(/s3cr|et@/);
  });
});

describe('describeTarget', () => {
  it.each([
    ['postgres://ada:lovelace@h/d', 'postgres://ada@h:5432/d'],
    ['postgres://ada:lovelace@[::1]/d', 'postgres://ada@[::1]:5432/d'],
    ['postgres://u:p@/d?host=/tmp', 'postgres://u@/d?host=/tmp&port=5432'],
    [
      'postgres://u:p@a,[::1]:5433/d?target_session_attrs=primary&load_balance_hosts=random',
      'postgres://u@a:5432,[::1]:5433/d?target_session_attrs=primary&load_balance_hosts=random',
    ],
    ['postgres:///d?host=/a,/b&port=1,2', 'postgres:///d?host=/a,/b&port=1,2'],
    ['postgres:///d?host=/a,b&port=1', 'postgres:///d?host=/a,b&port=1'],
    ['pglite://./data', 'pglite://./data'],
    ['pglite://memory', 'pglite://memory'],
  ])('shows %s without its password', (url, shown) => {
    expect(describeTarget(parseDatabaseUrl(url))).toBe(shown);
  });
});
