// The report on options: every problem at once, each with how to write it, and no secret.

import { describe, expect, it } from 'vitest';
import { PlinthError } from '../errors/index.js';
import { checkOptions } from './check-options.js';

const url = 'postgres://u:hush@h/d';

function refusal(options: object): PlinthError {
  try {
    checkOptions({ url, ...options });
  } catch (error) {
    if (error instanceof PlinthError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(options)} was accepted`);
}

describe('options that are refused', () => {
  it.each([
    [{ poolSize: 0 }, 'poolSize is 0, and must be a whole number from 1 to 1000, such as 10'],
    [{ poolSize: -1 }, 'poolSize is -1, and must be a whole number from 1'],
    [{ poolSize: 2.5 }, 'poolSize is 2.5, and must be a whole number'],
    [{ poolSize: Number.NaN }, 'poolSize is NaN, and must be a whole number'],
    [{ poolSize: '10x' }, 'poolSize is "10x", and must be a whole number'],
    [{ maxOverflow: -1 }, 'maxOverflow is -1, and must be a whole number from 0 to 1000'],
    [{ poolTimeout: 0 }, 'poolTimeout is 0, and must be a number of seconds from 0.001 to 86400'],
    [{ poolTimeout: Infinity }, 'poolTimeout is Infinity, and must be'],
    [{ poolRecycle: -1 }, 'poolRecycle is -1, and must be a number of seconds'],
    [{ statementTimeout: 0.0001 }, 'statementTimeout is 0.0001, and must be'],
    [{ statementTimeout: 1e9 }, 'statementTimeout is 1000000000, and must be'],
    [{ connectRetries: 0 }, 'connectRetries is 0, and must be a whole number from 1 to 100'],
    [{ prePing: 'maybe' }, 'prePing is "maybe", and must be true or false'],
    [{ pooler: 'session' }, 'pooler is "session", and must be one of none, transaction'],
    [
      { embeddedExtensions: 'citext' },
      'embeddedExtensions is "citext", and must be a list of names, such as ["citext"]',
    ],
    [
      { embeddedExtensions: [1] },
      'embeddedExtensions is an object, and must be a list of names, such as ["citext"]',
    ],
    [{ tenantRole: '' }, 'tenantRole is "", and must be the name of a role'],
    [{ sslMode: 'allow' }, 'sslMode is "allow", and must be one of disable, prefer, require'],
    [{ sslMode: 'verify-ca' }, 'sslMode is verify-ca, and needs a root certificate'],
    [{ sslRootCert: '/nowhere/ca.crt' }, 'sslRootCert is /nowhere/ca.crt, and cannot be read'],
    [{ sslRootCert: import.meta.filename }, 'holds no certificate in PEM form'],
    [{ sslRootCert: 'system', sslMode: 'require' }, 'needs verify-full: sslMode is require'],
    [{ poolsize: 3 }, 'poolsize is no option: write poolSize'],
    [{ pool_size: 3 }, 'pool_size is no option: write poolSize'],
    [{ colour: 'red' }, 'colour is no option (there are url, variable'],
    [{ password: 'hush' }, 'password must be a function that returns the password'],
  ])('%j', (options, problem) => {
    const error = refusal(options);
    expect(error.code).toBe('ENGINE_OPTION_INVALID');
    expect(error.message).toContain(problem);
    expect(JSON.stringify([error.message, error.details])).not.toContain('hush');
  });

  it('all at once, the URL with them', () => {
    const { code, message, details } = refusal({
      url: 'postgres://u:hu sh@ha@h:0/d?sslmode=maybe',
      poolSize: 0,
      poolTimeout: '10x',
      sslMode: 'verify-ca',
      poolsize: 1,
    });
    expect(code).toBe('ENGINE_OPTION_INVALID');
    expect(message.split('\n')).toEqual([
      '5 options cannot be used:',
      expect.stringMatching(/^ {2}DATABASE_URL cannot be used: write a space as %20; write "@"/),
      expect.stringMatching(/^ {2}poolSize is 0/),
      expect.stringMatching(/^ {2}poolTimeout is "10x"/),
      '  poolsize is no option: write poolSize',
      expect.stringMatching(/^ {2}sslMode is verify-ca/),
    ]);
    expect(message).toContain('sslmode is none of disable, prefer');
    expect(message).toContain('write it as postgres://user:password@host:5432/database');
    expect(details.problems).toHaveLength(5);
    expect(message).not.toMatch(/hu sh|@ha/);
  });

  it('a URL alone keeps its own code, and its setting its name', () => {
    expect(refusal({ url: 'mysql://h/d', variable: 'MY_URL' })).toMatchObject({
      code: 'ENGINE_URL_INVALID',
      message: 'MY_URL cannot be used: its scheme "mysql" is unknown',
    });
    expect(refusal({ url: undefined }).message).toBe('DATABASE_URL cannot be used: it is not set');
  });
});

describe('options that are taken', () => {
  it('undefined leaves the default', () => {
    // As JavaScript may call it.
    const checked: unknown = Reflect.apply(checkOptions, undefined, [{ url, poolSize: undefined }]);
    expect(checked).toMatchObject({ settings: { poolSize: 10 } });
  });

  it.each([
    ['', {}, 'prefer'],
    ['', { sslMode: 'disable' }, 'disable'],
    ['?sslmode=require', { sslMode: 'disable' }, 'require'],
    ['?sslrootcert=system', {}, 'verify-full'],
    ['?sslmode=verify-full', {}, 'verify-full'],
  ] as const)('sslmode of "%s" with %j is %s', (query, options, mode) => {
    expect(checkOptions({ url: url + query, ...options }).ssl.mode).toBe(mode);
  });

  it('an embedded database has no TLS to check', () => {
    const options = { url: 'pglite://memory', sslMode: 'verify-ca' } as const;
    expect(checkOptions(options).target.kind).toBe('embedded');
  });
});
