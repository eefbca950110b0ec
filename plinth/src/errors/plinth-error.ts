// The one error class Plinth throws. It never carries a password, and never replaces
// PostgreSQL's own message: that stays in `message` or `cause`.

import type { ErrorCode } from './error-codes.js';
import { ERROR_CODES } from './error-codes.js';

/** Plain data about an error: values a program may want, safe to log. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

export interface PlinthErrorOptions {
  /** One imperative sentence: what the reader should do next. */
  readonly hint?: string;
  /** Values behind the message, safe to log. */
  readonly details?: ErrorDetails;
  /** What caused it, for instance PostgreSQL's own error. */
  readonly cause?: unknown;
}

/**
 * An error with a stable code, a message that says what happened with its values, and a hint
 * that says what to do.
 *
 * @example
 * try {
 *   await connect({ url });
 * } catch (error) {
 *   if (isPlinthError(error, 'ENGINE_URL_INVALID')) console.error(error.hint);
 * }
 */
export class PlinthError extends Error {
  override readonly name = 'PlinthError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: ErrorDetails;
  /** Whether the same call may succeed later without any change. */
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: PlinthErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
    this.retryable = ERROR_CODES[code].retryable;
  }
}

/** Whether a value is a {@link PlinthError}, of the given code where one is given. */
export function isPlinthError(value: unknown, code?: ErrorCode): value is PlinthError {
  return value instanceof PlinthError && (code === undefined || value.code === code);
}
