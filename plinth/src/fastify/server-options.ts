// The options an application is made with, so that problem details hold where no plugin reaches.

import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyServerOptions } from 'fastify';
import { answerClientError } from './client-error.js';
import { sendError } from './send-problem.js';

/** How long a whole request may take to arrive, in milliseconds. */
export const REQUEST_TIMEOUT_MS = 60_000;

/** Largest body that is accepted, in bytes. */
export const BODY_LIMIT = 1_048_576;

/**
 * Options for `fastify()`: request ids are UUIDs made here and never taken from the client, bodies
 * are at most 1 MiB, and URLs and requests that cannot be read are answered with problem details.
 *
 * @example
 * const app = fastify({ ...serverOptions(), logger: true });
 */
export function serverOptions() {
  return {
    bodyLimit: BODY_LIMIT,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    // A request that stops arriving half-way is not waited for without end.
    requestTimeout: REQUEST_TIMEOUT_MS,
    // While it closes, requests on open connections are still answered; the drain ends them.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      sendError(error, request, reply);
    },
    clientErrorHandler(this: FastifyInstance, error, socket) {
      answerClientError(error, socket, this.log);
    },
    routerOptions: { maxParamLength: 500 },
  } as const satisfies FastifyServerOptions;
}
