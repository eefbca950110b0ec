// The answers to requests that may not enter (RFC 6750, section 3). They say no more than the
// client may know: never which key, which claim or which check it was.

import { ProblemError } from 'plinth/fastify';
import type { Scope } from './caller.js';

const REALM = 'Bearer realm="plinth"';
const RETRY_AFTER_S = '5';

/** Nothing was sent that could say who is calling. */
export function tokenMissing(): ProblemError {
  return new ProblemError({
    status: 401,
    detail: 'Send a bearer token in the Authorization header.',
    headers: { 'www-authenticate': REALM },
  });
}

export function tokenRefused(): ProblemError {
  return new ProblemError({
    status: 401,
    detail: 'The bearer token is not valid, or not any more.',
    headers: { 'www-authenticate': `${REALM}, error="invalid_token"` },
  });
}

export function scopeMissing(scope: Scope): ProblemError {
  return forbidden(scope, `The token does not have the scope ${scope}.`);
}

export function tenantMissing(scope: Scope): ProblemError {
  return forbidden(scope, 'The token names no tenant.');
}

function forbidden(scope: Scope, detail: string): ProblemError {
  const challenge = `${REALM}, error="insufficient_scope", scope="${scope}"`;
  return new ProblemError({ status: 403, detail, headers: { 'www-authenticate': challenge } });
}

/** For a moment: the keys that verify tokens cannot be fetched. */
export function keysUnavailable(): ProblemError {
  return new ProblemError({
    status: 503,
    detail: 'Tokens cannot be verified at the moment; try again shortly.',
    headers: { 'retry-after': RETRY_AFTER_S },
  });
}

/** Until it is set up: there is nobody whose tokens are accepted. */
export function authenticationOff(): ProblemError {
  return new ProblemError({
    status: 503,
    detail: 'This service is not set up to verify tokens.',
  });
}
