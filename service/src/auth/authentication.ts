// Who is calling: what an application is given to tell, and the caller that each request gets.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authenticator } from './authenticator.js';
import { readBearerToken } from './bearer-token.js';
import type { Caller } from './caller.js';
import { authenticationOff, keysUnavailable, tokenMissing, tokenRefused } from './challenges.js';

export interface Authentication {
  /** None where nobody's tokens are accepted: guarded routes answer 503. */
  readonly authenticator: Authenticator | undefined;
  /** Whether tasks and todos want a token too. */
  readonly required: boolean;
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly authentication: Authentication;
  }
  interface FastifyRequest {
    /** Who sends it; a guard sets it. `callerOf(request)` is never undefined. */
    caller: Caller | undefined;
  }
}

/** Call it before any route is registered. */
export function registerAuthentication(app: FastifyInstance, authentication: Authentication): void {
  app.decorate('authentication', authentication);
  app.decorateRequest('caller', undefined);
}

/**
 * Verifies the token of a request and remembers its caller.
 *
 * @throws ProblemError 401 without a valid token, 503 where tokens cannot be verified.
 */
export async function authenticate(request: FastifyRequest): Promise<Caller> {
  const { authenticator } = request.server.authentication;
  if (authenticator === undefined) throw authenticationOff();
  const credentials = readBearerToken(request.raw.rawHeaders);
  switch (credentials.kind) {
    case 'none':
      throw tokenMissing();
    case 'malformed':
      return refuse(request, credentials.reason);
    case 'token':
      request.caller = await verify(request, authenticator, credentials.token);
      return request.caller;
    default:
      return credentials satisfies never;
  }
}

async function verify(
  request: FastifyRequest,
  authenticator: Authenticator,
  token: string,
): Promise<Caller> {
  const verdict = await authenticator.authenticate(token, (cause) => {
    request.log.warn({ err: cause }, 'keys cannot be fetched: those from before are used');
  });
  switch (verdict.kind) {
    case 'accepted':
      return verdict.caller;
    case 'refused':
      return refuse(request, verdict.reason);
    case 'unavailable':
      request.log.warn({ err: verdict.cause }, 'tokens cannot be verified');
      throw keysUnavailable();
    default:
      return verdict satisfies never;
  }
}

function refuse(request: FastifyRequest, reason: string): never {
  request.log.info({ reason }, 'the token was refused');
  throw tokenRefused();
}
