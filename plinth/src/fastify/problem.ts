// The shape of an error answer (RFC 9457) and the error a route throws to send one. It knows
// neither Fastify nor the database.

import { STATUS_CODES } from 'node:http';

/** RFC 9457, section 3. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** The `type` of an answer to a request whose values break a rule. */
export const VALIDATION_PROBLEM_TYPE = 'urn:plinth:problem:validation';

/** One broken rule of a request. */
export interface FieldError {
  /** What is wrong, for a person. */
  readonly detail: string;
  /** Which value, as a JSON Pointer in URI fragment form (RFC 6901, section 6). */
  readonly pointer: string;
}

/** Problem details as they are sent. */
export interface Problem {
  /** `about:blank`, or a URN that names the kind of problem. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** `urn:uuid:<request id>`; the log has the same id. */
  readonly instance: string;
  readonly errors?: readonly FieldError[];
}

/** A problem before it belongs to one request. */
export interface ProblemFacts {
  readonly status: number;
  readonly detail: string;
  /** Present makes it a validation problem. */
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a log is told of a problem beside what the client is. */
export interface ProblemOptions extends ErrorOptions {
  /** Default: the detail. */
  readonly message?: string;
}

/**
 * Thrown by a route to answer with a problem. Its message and its cause are for the log alone.
 *
 * @example
 * throw new ProblemError({ status: 404, detail: `There is no task ${id}.` });
 */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly facts: ProblemFacts;

  constructor(facts: ProblemFacts, { message = facts.detail, ...options }: ProblemOptions = {}) {
    super(message, options);
    this.facts = facts;
  }

  // Fastify reads it where it answers before an error handler can.
  get statusCode(): number {
    return this.facts.status;
  }
}

/** A 400 problem with a list of broken rules. */
export function validationProblem(errors: readonly FieldError[]): ProblemFacts {
  const count = errors.length === 1 ? 'One value is' : `${errors.length} values are`;
  return { status: 400, detail: `${count} not valid; see errors.`, errors };
}

export function toProblem(facts: ProblemFacts, requestId: string): Problem {
  const { status, detail, errors } = facts;
  const instance = `urn:uuid:${requestId}`;
  if (errors !== undefined) {
    const type = VALIDATION_PROBLEM_TYPE;
    return { type, title: 'Validation failed', status, detail, instance, errors };
  }
  // RFC 9457, section 4.2.1: with about:blank the title is the status phrase.
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, instance };
}
