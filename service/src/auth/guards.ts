// The guards of routes: who may enter, and in whose name a route then works. They run before a
// body is read.

import type {
  FastifyReply,
  FastifyRequest,
  onRequestAsyncHookHandler,
  onRequestHookHandler,
} from 'fastify';
import type { Database } from 'plinth';
import { authenticate } from './authentication.js';
import type { Caller, Scope } from './caller.js';
import { scopeMissing, tenantMissing } from './challenges.js';

/**
 * Lets a caller in who has the scope; one of a tenant's scopes needs a tenant in the token, too. No
 * scope implies another one.
 *
 * Answers 401 without a valid token, 403 without the scope or the tenant, 503 where tokens cannot
 * be verified.
 *
 * @example
 * app.get(PATH, { schema, onRequest: requireScope('tenant:read') }, async (request) =>
 *   await listEnhancements(tenantDatabase(request)),
 * );
 */
export function requireScope(scope: Scope): onRequestAsyncHookHandler {
  return requireAnyScope(scope);
}

/**
 * Lets a caller in who has one of the scopes, each as {@link requireScope} asks for it. What it may do
 * with the one it has, the route decides.
 *
 * @param scopes The least of them first: a caller with none is told of that one.
 */
export function requireAnyScope(
  ...scopes: readonly [Scope, ...Scope[]]
): onRequestAsyncHookHandler {
  return async (request, reply) => {
    keepPrivate(reply);
    const caller = await authenticate(request);
    const had = scopes.filter((scope) => caller.scopes.has(scope));
    if (had.some((scope) => scope === 'admin' || caller.tenant !== undefined)) return;
    const [first = scopes[0]] = had;
    throw had.length === 0 ? scopeMissing(first) : tenantMissing(first);
  };
}

/** With AUTH_REQUIRED lets in whoever has a valid token, whatever its scopes; else does not look. */
export const callerIfRequired: onRequestHookHandler = (request, reply, done) => {
  // Without a promise: most services let everybody in here.
  if (!request.server.authentication.required) {
    done();
    return;
  }
  keepPrivate(reply);
  authenticate(request).then(() => done(), done);
};

/** What is one caller's, no shared cache keeps, and a browser's asks again before it gives it out. */
function keepPrivate(reply: FastifyReply): void {
  reply.header('cache-control', 'private, no-cache');
}

/** The caller of a route behind `requireScope`. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller !== undefined) return request.caller;
  throw new Error(`${request.method} ${request.routeOptions.url ?? ''} has no guard`);
}

/** The tenant that the caller speaks for, behind a guard with a tenant's scope. */
export function tenantOf(request: FastifyRequest): string {
  const { tenant } = callerOf(request);
  if (tenant !== undefined) return tenant;
  throw new Error(`the guard of ${request.routeOptions.url ?? ''} asks for no tenant`);
}

/** The request's database in the name of its caller's tenant; the request's signal holds there. */
export function tenantDatabase(request: FastifyRequest): Database {
  return databaseOf(request, tenantOf(request));
}

/**
 * The request's database in the name of a tenant that the caller may speak for. Audit rows tell the
 * caller and the request.
 */
export function databaseOf(request: FastifyRequest, tenant: string): Database {
  return request.db.tenant(tenant, { actor: callerOf(request).subject, requestId: request.id });
}
