// The plugin that makes every error answer of an application problem details (RFC 9457).

import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { createMethodTable, type MethodTable } from './allowed-methods.js';
import { bodyRefusal, readJsonBodies } from './json-body.js';
import { sharedPlugin } from './plugin.js';
import { ProblemError } from './problem.js';
import { BAD_PATH } from './problem-of-error.js';
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
    readJsonBodies(app);
    app.addHook('onRoute', (route) => table.add(route));
    app.addHook('onRequest', (request, reply, next) => {
      reply.header(REQUEST_ID_HEADER, request.id);
      // Before the body is looked at: a wrong path or method is wrong whatever it carries.
      if (request.is404) answerUnrouted(table, request, reply, next);
      else next(bodyRefusal(request));
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
  const path = decodePath(pathOf(request));
  // The router says so only of methods that some route takes.
  if (path === undefined) {
    next(new ProblemError(BAD_PATH));
    return;
  }
  const methods = table.methodsOf(path);
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

/** The path as the router compares it; `undefined` where an escape is not valid. */
function decodePath(path: string): string | undefined {
  try {
    return decodeURI(path.replaceAll('%25', '%2525'));
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function pathOf(request: FastifyRequest): string {
  return request.url.replace(/[?#].*$/s, '');
}
