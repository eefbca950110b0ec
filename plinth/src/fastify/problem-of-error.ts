// Decides which problem an error becomes, and how loud the log says it. Pure.

import { STATUS_CODES } from 'node:http';
import type { FastifySchemaValidationError } from 'fastify';
import { databaseProblem } from './database-problem.js';
import { ProblemError, type ProblemFacts, validationProblem } from './problem.js';
import { toFieldErrors } from './validation-errors.js';

export interface ProblemVerdict {
  readonly facts: ProblemFacts;
  /** `error` for what nobody expected, `warn` for what an operator may want to know. */
  readonly logLevel: 'debug' | 'warn' | 'error';
}

const UNEXPECTED: ProblemFacts = {
  status: 500,
  detail: 'An unexpected error occurred; the log has it under this instance.',
};

export const BAD_PATH: ProblemFacts = {
  status: 400,
  detail: 'The path has a "%" that starts no valid escape.',
};

/** Fastify's own errors (Fastify documentation, "Errors"), in words for a client. */
const BY_FASTIFY_CODE: Readonly<Record<string, ProblemFacts>> = {
  FST_ERR_BAD_URL: BAD_PATH,
  FST_ERR_CTP_BODY_TOO_LARGE: { status: 413, detail: 'The body is larger than is accepted.' },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    status: 400,
    detail: 'The body is empty; send JSON, or leave the content type out.',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    status: 400,
    detail: 'The body is not as long as Content-Length says.',
  },
  FST_ERR_CTP_INVALID_JSON_BODY: { status: 400, detail: 'The body is not valid JSON.' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    detail: 'The content type is not supported; send application/json.',
  },
  FST_ERR_MAX_PARAM_LENGTH: { status: 414, detail: 'A part of the path is too long.' },
};

export function problemOfError(error: unknown): ProblemVerdict {
  if (error instanceof ProblemError) {
    const { facts } = error;
    return { facts, logLevel: facts.status >= 500 ? 'warn' : 'debug' };
  }
  const database = databaseProblem(error);
  if (database !== undefined) return { facts: database, logLevel: 'warn' };
  const facts = isObject(error) ? requestProblem(error) : undefined;
  return facts === undefined
    ? { facts: UNEXPECTED, logLevel: 'error' }
    : { facts, logLevel: 'debug' };
}

/** An error that says the request was wrong: a validator's, Fastify's, or a plugin's 4xx. */
function requestProblem(error: object): ProblemFacts | undefined {
  const { code, statusCode, validation, validationContext } = readFields(error);
  if (Array.isArray(validation)) {
    const reports = validation.filter(isReport);
    const context = typeof validationContext === 'string' ? validationContext : undefined;
    return validationProblem(toFieldErrors(reports, context));
  }
  const known = typeof code === 'string' ? BY_FASTIFY_CODE[code] : undefined;
  if (known !== undefined) return known;
  // The message may quote anything, so only the status is taken over.
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode > 499) return undefined;
  return { status: statusCode, detail: `${STATUS_CODES[statusCode] ?? 'Request refused'}.` };
}

function readFields(error: object) {
  return {
    code: 'code' in error ? error.code : undefined,
    statusCode: 'statusCode' in error ? error.statusCode : undefined,
    validation: 'validation' in error ? error.validation : undefined,
    validationContext: 'validationContext' in error ? error.validationContext : undefined,
  };
}

function isReport(value: unknown): value is FastifySchemaValidationError {
  return (
    isObject(value) &&
    'instancePath' in value &&
    typeof value.instancePath === 'string' &&
    'params' in value &&
    isObject(value.params)
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
