import { describe, expect, it } from 'vitest';
import { PlinthError } from '../errors/index.js';
import { findSqlState } from './database-problem.js';
import { ProblemError } from './problem.js';
import { problemOfError } from './problem-of-error.js';

/** An error as node-postgres makes it of what the server said. */
function postgresError(code: string): Error {
  return Object.assign(new Error('secret: INSERT INTO t'), { code, severity: 'ERROR' });
}

describe('problemOfError', () => {
  it.each([
    ['22001', 400],
    ['22021', 400],
    ['23502', 400],
    ['23514', 400],
    ['23503', 409],
    ['23505', 409],
    ['40001', 503],
    ['40P01', 503],
    ['53300', 503],
    ['57P01', 503],
    ['08006', 503],
    ['42P01', 500],
  ])('SQLSTATE %s becomes %i and says nothing of the driver', (code, status) => {
    const { facts } = problemOfError(new Error('outer', { cause: postgresError(code) }));
    expect(facts.status).toBe(status);
    expect(JSON.stringify(facts)).not.toMatch(/secret|INSERT/);
    expect(facts.headers?.['retry-after'] !== undefined).toBe(status === 503);
  });

  it.each([
    new PlinthError('ENGINE_POOL_TIMEOUT', 'no connection became free'),
    new PlinthError('ENGINE_CONNECT_FAILED', 'cannot connect'),
    new PlinthError('ENGINE_CLOSED', 'closed'),
    new PlinthError('ENGINE_CONNECT_FAILED', 'no database', { cause: postgresError('3D000') }),
    new PlinthError('ENGINE_CONNECT_FAILED', 'wrong password', { cause: postgresError('28P01') }),
    new Error('Connection terminated unexpectedly'),
    Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
    Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }),
  ])('$message becomes 503', (error) => {
    expect(problemOfError(error).facts.status).toBe(503);
  });

  it.each([
    new TypeError('x is not a function'),
    new PlinthError('MIGRATE_INTERRUPTED', 'half-way'),
    Object.assign(new Error('teapot'), { statusCode: 502 }),
    'a thrown text',
    undefined,
  ])('what nobody expected becomes 500, logged as an error: %s', (error) => {
    const { facts, logLevel } = problemOfError(error);
    expect(facts).toEqual({
      status: 500,
      detail: 'An unexpected error occurred; the log has it under this instance.',
    });
    expect(logLevel).toBe('error');
  });

  it('keeps the status of a plugin and drops its words', () => {
    const error = Object.assign(new Error('quota of key 123'), { statusCode: 429 });
    expect(problemOfError(error).facts).toEqual({ status: 429, detail: 'Too Many Requests.' });
  });

  it('passes on what a route threw to be sent', () => {
    const facts = { status: 404, detail: 'There is no task 1.' };
    expect(problemOfError(new ProblemError(facts)).facts).toBe(facts);
  });
});

describe('validation', () => {
  const report = (instancePath: string, message: string, params = {}) => ({
    keyword: 'k',
    schemaPath: '#',
    instancePath,
    message,
    params,
  });
  const fieldErrors = (validationContext: string, ...validation: readonly object[]) =>
    problemOfError(Object.assign(new Error(), { validation, validationContext })).facts.errors;

  it('names each value and where it is', () => {
    expect(
      fieldErrors('body', report('/a~1b/0', 'must be text'), report('', 'is required')),
    ).toEqual([
      { detail: '"a/b.0" must be text.', pointer: '#/a~1b/0' },
      { detail: 'The body is required.', pointer: '#' },
    ]);
    expect(fieldErrors('querystring', report('/limit', 'must be a number'))).toEqual([
      { detail: 'Query parameter "limit" must be a number.', pointer: '#/limit' },
    ]);
  });

  it("points at the field that Ajv's report is about", () => {
    const missing = report('', "must have required property 'title'", { missingProperty: 'title' });
    expect(fieldErrors('body', missing)?.[0]?.pointer).toBe('#/title');
  });
});

it('findSqlState tells an SQLSTATE from a code of Node', () => {
  expect(findSqlState(new Error('outer', { cause: postgresError('23505') }))).toBe('23505');
  expect(findSqlState(Object.assign(new Error(), { code: 'EPIPE' }))).toBeUndefined();
});
