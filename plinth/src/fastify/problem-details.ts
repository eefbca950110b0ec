// The plugin that makes every error answer of an application problem details (RFC 9457).

import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { createMethodTable, type MethodTable } from './allowed-methods.js';
import { sharedPlugin } from './plugin.js';
import { ProblemError } from './problem.js';
import { REQUEST_ID_HEADER, sendError, sendProblem } from './send-problem.js';

/**
 * Answers every error with problem details: thrown errors, failed validation, unknown routes (404)
 * and wrong methods (405 with `Allow`); answers OPTIONS with 204 and `Allow`. Register it before
 * any route, on an application made with `serverOptions()`, which covers what fails before a
 * request reaches a plugin.
 *
 * @example
 * const app = fastify({ ...serverOptions(), logger: true });
 * await app.register(problemDetails);
 */
export const problemDetails: FastifyPluginCallback = sharedPlugin(
  'plinth-problem-details',
  (app: FastifyInstance, _options: object, done: () => void) => {
    const table = createMethodTable();
    // Fastify would hand a text/plain body to a route that wants JSON.
    app.removeContentTypeParser('text/plain');
    app.addHook('onRoute', (route) => table.add(route));
    app.addHook('onRequest', (request, reply, next) => {
      reply.header(REQUEST_ID_HEADER, request.id);
      // Before the body is looked at: a wrong path or method is wrong whatever it carries.
      if (request.is404) answerUnrouted(table, request, reply, next);
      else next();
    });
    app.setErrorHandler((error, request, reply) => {
      sendError(error, request, reply);
    });
    app.setNotFoundHandler((request, reply) => {
      sendProblem(notFound(request).facts, request, reply);
    });
    done();
  },
);

function answerUnrouted(
  table: MethodTable,
  request: FastifyRequest,
  reply: FastifyReply,
  next: (error?: Error) => void,
): void {
  const methods = table.methodsOf(pathOf(request));
  const allow = methods.join(', ');
  if (methods.length === 0) {
    next(notFound(request));
  } else if (request.method === 'OPTIONS') {
    reply.code(204).header('allow', allow).send();
  } else {
    const detail = `${pathOf(request)} does not take ${request.method}, only ${allow}.`;
    next(new ProblemError({ status: 405, detail, headers: { allow } }));
  }
}

function notFound(request: FastifyRequest): ProblemError {
  return new ProblemError({ status: 404, detail: `Nothing is at ${pathOf(request)}.` });
}

function pathOf(request: FastifyRequest): string {
  return request.url.replace(/[?#].*$/s, '');
}
